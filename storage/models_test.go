package storage

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// story of a folder on a synthetic clock, with scans every two seconds at most.
func onClock(t *testing.T, test func(t *testing.T, b *board)) {
	synctest.Test(t, func(t *testing.T) { test(t, newBoard(t)) })
}

// while lets the daemon live for d.
func while(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestNothingServesFromAnEmptyFolder(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		m, stop := b.start()
		defer stop()
		while(time.Minute)
		b.wantServes(m, "nothing")
		b.wantTold("")
		select {
		case <-m.Ready():
		default:
			t.Error("it is not ready, and nothing will ever make it so")
		}
	})
}

func TestNewestServesAtFirstStart(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		writeSums(t, b.path("a"), "A")
		writeSums(t, b.path("b"), "B")
		setTimes(t, b.path("a"), time.Now())
		setTimes(t, b.path("b"), time.Now().Add(-time.Hour))
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		b.wantServes(m, "a: A A")
		while(time.Second)
		b.wantTold("ready a, active a, ready b")
	})
}

func TestQuietTime(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		b.options.Quiet, b.options.Rescan = 10*time.Second, time.Second
		m, stop := b.start()
		defer stop()
		for i := range 30 { // complete at any moment, and never at rest
			writeSums(t, b.path("a"), strings.Repeat("A", i+1))
			while(2 * time.Second)
		}
		b.wantServes(m, "nothing")
		if got := stateOf(m, "a"); got != Arriving {
			t.Errorf("it is %q", got)
		}
		while(11 * time.Second)
		b.wantTold("ready a, active a")
	})
}

func TestFoldersWaitForLabels(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		b.options.Quiet = 10 * time.Second
		m, stop := b.start()
		defer stop()
		for _, name := range []string{"bare", "labelled"} {
			writeSums(t, b.path(name), name)
			if err := os.WriteFile(filepath.Join(b.path(name), "model.h5"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(b.path("labelled"), labelsFile), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		while(15 * time.Second)
		b.wantServes(m, "labelled: labelled labelled")
		if got := stateOf(m, "bare"); got != Arriving {
			t.Errorf("without labels it is %q", got)
		}
		while(20 * time.Second)
		if got := stateOf(m, "bare"); got != Complete {
			t.Errorf("without labels it is %q in the end", got)
		}
	})
}

func TestPartialCopyWaits(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		writeSums(t, b.path("a"), "A")
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		writeSums(t, b.path("b"), "B")
		b.must(os.Rename(b.path("b/sub/two"), b.path("b/sub/.two.Xf3kQa")))
		while(time.Minute)
		b.wantServes(m, "a: A A")
		b.wantTold("ready a, active a, incomplete b")
		if s := m.List()[0]; s.Name != "b" || s.State != Incomplete || s.File != "sub/two" || s.Reason == "" {
			t.Errorf("the list says %+v", s)
		}
		b.must(os.Rename(b.path("b/sub/.two.Xf3kQa"), b.path("b/sub/two")))
		while(10 * time.Second)
		b.wantServes(m, "b: B B")
	})
}

func TestDamagedVersionIsRejectedUntilItIsFixed(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		writeSums(t, b.path("a"), "A")
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		writeSums(t, b.path("b"), "B")
		b.must(os.WriteFile(b.path("b/one"), []byte("X"), 0o644))
		while(10 * time.Minute)
		b.wantServes(m, "a: A A")
		b.wantTold("ready a, active a, rejected b")
		writeSums(t, b.path("b"), "B")
		while(10 * time.Second)
		b.wantServes(m, "b: B B")
	})
}

func TestOneBadModelDoesNotFreezeTheRest(t *testing.T) {
	for _, test := range []struct {
		name, reason string
		trouble      func(end <-chan struct{}) error
	}{
		{"it hangs", "longer than", func(end <-chan struct{}) error { <-end; return nil }},
		{"it panics", "not foreseen: index out of range", func(<-chan struct{}) error { panic("index out of range") }},
		{"it can't be warmed up", "wrong answer", func(<-chan struct{}) error { return errors.New("wrong answer") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			onClock(t, func(t *testing.T, b *board) {
				end := make(chan struct{})
				defer close(end)
				b.options.Patience = time.Minute
				b.options.Loader = sums{onLoad: func(_ context.Context, path string) error {
					if strings.HasSuffix(path, "bad") {
						return test.trouble(end)
					}
					return nil
				}}
				writeSums(t, b.path("a"), "A")
				m, stop := b.start()
				defer stop()
				<-m.Ready()
				writeSums(t, b.path("bad"), "BAD")
				while(90 * time.Second)
				if got := b.lastReason(); !strings.Contains(got, test.reason) {
					t.Errorf("the reason is %q, want %q in it", got, test.reason)
				}
				b.wantServes(m, "a: A A")
				writeSums(t, b.path("c"), "C")
				while(time.Minute)
				b.wantServes(m, "c: C C")
			})
		})
	}
}

