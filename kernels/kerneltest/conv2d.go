package kerneltest

import (
	"fmt"
	"testing"

	"github.com/x448/float16"

	"edged/kernels"
)

// convolution is one case: a Conv2DSpec with what follows from the rest left out.
type convolution struct {
	height, width, channels, filters int
	kernel, stride, dilation         [2]int
	same                             bool
	pad                              [2][2]int // zeros before and after beside those of same
	groups                           int
	pool, poolStride                 [2]int
	poolSame                         bool
	activation                       kernels.Activation
	half, noBias                     bool
}

func (c convolution) String() string {
	text := fmt.Sprintf("%dx%dx%d-%d/k%dx%d", c.height, c.width, c.channels, c.filters, c.kernel[0], c.kernel[1])
	if c.stride != [2]int{1, 1} {
		text += fmt.Sprintf("-s%dx%d", c.stride[0], c.stride[1])
	}
	if c.dilation != [2]int{1, 1} {
		text += fmt.Sprintf("-d%dx%d", c.dilation[0], c.dilation[1])
	}
	if c.groups > 1 {
		text += fmt.Sprintf("-g%d", c.groups)
	}
	if c.same {
		text += "-same"
	}
	if c.pad != [2][2]int{} {
		text += fmt.Sprintf("-pad%v", c.pad)
	}
	if c.pool[0] > 0 {
		text += fmt.Sprintf("-pool%dx%d-s%dx%d-%v", c.pool[0], c.pool[1], c.poolStride[0], c.poolStride[1], c.poolSame)
	}
	if c.activation.Kind != kernels.Linear {
		text += fmt.Sprintf("-a%d", c.activation.Kind)
	}
	if c.half {
		text += "-half"
	}
	return text
}

// spec is the complete description, or false if there is no output.
func (c convolution) spec() (kernels.Conv2DSpec, bool) {
	s := kernels.Conv2DSpec{
		InHeight: c.height, InWidth: c.width, InChannels: c.channels, Filters: c.filters,
		KernelHeight: c.kernel[0], KernelWidth: c.kernel[1],
		StrideHeight: c.stride[0], StrideWidth: c.stride[1],
		DilationHeight: c.dilation[0], DilationWidth: c.dilation[1],
		Groups: c.groups, Activation: c.activation,
	}
	s.OutHeight, s.PadTop = side{c.height + c.pad[0][0] + c.pad[0][1], c.kernel[0], c.stride[0], c.dilation[0]}.padded(c.same)
	s.OutWidth, s.PadLeft = side{c.width + c.pad[1][0] + c.pad[1][1], c.kernel[1], c.stride[1], c.dilation[1]}.padded(c.same)
	s.PadTop += c.pad[0][0]
	s.PadLeft += c.pad[1][0]
	if s.OutHeight == 0 || s.OutWidth == 0 {
		return s, false
	}
	if c.pool[0] > 0 {
		s.Pool = window(s.OutHeight, s.OutWidth, c.pool, c.poolStride, c.poolSame)
	}
	return s, c.pool[0] == 0 || s.Pool.OutHeight > 0 && s.Pool.OutWidth > 0
}

func window(height, width int, size, stride [2]int, same bool) kernels.Window {
	w := kernels.Window{Height: size[0], Width: size[1], StrideHeight: stride[0], StrideWidth: stride[1]}
	w.OutHeight, w.PadTop = side{height, size[0], stride[0], 1}.padded(same)
	w.OutWidth, w.PadLeft = side{width, size[1], stride[1], 1}.padded(same)
	return w
}

// plain is a convolution without anything special.
func plain(height, width, channels, filters, kernel int) convolution {
	return convolution{
		height: height, width: width, channels: channels, filters: filters,
		kernel: [2]int{kernel, kernel}, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, same: true, groups: 1,
		activation: kernels.Activation{Kind: kernels.ReLU},
	}
}

