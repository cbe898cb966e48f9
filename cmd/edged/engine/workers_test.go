package engine

import (
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"edged/kernels"
)

// There are as many workers as were asked for, or one for each big core.
func TestWorkers(t *testing.T) {
	defer goleak.VerifyNone(t)
	big, err := kernels.BigCores(kernels.CoresFolder)
	if err != nil {
		t.Fatal(err)
	}
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	usable := 0
	for _, core := range big {
		if own.IsSet(core) {
			usable++
		}
	}
	for _, c := range []struct {
		threads, want int
		bigCores      bool
	}{{3, 3, false}, {0, usable, true}, {2, 2, true}} {
		w, err := Workers(c.threads, c.bigCores)
		if err != nil {
			t.Fatal(err)
		}
		if w.Count() != c.want {
			t.Errorf("%d threads, big cores %v: %d workers, want %d", c.threads, c.bigCores, w.Count(), c.want)
		}
		w.Close()
	}
}
