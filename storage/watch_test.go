package storage

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"edged/processtest"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/goleak"
)

func TestTemporaryNames(t *testing.T) {
	for name, want := range map[string]bool{
		".hidden": true, ".model.h5.Xf3kQa": true, ".~tmp~": true, "model.h5~": true, "model.part": true, "model.tmp": true,
		"model.keras.filepart": true, "variables.data-00000-of-00001.tempstate123": true, "#model#": true, "Model.PART": true,
		"model": false, "model.keras": false, "20261123T101500Z-a1b2": false, "party": false, "tmp": false, "v1.2": false,
	} {
		if got := temporary(name); got != want {
			t.Errorf("temporary(%q) = %v", name, got)
		}
	}
}

func TestTemporaryNamesNeverServe(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		for _, name := range []string{".a", "a.part", "a~", ".a.Xf3kQa", "a.tmp"} {
			writeSums(t, b.path(name), "X")
		}
		m, stop := b.start()
		defer stop()
		while(time.Minute)
		b.wantServes(m, "nothing")
		if list := m.List(); len(list) != 0 {
			t.Errorf("the list has %+v", list)
		}
		b.must(os.Rename(b.path("a.part"), b.path("a")))
		while(time.Minute)
		b.wantServes(m, "a: X X")
	})
}

func TestWhatNoModelCanHave(t *testing.T) {
	for _, test := range []struct {
		name, file, reason string
		spoil              func(b *board)
	}{
		{"a fifo", "bad/one", "neither a file nor a folder", func(b *board) {
			b.must(os.Remove(b.path("bad/one")))
			b.must(syscall.Mkfifo(b.path("bad/one"), 0o644))
		}},
		{"a fifo instead of the model", "bad", "neither a file nor a folder", func(b *board) {
			b.must(os.RemoveAll(b.path("bad")))
			b.must(syscall.Mkfifo(b.path("bad"), 0o644))
		}},
		{"a link out of the folder", "bad/sub/two", "symbolic link", func(b *board) {
			b.must(os.Remove(b.path("bad/sub/two")))
			b.must(os.Symlink("/etc/passwd", b.path("bad/sub/two")))
		}},
		{"a link instead of the model", "bad", "symbolic link", func(b *board) {
			b.must(os.RemoveAll(b.path("bad")))
			b.must(os.Symlink("/", b.path("bad")))
		}},
		{"a data set", "bad", "more than 2000 files", func(b *board) {
			for i := range maxEntryFiles {
				b.must(os.WriteFile(b.path(fmt.Sprintf("bad/%d.jpg", i)), nil, 0o644))
			}
		}},
		{"a cellar", "bad", "12 levels", func(b *board) {
			b.must(os.MkdirAll(b.path("bad"+strings.Repeat("/x", maxEntryDepth+1)), 0o755))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			onClock(t, func(t *testing.T, b *board) {
				writeSums(t, b.path("good"), "GOOD")
				writeSums(t, b.path("bad"), "BAD")
				setTimes(t, b.path("good"), time.Now().Add(-time.Hour))
				test.spoil(b)
				m, stop := b.start()
				defer stop()
				while(time.Minute)
				b.wantServes(m, "good: GOOD GOOD")
				i := slices.IndexFunc(m.List(), func(s Status) bool { return s.Name == "bad" })
				if s := m.List()[i]; s.State != Rejected || s.File != test.file || !strings.Contains(s.Reason, test.reason) {
					t.Errorf("the list says %+v", s)
				}
			})
		})
	}
}

func TestFolderOfSomethingElse(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		for i := range maxEntries + 1 {
			b.must(os.WriteFile(b.path(fmt.Sprint(i, ".jpg")), nil, 0o644))
		}
		m, stop := b.start()
		defer stop()
		while(time.Minute)
		if got := b.lastReason(); !strings.Contains(got, "not a folder of models") {
			t.Errorf("the reason is %q", got)
		}
		b.wantServes(m, "nothing")
	})
}

