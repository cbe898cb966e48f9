package kernels_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"edged/kernels"
)

// cores writes a folder as Linux has it: files of each core, by their names.
func cores(t *testing.T, all []map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"cpufreq", "cpuidle", "smt"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for i, files := range all {
		for name, text := range files {
			path := filepath.Join(folder, fmt.Sprintf("cpu%d", i), name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

// with lists cores that have one file, with the given contents.
func with(name string, contents ...string) (all []map[string]string) {
	for _, text := range contents {
		all = append(all, map[string]string{name: text})
	}
	return all
}

func TestBigCores(t *testing.T) {
	const capacity, frequency = "cpu_capacity", "cpufreq/cpuinfo_max_freq"
	offline := with(capacity, "414", "1024", "1024")
	offline[1]["online"], offline[2]["online"] = "0", "1"
	both := with(capacity, "485", "1024")
	both[0][frequency], both[1][frequency] = "2000000", "1800000"
	for _, c := range []struct {
		name string
		all  []map[string]string
		want []int
	}{
		{"RK3588", with(capacity, "530", "530", "530", "530", "1024", "1024", "1010", "1010"), []int{4, 5, 6, 7}},
		{"three kinds", with(capacity, "325", "325", "828", "828", "1024"), []int{2, 3, 4}},
		{"RK3399 by frequency", with(frequency, "1416000", "1416000", "1416000", "1416000", "1800000", "1800000"), []int{4, 5}},
		{"all alike", with(capacity, "1024", "1024"), []int{0, 1}},
		{"a core is offline", offline, []int{2}},
		{"capacity before frequency", both, []int{1}},
		{"nothing told", with("topology/core_id", "0", "1", "2"), []int{0, 1, 2}},
		{"nonsense told", with(capacity, "fast", "-1", "7"), []int{0, 1, 2}},
	} {
		got, err := kernels.BigCores(cores(t, c.all))
		if err != nil {
			t.Fatal(err)
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%s: the big cores are %v, want %v", c.name, got, c.want)
		}
	}
	empty := t.TempDir()
	if _, err := kernels.BigCores(empty); err == nil || !strings.Contains(err.Error(), empty) {
		t.Errorf("a folder without cores gives the error %v", err)
	}
}

// census is an Op whose units wait for each other, so that every worker has
// one, and note the cores that their threads may use.
type census struct {
	kernels.Unshared
	together sync.WaitGroup
	units    int
	allowed  []unix.CPUSet
	errors   []error
}

func (op *census) Name() string                     { return "census" }
func (op *census) Units() int                       { return op.units }
func (op *census) Workspace() (shared, private int) { return 0, 0 }

func (op *census) Run(_ *kernels.Args, first, last int, _ kernels.Buffer) {
	for unit := first; unit < last; unit++ {
		op.errors[unit] = unix.SchedGetaffinity(0, &op.allowed[unit])
		op.together.Done()
	}
	op.together.Wait()
}

func TestWorkersStayOnTheirCores(t *testing.T) {
	defer goleak.VerifyNone(t)
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	last := 0
	for core := range 1024 {
		if own.IsSet(core) {
			last = core
		}
	}
	var want unix.CPUSet
	want.Set(last)
	for _, n := range []int{0, 1, 3} {
		w, err := kernels.NewWorkersOn(n, []int{last, 1023})
		if err != nil {
			t.Fatal(err)
		}
		if w.Count() != max(n, 1) {
			t.Errorf("%d workers on one core are %d", n, w.Count())
		}
		op := &census{units: w.Count(), allowed: make([]unix.CPUSet, w.Count()), errors: make([]error, w.Count())}
		op.together.Add(op.units)
		w.Do(op, nil, privates(w.Count()))
		for unit := range op.units {
			if op.errors[unit] != nil || op.allowed[unit] != want {
				t.Errorf("a worker may use the cores %v, want core %d alone (%v)", op.allowed[unit], last, op.errors[unit])
			}
		}
		w.Close()
	}
	var after unix.CPUSet
	if err := unix.SchedGetaffinity(0, &after); err != nil || after != own {
		t.Errorf("the caller may use the cores %v afterwards, want %v (%v)", after, own, err)
	}
	if _, err := kernels.NewWorkersOn(1, []int{1023}); err == nil || !strings.Contains(err.Error(), "1023") {
		t.Errorf("a core that isn't there gives the error %v", err)
	}
}
