package nn

import "edged/kernels"

// poolStep is a pooling layer.
type poolStep struct{ spec kernels.PoolSpec }

func (s *poolStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.Pool(&s.spec), nil
}

func (s *poolStep) flops() int {
	w := &s.spec.Window
	return w.OutHeight * w.OutWidth * w.Height * w.Width * s.spec.Channels
}

func (l *MaxPooling2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	return lowerPool(g, in[0], out, l.PoolSize, l.Strides, l.Padding, false), nil
}

func (l *AveragePooling2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	return lowerPool(g, in[0], out, l.PoolSize, l.Strides, l.Padding, true), nil
}

func lowerPool(g *graph, in tensor, out Shape, size, strides [2]int, p Padding, average bool) tensor {
	top, left := slides(in.shape, size, strides, [2]int{1, 1}, p)
	return g.add(&poolStep{kernels.PoolSpec{
		InHeight: in.shape[0], InWidth: in.shape[1], Channels: in.shape[2],
		Window: kernels.Window{
			Height: size[0], Width: size[1], StrideHeight: strides[0], StrideWidth: strides[1],
			PadTop: top, PadLeft: left, OutHeight: out[0], OutWidth: out[1],
		},
		Average: average,
	}}, out, in)
}

// globalPoolStep is a global pooling layer.
type globalPoolStep struct{ spec kernels.GlobalPoolSpec }

func (s *globalPoolStep) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return t.GlobalPool(&s.spec), nil
}

func (s *globalPoolStep) flops() int { return s.spec.Pixels * s.spec.Channels }

func (l *GlobalMaxPooling2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	return lowerGlobalPool(g, in[0], out, false), nil
}

func (l *GlobalAveragePooling2D) lower(g *graph, in []tensor, out Shape) (tensor, error) {
	return lowerGlobalPool(g, in[0], out, true), nil
}

func lowerGlobalPool(g *graph, in tensor, out Shape, average bool) tensor {
	s := in.shape
	return g.add(&globalPoolStep{kernels.GlobalPoolSpec{Pixels: s[0] * s[1], Channels: s[2], Average: average}}, out, in)
}
