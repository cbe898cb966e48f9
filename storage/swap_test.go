package storage

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var swaps = flag.Int("swaps", 20, "how often TestSwapsUnderLoad swaps")

// A way is how people bring a model into the watched folder.
type way struct {
	name  string
	bring func(t testing.TB, from, to string)
	again bool // it overwrites what serves
}

var ways = []way{
	{name: "cp -r", bring: func(t testing.TB, from, to string) { run(t, "cp", "-r", from, to) }},
	{name: "mv", bring: func(t testing.TB, from, to string) {
		beside := filepath.Join(filepath.Dir(filepath.Dir(to)), "beside")
		run(t, "cp", "-r", from, beside)
		run(t, "mv", beside, to)
	}},
	{name: "slow copy", bring: copySlowly},
	{name: "rsync", bring: func(t testing.TB, from, to string) { run(t, "rsync", "-a", from+"/", to+"/") }},
	{name: "overwrite", bring: func(t testing.TB, from, to string) { run(t, "cp", "-r", from+"/.", to) }, again: true},
	{name: "rsync over", bring: func(t testing.TB, from, to string) { run(t, "rsync", "-a", "--checksum", from+"/", to+"/") }, again: true},
	{name: "slow overwrite", bring: copySlowly, again: true},
	{name: "write in a hidden folder, then rename", bring: func(t testing.TB, from, to string) {
		hidden := filepath.Join(filepath.Dir(to), ".incoming-"+filepath.Base(to))
		run(t, "cp", "-r", from, hidden)
		run(t, "mv", hidden, to)
	}},
}

func run(t testing.TB, program string, arg ...string) {
	t.Helper()
	if out, err := exec.Command(program, arg...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(arg, " "), err, out)
	}
}

// copySlowly copies files in random order and in two pieces each, with pauses
// that are sometimes longer than the quiet time.
func copySlowly(t testing.TB, from, to string) {
	var files []string
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for _, file := range files {
		name, _ := filepath.Rel(from, file)
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		dest := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(dest), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(dest)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range [][]byte{data[:len(data)/2], data[len(data)/2:]} {
			if _, err := f.Write(piece); err != nil {
				t.Fatal(err)
			}
			<-time.After(rand.N(3 * testQuiet / 2))
		}
		f.Close()
	}
}

const testQuiet = 80 * time.Millisecond

// frames reads the active version 30 times a second, as the frame loop does, and
// checks every answer.
type frames struct {
	done, lost int
	longest    time.Duration // that reading the active version took
	late       time.Duration // the most that a frame waited
	versions   map[string]string
	wrong      []string
}

func (f *frames) run(ctx context.Context, m *Models, known map[string]bool) {
	const interval = time.Second / 30
	f.versions = map[string]string{}
	mailbox := make(chan time.Time, 1)
	var camera sync.WaitGroup
	camera.Go(func() {
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				close(mailbox)
				return
			case at := <-tick.C:
				select {
				case mailbox <- at:
				default:
					f.lost++
				}
			}
		}
	})
	for at := range mailbox {
		start := time.Now()
		v := m.Active()
		f.longest = max(f.longest, time.Since(start))
		f.late = max(f.late, time.Since(at))
		f.done++
		if v == nil {
			f.wrong = append(f.wrong, "no model")
			continue
		}
		answer := v.Model.Labels[0]
		if before, ok := f.versions[v.ID()]; ok && before != answer || !known[answer] {
			f.wrong = append(f.wrong, fmt.Sprintf("%s answered %q", v.ID(), answer))
		}
		f.versions[v.ID()] = answer
	}
	camera.Wait()
}

// TestSwapsUnderLoad swaps between two models in every way that people copy,
// under frames that go on 30 times a second.
func TestSwapsUnderLoad(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := newBoard(t)
	b.options.Quiet, b.options.Keep, b.options.PruneForeign = testQuiet, 4, true
	b.options.Rescan = time.Hour // hints alone must do
	shelf := t.TempDir()
	writeSums(t, filepath.Join(shelf, "A"), "A")
	writeSums(t, filepath.Join(shelf, "B"), "B")
	run(t, "cp", "-r", filepath.Join(shelf, "B"), b.path("v0"))

	m := b.open()
	defer m.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var f frames
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	all.Go(func() { _ = m.Run(ctx) })
	<-m.Ready()
	all.Go(func() { f.run(ctx, m, map[string]bool{"A A": true, "B B": true}) })

	name := "v0"
	rss := map[int]int{}
	for i := 1; i <= *swaps; i++ {
		w, model := ways[i%len(ways)], string("BA"[i%2])
		if i/len(ways)%2 == 1 { // each way with each model
			w = ways[len(ways)-1-i%len(ways)]
		}
		if !w.again {
			name = fmt.Sprint("v", i)
		}
		w.bring(t, filepath.Join(shelf, model), b.path(name))
		b.await(m, w.name, name, model+" "+model)
		rss[i] = residentMemory(t)
	}
	cancel()
	all.Wait()

	t.Logf("%d swaps, %d frames, %d lost, %d versions answered; the active version was read in at most %v; a frame waited at most %v; %d kB resident after swap %d, %d kB at the end",
		*swaps, f.done, f.lost, len(f.versions), f.longest, f.late, rss[*swaps/10]>>10, *swaps/10, rss[*swaps]>>10)
	if f.lost > 0 || len(f.wrong) > 0 {
		t.Errorf("%d frames lost, wrong answers: %v", f.lost, f.wrong)
	}
	if f.longest > 5*time.Millisecond {
		t.Errorf("reading the active version took %v", f.longest)
	}
	b.noRejections()
}

// await waits until name serves and answers want.
func (b *board) await(m *Models, how, name, want string) {
	b.Helper()
	timeout := time.After(20 * time.Second)
	for {
		if v := m.Active(); v != nil && v.Name == name && v.Model.Labels[0] == want {
			return
		}
		select {
		case <-b.happen:
		case <-timeout:
			b.Fatalf("after %s %s serves, want %s: %s; the list says %+v", how, serves(m), name, want, m.List())
		}
	}
}

// noRejections fails when a version that was only half there was called broken
// for good, or loaded and found wrong.
func (b *board) noRejections() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e.Kind == ModelWarning {
			b.Errorf("a warning: %+v", e)
		}
	}
}

// residentMemory of this process in bytes.
func residentMemory(t testing.TB) int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