func TestTransientFailureIsTriedAgain(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		var failing atomic.Bool
		failing.Store(true)
		b.options.Loader = sums{onLoad: func(context.Context, string) error {
			if failing.Load() {
				return syscall.ENOMEM
			}
			return nil
		}}
		writeSums(t, b.path("a"), "A")
		m, stop := b.start()
		defer stop()
		while(10 * time.Minute)
		b.wantServes(m, "nothing")
		b.wantTold("ready a, rejected a")
		failing.Store(false)
		while(10 * time.Minute)
		b.wantServes(m, "a: A A")
	})
}

func TestOverwriteInPlace(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		writeSums(t, b.path("m"), "A")
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		first := m.Active().ID()
		writeSums(t, b.path("m"), "B")
		while(10 * time.Second)
		b.wantServes(m, "m: B B")
		if second := m.Active().ID(); second == first || !strings.HasPrefix(second, "m@") {
			t.Errorf("the generations are %s and %s", first, second)
		}
		b.told()
		writeSums(t, b.path("m"), "B") // the same again
		while(10 * time.Second)
		b.wantTold("")
	})
}

func TestRemovedVersionServesFromMemory(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		writeSums(t, b.path("old"), "OLD")
		setTimes(t, b.path("old"), time.Now().Add(-time.Hour))
		writeSums(t, b.path("a"), "A")
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		while(time.Second)
		b.told()
		b.must(os.RemoveAll(b.path("a")))
		while(time.Minute)
		b.wantServes(m, "a: A A")
		b.wantTold("removed a")
		if got := stateOf(m, "a"); got != Missing {
			t.Errorf("the list says %q", got)
		}
		writeSums(t, b.path("a"), "A") // put back: it arrives again, and serves already
		while(10 * time.Second)
		b.wantServes(m, "a: A A")
		b.wantTold("ready a")
	})
}

func TestContentThatChangesWhileItIsLoaded(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		loads := 0
		b.options.Loader = sums{onLoad: func(_ context.Context, path string) error {
			if loads++; loads == 1 { // somebody copies over it after it was read
				writeSums(t, path, "B")
			}
			return nil
		}}
		writeSums(t, b.path("m"), "A")
		m, stop := b.start()
		defer stop()
		while(10 * time.Second)
		b.wantServes(m, "m: B B")
		if loads != 2 {
			t.Errorf("it was loaded %d times", loads)
		}
	})
}

func TestUseRollbackUnpin(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		m, stop := b.start()
		for _, name := range []string{"a", "b", "c"} {
			writeSums(t, b.path(name), strings.ToUpper(name))
			while(10 * time.Second)
		}
		b.wantServes(m, "c: C C")

		v, err := m.Rollback(t.Context())
		if err != nil || v.Name != "b" {
			t.Fatalf("rollback gave %v, %v", v, err)
		}
		while(10 * time.Minute)
		b.wantServes(m, "b: B B")
		stop()
		m, stop = b.start()
		while(10 * time.Minute)
		b.wantServes(m, "b: B B")

		if _, err := m.Use(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		writeSums(t, b.path("d"), "D")
		while(10 * time.Minute)
		b.wantServes(m, "a: A A")
		stop()
		m, stop = b.start()
		defer func() { stop() }()
		while(10 * time.Minute)
		b.wantServes(m, "a: A A")
		if list := m.List(); !list[3].Pinned || !list[3].Active || !list[1].Withdrawn {
			t.Errorf("the list says %+v", list)
		}

		if v, err := m.Unpin(t.Context()); err != nil || v.Name != "d" {
			t.Errorf("unpin gave %v, %v", v, err)
		}
		if _, err := m.Use(t.Context(), v.ID()); err != nil || m.Active().Name != "b" {
			t.Errorf("use %s gave %v", v.ID(), err)
		}
	})
}