func TestSignature(t *testing.T) {
	b := newBoard(t)
	writeSums(t, b.path("m"), "A")
	for _, test := range []struct {
		name    string
		change  func()
		changes bool
	}{
		{"nothing", func() {}, false},
		{"a file is read", func() { _, _ = os.ReadFile(b.path("m/one")) }, false},
		{"same size and times, other bytes", func() {
			info, err := os.Stat(b.path("m/one"))
			b.must(err)
			b.must(os.WriteFile(b.path("m/one"), make([]byte, info.Size()), 0o644))
			b.must(os.Chtimes(b.path("m/one"), info.ModTime(), info.ModTime()))
		}, true},
		{"a file is replaced by a copy", func() {
			run(t, "cp", "-p", b.path("m/one"), b.path("m/.copy"))
			run(t, "mv", b.path("m/.copy"), b.path("m/one"))
		}, true},
		{"a temporary file grows", func() { b.must(os.WriteFile(b.path("m/.new"), []byte("x"), 0o644)) }, true},
		{"a folder appears", func() { b.must(os.Mkdir(b.path("m/assets"), 0o755)) }, true},
		{"rights change", func() { b.must(os.Chmod(b.path("m/one"), 0o600)) }, true},
	} {
		before := scanAgain(b.models, "m")
		test.change()
		if got := scanAgain(b.models, "m").sum != before.sum; got != test.changes {
			t.Errorf("%s: the signature changes: %v", test.name, got)
		}
	}
}

func TestContentID(t *testing.T) {
	b := newBoard(t)
	writeSums(t, b.path("a"), "A")
	id := func(name string) string {
		t.Helper()
		id, err := contentID(t.Context(), b.path(name))
		b.must(err)
		return id
	}
	want := id("a")
	run(t, "cp", "-r", b.path("a"), b.path("b"))
	setTimes(t, b.path("b"), time.Unix(0, 0))
	b.must(os.WriteFile(b.path("b/.one.Xf3kQa"), []byte("half"), 0o644))
	b.must(os.MkdirAll(b.path("b/.git/objects"), 0o755))
	if got := id("b"); got != want {
		t.Errorf("a copy has content %s, want %s", got, want)
	}
	b.must(os.Rename(b.path("b/one"), b.path("b/three")))
	if got := id("b"); got == want {
		t.Error("another file name makes no difference")
	}
}

func TestFilesTellFromNestedFolders(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := newBoard(t)
	b.options.Quiet, b.options.Rescan = testQuiet, time.Hour
	m := b.open()
	defer m.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer func() { cancel(); all.Wait() }()
	all.Go(func() { _ = m.Run(ctx) })
	<-m.Ready()
	shelf := filepath.Join(t.TempDir(), "m")
	for i, label := range []string{"A", "B", "C"} { // the same names again: watches must follow new inodes
		writeSums(t, shelf, label)
		b.must(os.RemoveAll(b.path("m")))
		b.must(os.MkdirAll(b.path("m/sub"), 0o755))
		for _, file := range []string{"one", "sums", "sub/two"} { // the last in a folder that was there before
			if i > 0 {
				b.settled(m)
			}
			data, err := os.ReadFile(filepath.Join(shelf, file))
			b.must(err)
			b.must(os.WriteFile(b.path("m/"+file), data, 0o644))
		}
		b.await(m, "files one by one", "m", label+" "+label)
	}
	run(t, "mv", b.path("m"), b.path("n"))
	b.await(m, "mv in the folder", "n", "C C")
	writeSums(t, b.path("n"), "D")
	b.await(m, "writing in a renamed folder", "n", "D D")
}

// settled waits until the daemon has looked at what is there.
func (b *board) settled(m *Models) {
	b.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if !slices.ContainsFunc(m.List(), func(s Status) bool { return s.State == Arriving }) {
			return
		}
		select {
		case <-b.happen:
		case <-time.After(testQuiet / 4):
		}
	}
	b.Fatalf("it never came to rest: %+v", m.List())
}

func TestOverflowIsAHint(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := openHints()
	defer h.close()
	if h.failed != nil {
		t.Fatal(h.failed)
	}
	h.watcher.Errors <- fsnotify.ErrEventOverflow
	select {
	case <-h.changed:
	case <-time.After(10 * time.Second):
		t.Error("nobody looks at the folder after events were lost")
	}
}

