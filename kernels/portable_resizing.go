package kernels

import "math"

// resizing is the portable Resizing layer. One unit is one row of the output.
type resizing struct {
	elementwise
	spec ResizingSpec
	y, x []sample
}

// sample is where one output row or column comes from: (1-weight)*first +
// weight*second.
type sample struct {
	first, second int
	weight        float32
}

func newResizing(s *ResizingSpec) Op {
	return &resizing{
		spec: *s,
		y:    samples(s.InHeight, s.OutHeight, s.Bilinear),
		x:    samples(s.InWidth, s.OutWidth, s.Bilinear),
	}
}

// samples puts the centres of out pixels evenly over in pixels, in float32 as
// TensorFlow does.
func samples(in, out int, bilinear bool) []sample {
	result := make([]sample, out)
	scale := float32(in) / float32(out)
	for i := range result {
		centre := float32((float32(i) + 0.5) * scale)
		if !bilinear {
			at := min(int(centre), in-1)
			result[i] = sample{first: at, second: at}
			continue
		}
		centre -= 0.5
		floor := float32(math.Floor(float64(centre)))
		result[i] = sample{
			first:  max(int(floor), 0),
			second: min(int(floor)+1, in-1),
			weight: centre - floor,
		}
	}
	return result
}

func (op *resizing) Name() string { return "resizing/portable" }

func (op *resizing) Units() int { return op.spec.OutHeight }

func (op *resizing) Run(a *Args, first, last int, _ Buffer) {
	s := &op.spec
	src, dst := a.Src[0].Float32(), a.Dst.Float32()
	for i := first; i < last; i++ {
		y := op.y[i]
		top, bottom := src[y.first*s.InWidth*s.Channels:], src[y.second*s.InWidth*s.Channels:]
		for j, x := range op.x {
			out := dst[(i*s.OutWidth+j)*s.Channels:][:s.Channels]
			left, right := x.first*s.Channels, x.second*s.Channels
			for c := range out {
				upper := top[left+c] + (top[right+c]-top[left+c])*x.weight
				lower := bottom[left+c] + (bottom[right+c]-bottom[left+c])*x.weight
				out[c] = upper + (lower-upper)*y.weight
			}
		}
	}
}
