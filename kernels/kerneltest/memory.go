package kerneltest

import (
	"bytes"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"

	"edged/kernels"
)

// way is one way to lay out memory and to run the units.
type way struct {
	flushEnd  bool // tensors end at an inaccessible page; else they begin after one
	backwards bool // one unit at a time, from the last to the first
}

var ways = []way{{flushEnd: true}, {flushEnd: false, backwards: true}}

const rubbish = 0xff // four of it are a NaN

// region is a tensor between two inaccessible pages.
type region struct {
	kernels.Buffer
	pages []byte // without the inaccessible ones
}

// memory is what regions lie on, kept for those to come.
type memory struct {
	free map[int][][]byte // by length, inaccessible pages included
}

// newMemory returns memory that is given back when the test ends.
func newMemory(t *testing.T) *memory {
	m := &memory{free: map[int][][]byte{}}
	t.Cleanup(func() {
		for _, mappings := range m.free {
			for _, mapping := range mappings {
				if err := unix.Munmap(mapping); err != nil {
					t.Error(err)
				}
			}
		}
	})
	return m
}

// mapping returns pages between two inaccessible ones, until the test ends.
func (m *memory) mapping(t *testing.T, length int) []byte {
	page := unix.Getpagesize()
	var mapping []byte
	if free := m.free[length]; len(free) > 0 {
		mapping, m.free[length] = free[len(free)-1], free[:len(free)-1]
	} else {
		var err error
		if mapping, err = unix.Mmap(-1, 0, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE); err != nil {
			t.Fatal(err)
		}
		for _, guard := range [][]byte{mapping[:page], mapping[length-page:]} {
			if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Cleanup(func() { m.free[length] = append(m.free[length], mapping) })
	return mapping
}

func (m *memory) newRegion(t *testing.T, size int, flushEnd bool) region {
	page := unix.Getpagesize()
	length := (size+page-1)/page*page + 2*page
	r := region{pages: m.mapping(t, length)[page : length-page]}
	for i := range r.pages {
		r.pages[i] = rubbish
	}
	r.Buffer = r.pages[:size:size]
	if flushEnd {
		r.Buffer = r.pages[len(r.pages)-size:]
	}
	return r
}

// spilled tells whether something was written beside the tensor.
func (r region) spilled(flushEnd bool) bool {
	rest := r.pages[len(r.Buffer):]
	if flushEnd {
		rest = r.pages[:len(r.pages)-len(r.Buffer)]
	}
	return len(bytes.TrimLeft(rest, string([]byte{rubbish}))) > 0
}

// execute runs an op on guarded memory and returns its output of size bytes.
func (m *memory) execute(t *testing.T, op kernels.Op, inputs []kernels.Buffer, size int, w way) kernels.Buffer {
	shared, private := op.Workspace()
	if shared%kernels.Alignment != 0 || private%kernels.Alignment != 0 {
		t.Fatalf("%s: workspaces of %d and %d bytes are no multiples of %d", op.Name(), shared, private, kernels.Alignment)
	}
	var regions []region
	for _, size := range []int{size, shared, private} {
		regions = append(regions, m.newRegion(t, size, w.flushEnd))
	}
	args := &kernels.Args{Dst: regions[0].Buffer, Shared: regions[1].Buffer}
	for _, input := range inputs {
		r := m.newRegion(t, len(input), w.flushEnd)
		copy(r.Buffer, input)
		regions = append(regions, r)
		args.Src = append(args.Src, r.Buffer)
	}

	run(t, op, args, regions[2].Buffer, w.backwards)

	for i, r := range regions {
		if r.spilled(w.flushEnd) {
			t.Fatalf("%s writes beside tensor %d (0 output, 1 shared, 2 private, then inputs)", op.Name(), i)
		}
	}
	for i, input := range inputs {
		if !bytes.Equal(args.Src[i], input) {
			t.Fatalf("%s overwrites input %d", op.Name(), i)
		}
	}
	return bytes.Clone(args.Dst)
}

func run(t *testing.T, op kernels.Op, args *kernels.Args, private kernels.Buffer, backwards bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if fault := recover(); fault != nil {
			t.Fatalf("%s: %v\n%s", op.Name(), fault, debug.Stack())
		}
	}()
	if backwards {
		for unit := op.Units() - 1; unit >= 0; unit-- {
			op.Run(args, unit, unit+1, private)
		}
	} else {
		op.Run(args, 0, op.Units(), private)
	}
	op.Finish(args)
}