func TestReject(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		m, stop := b.start()
		for _, name := range []string{"a", "b"} {
			writeSums(t, b.path(name), name)
			while(10 * time.Second)
		}
		b.wantServes(m, "b: b b")
		rejected := m.Active()
		_, err := m.Use(t.Context(), "b")
		b.must(err)
		if _, err := m.Reject(t.Context(), m.Active()); !errors.Is(err, ErrKept) {
			t.Errorf("a pinned version: got %v", err)
		}
		_, err = m.Unpin(t.Context())
		b.must(err)
		if v, err := m.Reject(t.Context(), rejected); err != nil || v.Name != "a" {
			t.Errorf("got %v, %v", v, err)
		}
		if _, err := m.Reject(t.Context(), rejected); !errors.Is(err, ErrKept) {
			t.Errorf("one that no longer serves: got %v", err)
		}
		while(time.Hour)
		b.wantServes(m, "a: a a")
		stop()
		m, stop = b.start()
		while(time.Hour)
		b.wantServes(m, "a: a a")
		if _, err := m.Reject(t.Context(), m.Active()); !errors.Is(err, ErrNoPrevious) {
			t.Errorf("the first one: got %v", err)
		}
		writeSums(t, b.path("c"), "c")
		while(10 * time.Second)
		b.wantServes(m, "c: c c")
		stop()
	})
}

func TestUseSaysWhatIsWrong(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		writeSums(t, b.path("a"), "A")
		writeSums(t, b.path("broken"), "X")
		b.must(os.WriteFile(b.path("broken/one"), []byte("X"), 0o644))
		m, stop := b.start()
		defer stop()
		<-m.Ready()
		var unknown *UnknownModelError
		if _, err := m.Use(t.Context(), "c"); !errors.As(err, &unknown) || !strings.Contains(err.Error(), "a, broken") {
			t.Errorf("got %v for a name that is not there", err)
		}
		var damaged *DamagedError
		if _, err := m.Use(t.Context(), "broken"); !errors.As(err, &damaged) {
			t.Errorf("got %v for a damaged model", err)
		}
		if _, err := m.Use(t.Context(), "a@00000000"); err == nil {
			t.Error("content that is not there was used")
		}
		if _, err := m.Use(t.Context(), "../models/a"); !errors.As(err, &unknown) {
			t.Errorf("got %v for a path", err)
		}
		if _, err := m.Rollback(t.Context()); !errors.Is(err, ErrNoPrevious) {
			t.Errorf("got %v for a rollback to nothing", err)
		}
		if err := m.Verify(t.Context(), "a"); err != nil {
			t.Error(err)
		}
		if err := m.Verify(t.Context(), "broken"); !errors.As(err, &damaged) {
			t.Errorf("got %v from verifying a damaged model", err)
		}
		b.wantServes(m, "a: A A")
		if m.List()[0].Pinned {
			t.Error("a failed use pinned")
		}
	})
}

func TestRestart(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(b *board)
		want   string
	}{
		{"nothing changed", func(*board) {}, "b: B B"},
		{"another arrived meanwhile, with old times", func(b *board) {
			writeSums(b, b.path("x"), "X")
			setTimes(b, b.path("x"), time.Unix(0, 0))
		}, "x: X X"},
		{"times were changed", func(b *board) { setTimes(b, b.path("a"), time.Now().AddDate(10, 0, 0)) }, "b: B B"},
		{"the chosen one was removed", func(b *board) { b.must(os.RemoveAll(b.path("b"))) }, "a: A A"},
		{"the chosen one was damaged", func(b *board) { b.must(os.Truncate(b.path("b/one"), 3)) }, "a: A A"},
		{"the chosen one was overwritten", func(b *board) { writeSums(b, b.path("b"), "B2") }, "b: B2 B2"},
		{"an older one was overwritten", func(b *board) { writeSums(b, b.path("a"), "A2") }, "a: A2 A2"},
		{"all were removed", func(b *board) { b.must(os.RemoveAll(b.models)) }, "nothing"},
		{"the memory was damaged", func(b *board) {
			setTimes(b, b.path("a"), time.Now().Add(time.Hour))
			b.must(os.WriteFile(b.state+"/models.json", []byte("{"), 0o644))
		}, "a: A A"},
		{"the memory was lost", func(b *board) {
			setTimes(b, b.path("a"), time.Now().Add(time.Hour))
			b.must(os.RemoveAll(b.state))
		}, "a: A A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			onClock(t, func(t *testing.T, b *board) {
				m, stop := b.start()
				writeSums(t, b.path("a"), "A")
				while(10 * time.Second)
				writeSums(t, b.path("b"), "B")
				setTimes(t, b.path("b"), time.Now().Add(-time.Hour))
				while(10 * time.Second)
				b.wantServes(m, "b: B B")
				stop()
				test.change(b)
				for range 2 { // and once more
					m, stop = b.start()
					while(time.Minute)
					b.wantServes(m, test.want)
					stop()
				}
			})
		})
	}
}