func TestPrune(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		names := []string{}
		m, stop := b.start()
		defer stop()
		for i := range 7 {
			name := fmt.Sprintf("20261123T10150%dZ-a1b2", i)
			names = append(names, name)
			writeSums(t, b.path(name), fmt.Sprint(i))
			if i == 6 {
				b.must(os.WriteFile(b.path(name+"/parent"), []byte(names[1]+"@12345678"), 0o644))
			}
			while(10 * time.Second)
			if i == 0 {
				writeSums(t, b.path("by-hand"), "H")
				while(10 * time.Second)
			}
		}
		writeSums(t, b.path("20261123T101509Z-a1b2"), "broken")
		b.must(os.Truncate(b.path("20261123T101509Z-a1b2/one"), 3))
		b.must(os.MkdirAll(b.path(".pruned-x/y"), 0o755)) // of a life that was killed
		killed := b.path(".20261123T101510Z-a1b2.1234567")
		b.must(os.MkdirAll(killed, 0o755))
		b.must(os.Chtimes(killed, time.Time{}, time.Now().Add(-2*abandoned)))
		foreign := ".incoming"
		b.must(os.MkdirAll(b.path(foreign), 0o755))
		b.must(os.Chtimes(b.path(foreign), time.Time{}, time.Now().Add(-2*abandoned)))
		while(10 * time.Second)
		b.wantServes(m, names[6]+": 6 6")
		got, err := m.Prune(t.Context(), 2)
		b.must(err)
		slices.Sort(got)
		want := []string{names[0], names[2], names[3], names[4]} // not 1, the parent, nor 5, to go back to
		if !slices.Equal(got, want) {
			t.Errorf("pruned %v, want %v", got, want)
		}
		var left []string
		list, err := os.ReadDir(b.models)
		b.must(err)
		for _, d := range list {
			left = append(left, d.Name())
		}
		if want := []string{foreign, names[1], names[5], names[6], "20261123T101509Z-a1b2", "by-hand"}; !slices.Equal(left, want) {
			t.Errorf("left are %v, want %v", left, want)
		}
		if _, err := m.Prune(t.Context(), 0); err == nil {
			t.Error("all may be pruned")
		}
	})
}

// TestKilled kills a process that chooses and chooses again, at random moments,
// and looks what it left behind.
func TestKilled(t *testing.T) {
	b := newBoard(t)
	for _, name := range []string{"a", "b", "c"} {
		writeSums(t, b.path(name), name)
	}
	for range 30 {
		line := append(processtest.Emulator(), os.Args[0], "-test.run=^TestChoosingForEver$")
		child := exec.Command(line[0], line[1:]...)
		child.Env = append(os.Environ(), "EDGED_TEST_MODELS="+b.models, "EDGED_TEST_STATE="+b.state)
		out, err := child.StdoutPipe()
		b.must(err)
		b.must(child.Start())
		if _, err := out.Read(make([]byte, 1)); err != nil { // it has begun
			t.Fatal(err)
		}
		<-time.After(rand.N(20 * time.Millisecond))
		b.must(child.Process.Kill())
		_ = child.Wait()

		c, err := readChoice(b.state)
		if err != nil {
			t.Fatal(err)
		}
		if c.last().Name == "" {
			t.Fatal("the choice was lost")
		}
		m := b.open()
		list, err := os.ReadDir(b.state)
		b.must(err)
		if len(list) != 2 {
			t.Errorf("besides models.json and models.lock there is more: %v", list)
		}
		m.Close()
	}
	synctest.Test(t, func(t *testing.T) {
		c, err := readChoice(b.state)
		b.must(err)
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		if m.Active().Name != c.last().Name && m.Active().Name != c.Pinned {
			t.Errorf("%s serves after %+v", m.Active().Name, c)
		}
	})
}

// TestChoosingForEver is the process that TestKilled kills.
func TestChoosingForEver(t *testing.T) {
	models, state := os.Getenv("EDGED_TEST_MODELS"), os.Getenv("EDGED_TEST_STATE")
	if models == "" {
		return
	}
	m, err := OpenModels(ModelsOptions{Folder: models, State: state, Loader: sums{}})
	if err != nil {
		t.Fatal(err)
	}
	for first := true; ; first = false {
		for _, name := range []string{"a", "b", "c"} {
			if _, err := m.Use(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := m.Rollback(t.Context()); err != nil && !errors.Is(err, ErrNoPrevious) {
			t.Fatal(err)
		}
		if first {
			fmt.Println("begun")
		}
	}
}