// convolutions lists the cases.
func convolutions() []convolution {
	var all []convolution
	add := func(c convolution, changes ...func(*convolution)) {
		for _, change := range changes {
			change(&c)
		}
		all = append(all, c)
	}
	valid := func(c *convolution) { c.same = false }
	half := func(c *convolution) { c.half = true }
	stride := func(h, w int) func(*convolution) {
		return func(c *convolution) { c.stride = [2]int{h, w} }
	}
	pool := func(h, w, sh, sw int, same bool) func(*convolution) {
		return func(c *convolution) { c.pool, c.poolStride, c.poolSame = [2]int{h, w}, [2]int{sh, sw}, same }
	}

	// Pictures of every size round the tiles of 3x3, with few and more channels.
	for size := 1; size <= 15; size++ {
		add(plain(size, 16-size, 3, 8, 3))
		add(plain(size, 16-size, 16, 16, 3))
		add(plain(size, 16-size, 9, 12, 3), valid)
		add(plain(size, 16-size, 3, 8, 3), pool(2, 2, 2, 2, false))
		add(plain(16-size, size, 8, 16, 3), pool(2, 2, 2, 2, false))
		add(plain(1, size, 20, 24, 1))
	}
	add(plain(26, 27, 3, 32, 3), pool(2, 2, 2, 2, false))
	add(plain(25, 26, 16, 32, 3), pool(2, 2, 2, 2, false), half)
	add(plain(17, 15, 16, 32, 1), pool(2, 2, 2, 2, false))
	add(plain(18, 67, 4, 16, 3))
	add(plain(13, 130, 3, 8, 3), stride(2, 2))
	// Pictures so large that kernels of 1x1 read them in place.
	add(plain(27, 31, 5, 40, 1))
	add(plain(29, 29, 12, 16, 1), half)
	add(plain(28, 28, 8, 50, 1))
	// Channels and filters round the widths of vectors and panels.
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 64, 65, 96, 130} {
		add(plain(6, 7, n, 16, 3))
		add(plain(6, 7, 8, n, 3), half)
		add(plain(5, 6, n, 24, 3), stride(2, 2))
		add(plain(5, 5, n, 32, 1))
		add(plain(4, 7, 24, n, 1), half)
		add(plain(6, 5, 3, n, 3), pool(2, 2, 2, 2, false))
		add(plain(7, 9, 1, n, 5), stride(2, 2))
	}
	// Kernels, strides and paddings.
	for _, kernel := range [][2]int{{1, 1}, {2, 2}, {3, 3}, {5, 5}, {7, 7}, {1, 5}, {4, 1}, {3, 2}} {
		for _, by := range [][2]int{{1, 1}, {2, 2}, {2, 1}, {1, 3}, {4, 4}} {
			for _, channels := range []int{1, 3, 8} {
				c := plain(11, 10, channels, 8, 1)
				c.kernel, c.stride = kernel, by
				add(c)
				add(c, valid, half)
			}
		}
	}
	// Pools of few channels.
	for i, channels := range []int{1, 3, 4, 1, 3, 4} {
		c := plain(15, 16+i, channels, 8+8*(i%2), 3+i/3*2)
		add(c, pool(2, 2, 2, 2, false))
		add(c, pool(2, 2, 2, 2, false), stride(2, 2), valid)
		add(c, pool(2, 2, 2, 2, false), stride(1, 3), half)
	}
	// Dilation and groups.
	for _, d := range [][2]int{{2, 2}, {1, 3}, {4, 2}} {
		c := plain(12, 11, 5, 9, 3)
		c.dilation = d
		add(c)
		add(c, valid)
		add(c, pool(2, 2, 2, 2, false))
	}
	for _, groups := range []int{2, 3, 6} {
		c := plain(7, 6, 6, 12, 3)
		c.groups = groups
		add(c)
		add(c, half, stride(2, 2))
	}
	c := plain(5, 6, 64, 32, 3)
	c.groups = 2
	add(c)
	// More zeros round the picture than a kernel asks for, and uneven ones.
	for _, edges := range [][2][2]int{{{0, 1}, {0, 1}}, {{1, 0}, {2, 0}}, {{5, 7}, {8, 4}}, {{0, 9}, {0, 0}}} {
		for _, channels := range []int{3, 16} {
			c := plain(6, 7, channels, 16, 3)
			c.pad = edges
			add(c, valid)
			add(c, half)
			add(c, valid, stride(2, 2))
			add(c, pool(2, 2, 2, 2, false))
			c.kernel = [2]int{1, 1}
			add(c)
			c.kernel = [2]int{5, 5}
			add(c, valid, half)
		}
	}
	// Pools of other shapes.
	for _, p := range []func(*convolution){
		pool(2, 2, 2, 2, true), pool(3, 3, 2, 2, true), pool(3, 2, 2, 1, false), pool(2, 2, 1, 1, false),
		pool(1, 2, 3, 3, false), pool(6, 6, 6, 6, false), pool(3, 3, 1, 1, true),
	} {
		add(plain(13, 12, 3, 8, 3), p)
		add(plain(9, 8, 16, 20, 3), p, half)
		add(plain(9, 8, 16, 20, 1), p)
		add(plain(9, 8, 4, 5, 5), p, valid)
	}
	// Activations, with and without pool and bias.
	for _, a := range activations {
		set := func(c *convolution) { c.activation = a }
		add(plain(9, 9, 3, 10, 3), set)
		add(plain(8, 8, 16, 16, 3), set, pool(2, 2, 2, 2, false))
		add(plain(6, 6, 8, 6, 3), set, func(c *convolution) { c.noBias = true })
		add(plain(5, 5, 8, 18, 1), set, pool(2, 2, 2, 2, true))
	}
	return all
}