func TestClockJumps(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		m, stop := b.start()
		defer stop()
		for i, years := range []int{0, 30, -30, 5, -50} {
			name := string(rune('a' + i))
			writeSums(t, b.path(name), name)
			setTimes(t, b.path(name), time.Now().AddDate(years, 0, 0))
			while(10 * time.Second)
			b.wantServes(m, name+": "+name+" "+name)
		}
	})
}

func TestDeadlyModelIsLeftAlone(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		writeSums(t, b.path("a"), "A")
		m, stop := b.start()
		<-m.Ready()
		stop()
		writeSums(t, b.path("deadly"), "X")
		content, err := contentID(t.Context(), b.path("deadly"))
		b.must(err)
		c, err := readChoice(b.state)
		b.must(err)
		for range maxAttempts { // as often the daemon died in the middle of loading it
			c.begin(identity{"deadly", content})
		}
		b.must(c.write(b.state))
		b.told()
		m, stop = b.start()
		defer stop()
		while(time.Minute)
		b.wantServes(m, "a: A A")
		b.wantTold("active a, ready deadly, rejected deadly")
		if _, err := m.Use(t.Context(), "deadly"); err != nil {
			t.Errorf("a person may not try again: %v", err)
		}
	})
}

func TestOnlyOneOwns(t *testing.T) {
	b := newBoard(t)
	m := b.open()
	if _, err := OpenModels(b.options); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v for a second owner", err)
	}
	m.Close()
	m = b.open()
	m.Close()
}

func TestWithoutADaemon(t *testing.T) {
	b := newBoard(t)
	for _, name := range []string{"a", "b"} {
		writeSums(t, b.path(name), name)
	}
	setTimes(t, b.path("a"), time.Now().Add(-time.Hour))
	m := b.open()
	b.must(m.Refresh(t.Context()))
	if list := m.List(); len(list) != 2 || list[0].Name != "b" || list[0].State != Complete || list[0].Active {
		t.Errorf("the list says %+v", list)
	}
	_, err := m.Use(t.Context(), "a")
	b.must(err)
	m.Close()
	synctest.Test(t, func(t *testing.T) {
		m, stop := b.start()
		defer stop()
		while(time.Minute)
		b.wantServes(m, "a: a a")
	})
}

func TestStateFolderInsideTheModels(t *testing.T) {
	b := newBoard(t)
	b.options.State = b.path("state")
	if _, err := OpenModels(b.options); err == nil || !strings.Contains(err.Error(), "lies in the watched folder") {
		t.Errorf("got %v", err)
	}
}

func TestStateThatCanNotBeKept(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		m, stop := b.start()
		defer stop()
		while(time.Second)
		temp := b.state + "/." + choiceFile + ".tmp"
		b.must(os.MkdirAll(temp+"/x", 0o755)) // in the way of the temporary file
		writeSums(t, b.path("a"), "A")
		while(10 * time.Second)
		b.wantServes(m, "a: A A")
		b.wantTold("warning, ready a, active a")
		b.must(os.RemoveAll(temp))
		while(time.Minute)
		if c, err := readChoice(b.state); err != nil || c.last().Name != "a" {
			t.Errorf("what was remembered is %+v, %v", c, err)
		}
	})
}

func TestFolderThatVanishesAndComesBack(t *testing.T) {
	onClock(t, func(t *testing.T, b *board) {
		m, stop := b.start()
		defer stop()
		for _, name := range []string{"a", "b"} {
			writeSums(t, b.path(name), name)
			while(10 * time.Second)
		}
		b.must(os.Rename(b.models, b.models+".away"))
		while(time.Minute)
		b.wantServes(m, "b: b b")
		b.must(os.Mkdir(b.models, 0o755)) // as an empty mount point
		while(time.Minute)
		b.must(os.Remove(b.models))
		b.must(os.Rename(b.models+".away", b.models))
		while(time.Minute)
		b.wantServes(m, "b: b b")
		if v, err := m.Rollback(t.Context()); err != nil || v.Name != "a" {
			t.Errorf("rollback gave %v, %v", v, err)
		}
	})
}
