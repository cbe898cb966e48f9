//go:build !purego

package kernels

import (
	"slices"
	"testing"

	"golang.org/x/sys/cpu"
)

// TestInt8FiltersOfLargeBias has a filter whose sums don't fit but all give one
// output, as channels that never fire have after quantization, and then one
// whose sums don't.
func TestInt8FiltersOfLargeBias(t *testing.T) {
	const size, channels, filters = 8, 4, 20
	spec := same3x3(size, size, channels, filters, false)
	w := Int8Weights{Values: make([]int8, 9*channels*filters), Low: -128, High: 127, InZero: 3, OutZero: -5}
	for i := range w.Values {
		w.Values[i] = int8(i*37%255 - 127)
	}
	for f := range filters {
		w.Bias = append(w.Bias, int32(f*100))
		w.Rescale = append(w.Rescale, NewRescale(0.001))
	}
	for i := 7; i < len(w.Values); i += filters {
		w.Values[i] = int8(i % 3)
	}
	w.Bias[7], w.Rescale[7] = -1<<30, NewRescale(33.3/(1<<30))
	given := w.clone()
	args := Args{Dst: NewBuffer(size * size * filters), Src: []Buffer{NewBuffer(size * size * channels)}}
	for i := range args.Src[0] {
		args.Src[0][i] = byte(i * 89)
	}
	run := func(op Op) []int8 {
		_, private := op.Workspace()
		op.Run(&args, 0, op.Units(), NewBuffer(private))
		return slices.Clone(args.Dst.Int8())
	}
	tiles := []*int8TileKernels{int8TilesVNNI, int8TilesAVX2}
	if !cpu.X86.HasAVX512VNNI {
		tiles = tiles[1:]
	}
	want := run(newPortableInt8Conv2D(spec, given))
	for _, tile := range tiles {
		op := newInt8Tiles(spec, w, tile)
		if op == nil {
			t.Fatalf("%s: no op for a filter of one output", tile.name)
		}
		if !slices.Equal(run(op), want) {
			t.Errorf("%s: the outputs differ from the portable ones", op.Name())
		}
	}
	if !slices.Equal(w.Values, given.Values) || !slices.Equal(w.Bias, given.Bias) || !slices.Equal(w.Rescale, given.Rescale) {
		t.Error("the caller's weights were changed")
	}
	for i := 7; i < len(w.Values); i += filters {
		w.Values[i] = 127
	}
	w.Bias[7], w.Rescale[7] = 1<<30, NewRescale(50.5/(1<<30))
	for _, tile := range tiles {
		if op := newInt8Tiles(spec, w, tile); op != nil {
			t.Errorf("%s takes sums that don't fit", op.Name())
		}
	}
}
