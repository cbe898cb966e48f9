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
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"edged/nn"
	"edged/storage/safetensors"
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

// specimen is a model and what it must answer. Its labels start with its name.
type specimen struct {
	name, path    string
	input, output []float32
}

// commitSpecimen writes a network with weights of its own, 15 MB of them when
// many swaps are to show that memory stays.
func commitSpecimen(t testing.TB, shelf, name string, seed uint64) specimen {
	t.Helper()
	units := 256
	if *swaps >= 100 {
		units = 4096
	}
	network, err := nn.NewSequential("", nn.Shape{32, 32, 3},
		&nn.Conv2D{Filters: 4, KernelSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Activation: nn.Activation{Name: "relu"}, UseBias: true},
		&nn.Flatten{},
		&nn.Dense{Units: units, Activation: nn.Activation{Name: "tanh"}, UseBias: true},
		&nn.Dense{Units: 4, Activation: nn.Activation{Name: "softmax"}, UseBias: true},
	)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	for _, w := range network.Weights() {
		w.Value = make([]float32, w.Shape.Size())
		for i := range w.Value {
			w.Value[i] = (random.Float32() - 0.5) / 10
		}
	}
	s := specimen{name: name, path: filepath.Join(shelf, name), input: make([]float32, 32*32*3)}
	for i := range s.input {
		s.input[i] = random.Float32()
	}
	plan, err := nn.Compile(network, nn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.output = slices.Clone(answerOf(plan.NewRunner(nil), s.input))
	m := &Model{
		Network: network, Precision: Float32,
		Labels:        []string{name + "0", name + "1", name + "2", name + "3"},
		Preprocessing: nn.Preprocessing{Resize: "bilinear", Color: "rgb", Scale: 1},
		Probe:         &Probe{Input: s.input, Output: s.output, Tolerance: 1e-5},
	}
	if err := Commit(s.path, m, CommitOptions{}); err != nil {
		t.Fatal(err)
	}
	return s
}

// savedSpecimen is a SavedModel and what Keras answers.
func savedSpecimen(t testing.TB, shelf, name, reference string) specimen {
	t.Helper()
	reference = filepath.Join("..", "testdata", "reference", reference)
	s := specimen{name: name, path: filepath.Join(shelf, name)}
	run(t, "cp", "-r", filepath.Join(reference, "savedmodel"), s.path)
	tensors, err := safetensors.ReadFile(filepath.Join(reference, "io.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	input, output := tensors["input"], tensors["output"]
	s.input = input.Float32s()[:len(input.Float32s())/input.Shape[0]]
	s.output = output.Float32s()[:output.Shape[1]]
	var labels []byte
	for i := range s.output {
		labels = fmt.Appendln(labels, name+strconv.Itoa(i))
	}
	if err := os.WriteFile(filepath.Join(s.path, "labels.txt"), labels, 0o644); err != nil {
		t.Fatal(err)
	}
	return s
}

func answerOf(r *nn.Runner, input []float32) []float32 {
	copy(r.Input(), input)
	return r.Predict()
}

// frames predicts 30 times a second, as the frame loop does, and compares every
// answer with what is known.
type frames struct {
	known      map[string]specimen // by their first label
	done, lost int
	longest    time.Duration // that reading the active version took
	slow       int           // readings of more than a millisecond
	late       time.Duration // the most that an answer came after its frame
	versions   map[string]bool
	wrong      []string
	latest     atomic.Pointer[Version] // that answered
}

func (f *frames) run(ctx context.Context, active func() *Version) {
	const interval = time.Second / 30
	f.versions = map[string]bool{}
	mailbox := make(chan time.Time, 1)
	var camera sync.WaitGroup
	camera.Go(func() {
		defer close(mailbox)
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
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
		v := active()
		reading := time.Since(start)
		f.longest = max(f.longest, reading)
		if reading > time.Millisecond {
			f.slow++
		}
		f.answer(v)
		f.latest.Store(v)
		f.late = max(f.late, time.Since(at))
		f.done++
	}
	camera.Wait()
}

func (f *frames) answer(v *Version) {
	if v == nil {
		f.wrong = append(f.wrong, "there was no model")
		return
	}
	f.versions[v.ID()] = true
	s, ok := f.known[v.Model.Labels[0]]
	if !ok || len(s.output) != len(v.Model.Labels) || len(s.input) != v.Plan.InputShape().Size() {
		f.wrong = append(f.wrong, fmt.Sprintf("%s has labels %v", v.ID(), v.Model.Labels))
		return
	}
	for i, got := range answerOf(v.Runner, s.input) {
		if d := got - s.output[i]; d > 1e-4 || d < -1e-4 {
			f.wrong = append(f.wrong, fmt.Sprintf("%s answered %v at %d, want %v", v.ID(), got, i, s.output[i]))
			return
		}
	}
}

// TestSwapsUnderLoad swaps between two models in every way that people copy,
// under frames that go on 30 times a second: models in edged's own form, and
// SavedModels as Keras writes them, whose files have no manifest.
func TestSwapsUnderLoad(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := newBoard(t)
	b.options.Loader = Engine{}
	b.options.Quiet, b.options.Keep, b.options.PruneForeign = testQuiet, 4, true
	b.options.Rescan = time.Hour // hints alone must do
	shelf := t.TempDir()
	pairs := [][2]specimen{
		{commitSpecimen(t, shelf, "A", 1), commitSpecimen(t, shelf, "B", 2)},
		{savedSpecimen(t, shelf, "S", "seed_small"), savedSpecimen(t, shelf, "L", "leaky_batchnorm")},
	}
	f := frames{known: map[string]specimen{}}
	for _, s := range slices.Concat(pairs[0][:], pairs[1][:]) {
		f.known[s.name+"0"] = s
	}
	run(t, "cp", "-r", pairs[0][1].path, b.path("v0"))

	m := b.open()
	defer m.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	all.Go(func() { _ = m.Run(ctx) })
	<-m.Ready()
	all.Go(func() { f.run(ctx, m.Active) })
	fixed := *m.Active() // the same load beside it, without swaps: what the machine's other work costs
	fixed.Ready = &Ready{Model: fixed.Model, Plan: fixed.Plan, Runner: fixed.Plan.NewRunner(nil)}
	beside := frames{known: f.known}
	all.Go(func() { beside.run(ctx, func() *Version { return &fixed }) })

	name := "v0"
	var resident []int
	for i := range *swaps {
		round := i / len(ways)
		w, s := ways[i%len(ways)], pairs[round%2][(i+round/2)%2]
		if !w.again {
			name = fmt.Sprint("v", i+1)
		}
		w.bring(t, s.path, b.path(name))
		b.await(m, w.name, name, s.name+"0")
		resident = append(resident, f.residentMemory(t, m))
	}
	cancel()
	all.Wait()

	early, late := median(resident[*swaps/10:][:*swaps/5]), median(resident[*swaps-*swaps/5:])
	t.Logf("%d swaps; %d frames, of which %d were overtaken (without swaps: %d); %d versions answered; the active version was read in at most %v (%v); an answer came at most %v after its frame (%v); %.1f MB resident from swap %d on, %.1f MB at the end",
		*swaps, f.done+f.lost, f.lost, beside.lost, len(f.versions), f.longest, beside.longest, f.late, beside.late, float64(early)/1e6, *swaps/10, float64(late)/1e6)
	if len(f.wrong) > 0 {
		t.Errorf("wrong answers: %v", f.wrong)
	}
	if allowed := 2*beside.lost + f.done/200; f.lost > allowed {
		t.Errorf("%d frames of %d were lost, and %d of a loop beside it that never swaps", f.lost, f.done+f.lost, beside.lost)
	}
	if f.slow > 2*beside.slow+f.done/100 {
		t.Errorf("reading the active version took more than a millisecond %d times, up to %v", f.slow, f.longest)
	}
	if *swaps >= 100 && float64(late) > 1.1*float64(early) {
		t.Error("memory grows with swaps")
	}
	b.noWarnings()
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

// noWarnings fails when something was wrong with the folder or the state.
func (b *board) noWarnings() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e.Kind == ModelWarning {
			b.Errorf("a warning: %+v", e)
		}
	}
}

func median(values []int) int {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

// residentMemory of this process in bytes, once the frame loop has let go of the
// version before and its memory was given back, as Run does a little later.
func (f *frames) residentMemory(t testing.TB, m *Models) int {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); f.latest.Load() != m.Active(); {
		if time.Now().After(deadline) {
			t.Fatal("the frame loop doesn't answer with the active version")
		}
		<-time.After(time.Millisecond)
	}
	debug.FreeOSMemory()
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