func (s *suite) conv2D(t *testing.T) {
	for seed, c := range convolutions() {
		spec, ok := c.spec()
		if !ok {
			continue
		}
		input := random(spec.InHeight*spec.InWidth*spec.InChannels, seed)
		weights, values := c.weights(seed)
		op := s.table.Conv2D(&spec, weights)
		if !s.owns(op) {
			continue
		}
		s.check(t, c.String(), op, [][]float32{input}, conv2D(op, &spec, input, values, weights.Bias))
	}
}

func (c convolution) weights(seed int) (w kernels.Weights, values []float32) {
	w, values = parameters(c.kernel[0]*c.kernel[1]*c.channels/c.groups*c.filters, c.filters, seed, c.half)
	if c.noBias {
		w.Bias = nil
	}
	return w, values
}

// parameters makes n weights and some biases, in half precision if asked, and
// the weights' values.
func parameters(n, biases, seed int, half bool) (w kernels.Weights, values []float32) {
	values = random(n, seed+1)
	w.Bias = random(biases, seed+2)
	if !half {
		w.Float32 = values
		return w, values
	}
	w.Float16 = make([]uint16, n)
	for i, v := range values {
		if i%7 == 0 {
			v *= 1e-5 // a subnormal half
		}
		short := float16.Fromfloat32(v)
		w.Float16[i] = short.Bits()
		values[i] = short.Float32()
	}
	return w, values
}

// conv2D is the definition of Keras's Conv2D.
func conv2D(op kernels.Op, s *kernels.Conv2DSpec, input, weights, bias []float32) result {
	depth, filters := s.InChannels/s.Groups, s.Filters/s.Groups
	out := newSums(s.OutHeight*s.OutWidth*s.Filters, s.KernelHeight*s.KernelWidth*depth+1)
	for i := range out.values {
		f := i % s.Filters
		x := i / s.Filters % s.OutWidth
		y := i / s.Filters / s.OutWidth
		if bias != nil {
			out.add(i, float64(bias[f]))
		}
		for ky := range s.KernelHeight {
			for kx := range s.KernelWidth {
				iy := y*s.StrideHeight + ky*s.DilationHeight - s.PadTop
				ix := x*s.StrideWidth + kx*s.DilationWidth - s.PadLeft
				if iy < 0 || ix < 0 || iy >= s.InHeight || ix >= s.InWidth {
					continue
				}
				for c := range depth {
					pixel := input[(iy*s.InWidth+ix)*s.InChannels+f/filters*depth+c]
					weight := weights[((ky*s.KernelWidth+kx)*depth+c)*s.Filters+f]
					out.add(i, float64(pixel)*float64(weight))
				}
			}
		}
	}
	r := out.activated(op, s.Activation)
	if s.Pool != (kernels.Window{}) {
		return r.maximum(s.Pool, s.OutHeight, s.OutWidth, s.Filters)
	}
	return r
}
