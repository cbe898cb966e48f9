package kernels

import (
	"math"
	"slices"
)

// portableInt8Conv2D computes one row of the output, or of what pooling makes
// of it, a unit. Pooling is done on sums: requantization keeps their order.
type portableInt8Conv2D struct {
	Unshared
	spec    Conv2DSpec
	weights Int8Weights
}

func newPortableInt8Conv2D(s *Conv2DSpec, w Int8Weights) Op {
	return &portableInt8Conv2D{spec: *s, weights: w.clone()}
}

// clone copies the weights for an op to keep.
func (w Int8Weights) clone() Int8Weights {
	w.Values, w.Bias, w.Rescale = slices.Clone(w.Values), slices.Clone(w.Bias), slices.Clone(w.Rescale)
	return w
}

// bias is the bias of a filter.
func (w Int8Weights) bias(filter int) int32 {
	if w.Bias == nil {
		return 0
	}
	return w.Bias[filter]
}

// requantize makes the output of a filter from its sum.
func (w Int8Weights) requantize(sum int32, filter int) int8 {
	return clampInt8(w.Rescale[filter].Apply(sum)+int32(w.OutZero), w.Low, w.High)
}

func (op *portableInt8Conv2D) Name() string { return "int8-conv2d/portable" }

func (op *portableInt8Conv2D) Units() int {
	if op.spec.Pool.none() {
		return op.spec.OutHeight
	}
	return op.spec.Pool.OutHeight
}

func (op *portableInt8Conv2D) Workspace() (shared, private int) {
	return 0, 2 * bytes[int32](op.spec.Filters)
}

func (op *portableInt8Conv2D) Run(a *Args, first, last int, private Buffer) {
	s := &op.spec
	best, sums := take[int32](&private, s.Filters), take[int32](&private, s.Filters)
	window, width := s.Pool, s.Pool.OutWidth
	if window.none() {
		window, width = Window{Height: 1, Width: 1, StrideHeight: 1, StrideWidth: 1}, s.OutWidth
	}
	for y := first; y < last; y++ {
		for x := range width {
			for f := range best {
				best[f] = math.MinInt32
			}
			for i := range window.Height {
				for j := range window.Width {
					cy, cx := y*window.StrideHeight+i-window.PadTop, x*window.StrideWidth+j-window.PadLeft
					if cy >= 0 && cy < s.OutHeight && cx >= 0 && cx < s.OutWidth {
						op.sum(sums, a.Src[0].Int8(), cy, cx)
						for f, v := range sums {
							best[f] = max(best[f], v)
						}
					}
				}
			}
			pixel := a.Dst.Int8()[(y*width+x)*s.Filters:]
			for f, v := range best {
				pixel[f] = op.weights.requantize(v, f)
			}
		}
	}
}

// sum makes the sums of one pixel of the convolution.
func (op *portableInt8Conv2D) sum(sums []int32, src []int8, y, x int) {
	s := &op.spec
	for f := range sums {
		sums[f] = op.weights.bias(f)
	}
	depth, filters := s.InChannels/s.Groups, s.Filters/s.Groups
	for i := range s.KernelHeight {
		for j := range s.KernelWidth {
			iy, ix := y*s.StrideHeight+i*s.DilationHeight-s.PadTop, x*s.StrideWidth+j*s.DilationWidth-s.PadLeft
			if iy < 0 || iy >= s.InHeight || ix < 0 || ix >= s.InWidth {
				continue
			}
			for c, v := range src[(iy*s.InWidth+ix)*s.InChannels:][:s.InChannels] {
				group := c / depth * filters
				row := op.weights.Values[((i*s.KernelWidth+j)*depth+c%depth)*s.Filters+group:][:filters]
				for f, w := range row {
					sums[group+f] += (int32(v) - int32(op.weights.InZero)) * int32(w)
				}
			}
		}
	}
}

// newPortableInt8Depthwise is a convolution with as many groups as channels.
func newPortableInt8Depthwise(s *DepthwiseSpec, w Int8Weights) Op {
	return &portableInt8Depthwise{portableInt8Conv2D{spec: s.grouped(), weights: w.clone()}}
}

type portableInt8Depthwise struct{ portableInt8Conv2D }

func (op *portableInt8Depthwise) Name() string { return "int8-depthwise/portable" }

// grouped is the depthwise convolution as a convolution of groups, whose
// weights lie in the same order.
func (s *DepthwiseSpec) grouped() Conv2DSpec {
	return Conv2DSpec{
		InHeight: s.InHeight, InWidth: s.InWidth, InChannels: s.Channels,
		OutHeight: s.OutHeight, OutWidth: s.OutWidth, Filters: s.Channels * s.Multiplier,
		KernelHeight: s.KernelHeight, KernelWidth: s.KernelWidth, StrideHeight: s.StrideHeight, StrideWidth: s.StrideWidth,
		DilationHeight: s.DilationHeight, DilationWidth: s.DilationWidth, PadTop: s.PadTop, PadLeft: s.PadLeft, Groups: s.Channels,
	}
}

// newPortableInt8Dense is a convolution of 1x1 on a picture of one row.
func newPortableInt8Dense(s *DenseSpec, w Int8Weights) Op {
	return &portableInt8Dense{portableInt8Conv2D{spec: s.convolution(), weights: w.clone()}}
}

type portableInt8Dense struct{ portableInt8Conv2D }

func (op *portableInt8Dense) Name() string { return "int8-dense/portable" }

// convolution is the layer as a convolution of 1x1 on Rows pixels.
func (s *DenseSpec) convolution() Conv2DSpec {
	return Conv2DSpec{
		InHeight: 1, InWidth: s.Rows, InChannels: s.Inputs, OutHeight: 1, OutWidth: s.Rows, Filters: s.Units,
		KernelHeight: 1, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, DilationHeight: 1, DilationWidth: 1, Groups: 1,
	}
}
