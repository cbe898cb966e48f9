package kernels_test

import (
	"testing"

	"edged/kernels"
)

func convolution(size, channels, filters, kernel, stride int, pool bool) *kernels.Conv2DSpec {
	s := &kernels.Conv2DSpec{
		InHeight: size, InWidth: size, InChannels: channels,
		OutHeight: (size + stride - 1) / stride, OutWidth: (size + stride - 1) / stride, Filters: filters,
		KernelHeight: kernel, KernelWidth: kernel, StrideHeight: stride, StrideWidth: stride,
		DilationHeight: 1, DilationWidth: 1, PadTop: (kernel - stride + 1) / 2, PadLeft: (kernel - stride + 1) / 2, Groups: 1,
		Activation: kernels.Activation{Kind: kernels.ReLU},
	}
	if pool {
		s.Pool = kernels.Window{Height: 2, Width: 2, StrideHeight: 2, StrideWidth: 2, OutHeight: s.OutHeight / 2, OutWidth: s.OutWidth / 2}
	}
	return s
}

func depthwise(size, channels, stride int) *kernels.DepthwiseSpec {
	out := (size + stride - 1) / stride
	return &kernels.DepthwiseSpec{
		InHeight: size, InWidth: size, Channels: channels, Multiplier: 1, OutHeight: out, OutWidth: out,
		KernelHeight: 3, KernelWidth: 3, StrideHeight: stride, StrideWidth: stride, DilationHeight: 1, DilationWidth: 1,
		PadTop: 2 - stride, PadLeft: 2 - stride, Activation: kernels.Activation{Kind: kernels.ReLU, Max: 6},
	}
}

// BenchmarkLayers runs layers of the tutorial's network and of MobileNets on
// every table of this CPU. On the emulated board that counts instructions a
// nanosecond is one instruction.
func BenchmarkLayers(b *testing.B) {
	layers := []struct {
		name   string
		inputs int
		op     func(*kernels.Table) kernels.Op
	}{
		{"tutorial/conv2d", 224 * 224 * 3, conv2D(convolution(224, 3, 32, 3, 1, true))},
		{"tutorial/conv2d_1", 112 * 112 * 32, conv2D(convolution(112, 32, 64, 3, 1, true))},
		{"tutorial/conv2d_1-float16", 112 * 112 * 32, halfConv2D(convolution(112, 32, 64, 3, 1, true))},
		{"tutorial/dense", 200704, func(t *kernels.Table) kernels.Op {
			return t.Dense(&kernels.DenseSpec{Rows: 1, Inputs: 200704, Units: 10}, kernels.Weights{Float32: make([]float32, 2007040)})
		}},
		{"tutorial/dense-float16", 200704, func(t *kernels.Table) kernels.Op {
			return t.Dense(&kernels.DenseSpec{Rows: 1, Inputs: 200704, Units: 10}, kernels.Weights{Float16: make([]uint16, 2007040)})
		}},
		{"mobilenet/conv1", 224 * 224 * 3, conv2D(convolution(224, 3, 32, 3, 2, false))},
		{"mobilenet/conv_pw_3", 56 * 56 * 128, conv2D(convolution(56, 128, 128, 1, 1, false))},
		{"mobilenet/conv_pw_3-float16", 56 * 56 * 128, halfConv2D(convolution(56, 128, 128, 1, 1, false))},
		{"mobilenet/conv_pw_13", 7 * 7 * 1024, conv2D(convolution(7, 1024, 1024, 1, 1, false))},
		{"mobilenet/conv_dw_3", 56 * 56 * 128, func(t *kernels.Table) kernels.Op {
			return t.Depthwise(depthwise(56, 128, 1), kernels.Weights{Float32: make([]float32, 9*128)})
		}},
		{"mobilenet/conv_dw_4", 56 * 56 * 128, func(t *kernels.Table) kernels.Op {
			return t.Depthwise(depthwise(56, 128, 2), kernels.Weights{Float32: make([]float32, 9*128)})
		}},
		{"mobilenet/dense", 1024, func(t *kernels.Table) kernels.Op {
			return t.Dense(&kernels.DenseSpec{Rows: 1, Inputs: 1024, Units: 1000}, kernels.Weights{Float32: make([]float32, 1024*1000)})
		}},
		{"tutorial/conv2d-int8", 224 * 224 * 3, conv2DInt8(convolution(224, 3, 32, 3, 1, true))},
		{"tutorial/conv2d_1-int8", 112 * 112 * 32, conv2DInt8(convolution(112, 32, 64, 3, 1, true))},
		{"tutorial/dense-int8", 200704, denseInt8(&kernels.DenseSpec{Rows: 1, Inputs: 200704, Units: 10})},
		{"mobilenet/conv1-int8", 224 * 224 * 3, conv2DInt8(convolution(224, 3, 32, 3, 2, false))},
		{"mobilenet/conv_pw_1-int8", 112 * 112 * 32, conv2DInt8(convolution(112, 32, 64, 1, 1, false))},
		{"mobilenet/conv_pw_3-int8", 56 * 56 * 128, conv2DInt8(convolution(56, 128, 128, 1, 1, false))},
		{"mobilenet/conv_pw_13-int8", 7 * 7 * 1024, conv2DInt8(convolution(7, 1024, 1024, 1, 1, false))},
		{"mobilenet/conv_dw_3-int8", 56 * 56 * 128, depthwiseInt8(depthwise(56, 128, 1))},
		{"mobilenet/conv_dw_4-int8", 56 * 56 * 128, depthwiseInt8(depthwise(56, 128, 2))},
		{"mobilenet/dense-int8", 1024, denseInt8(&kernels.DenseSpec{Rows: 1, Inputs: 1024, Units: 1000})},
		{"softmax", 1000, func(t *kernels.Table) kernels.Op {
			return t.Softmax(&kernels.SoftmaxSpec{Outer: 1, Size: 1000, Inner: 1})
		}},
	}
	for _, name := range kernels.Available() {
		table, err := kernels.Select(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, layer := range layers {
			b.Run(name+"/"+layer.name, func(b *testing.B) {
				op := layer.op(table)
				shared, private := op.Workspace()
				a := &kernels.Args{
					Dst: kernels.NewBuffer(4 << 20), Shared: kernels.NewBuffer(shared),
					Src: []kernels.Buffer{kernels.NewBuffer(layer.inputs * kernels.Float32Bytes)},
				}
				workspace := kernels.NewBuffer(private)
				for b.Loop() {
					op.Run(a, 0, op.Units(), workspace)
					op.Finish(a)
				}
			})
		}
	}
}

func conv2D(s *kernels.Conv2DSpec) func(*kernels.Table) kernels.Op {
	return func(t *kernels.Table) kernels.Op {
		return t.Conv2D(s, kernels.Weights{Float32: make([]float32, s.KernelHeight*s.KernelWidth*s.InChannels*s.Filters)})
	}
}

func halfConv2D(s *kernels.Conv2DSpec) func(*kernels.Table) kernels.Op {
	return func(t *kernels.Table) kernels.Op {
		return t.Conv2D(s, kernels.Weights{Float16: make([]uint16, s.KernelHeight*s.KernelWidth*s.InChannels*s.Filters)})
	}
}

func conv2DInt8(s *kernels.Conv2DSpec) func(*kernels.Table) kernels.Op {
	return func(t *kernels.Table) kernels.Op {
		return t.Conv2DInt8(s, int8Weights(s.KernelHeight*s.KernelWidth*s.InChannels, s.Filters))
	}
}

func depthwiseInt8(s *kernels.DepthwiseSpec) func(*kernels.Table) kernels.Op {
	return func(t *kernels.Table) kernels.Op { return t.DepthwiseInt8(s, int8Weights(9, s.Channels)) }
}

func denseInt8(s *kernels.DenseSpec) func(*kernels.Table) kernels.Op {
	return func(t *kernels.Table) kernels.Op { return t.DenseInt8(s, int8Weights(s.Inputs, s.Units)) }
}

func int8Weights(depth, filters int) kernels.Int8Weights {
	w := kernels.Int8Weights{Values: make([]int8, depth*filters), Low: -128, High: 127}
	for range filters {
		w.Rescale = append(w.Rescale, kernels.NewRescale(0.003))
	}
	return w
}

// BenchmarkInt8Networks runs the convolutions and dense layers of whole
// networks on int8 one after the other.
func BenchmarkInt8Networks(b *testing.B) {
	networks := map[string][]func(*kernels.Table) kernels.Op{
		"tutorial": {
			conv2DInt8(convolution(224, 3, 32, 3, 1, true)), conv2DInt8(convolution(112, 32, 64, 3, 1, true)),
			denseInt8(&kernels.DenseSpec{Rows: 1, Inputs: 200704, Units: 10}),
		},
		"MobileNet":   mobileNet(),
		"MobileNetV2": mobileNetV2(),
	}
	for _, name := range kernels.Available() {
		table, err := kernels.Select(name)
		if err != nil {
			b.Fatal(err)
		}
		for network, layers := range networks {
			b.Run(name+"/"+network, func(b *testing.B) {
				a := &kernels.Args{Dst: kernels.NewBuffer(2 << 20), Src: []kernels.Buffer{kernels.NewBuffer(2 << 20)}}
				workspace := kernels.NewBuffer(4 << 20)
				var ops []kernels.Op
				for _, layer := range layers {
					ops = append(ops, layer(table))
				}
				for b.Loop() {
					for _, op := range ops {
						op.Run(a, 0, op.Units(), workspace)
						op.Finish(a)
					}
				}
			})
		}
	}
}

func mobileNet() []func(*kernels.Table) kernels.Op {
	layers := []func(*kernels.Table) kernels.Op{conv2DInt8(convolution(224, 3, 32, 3, 2, false))}
	size, channels := 112, 32
	for _, block := range [][2]int{{64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}} {
		filters, stride := block[0], block[1]
		layers = append(layers, depthwiseInt8(depthwise(size, channels, stride)))
		size /= stride
		layers = append(layers, conv2DInt8(convolution(size, channels, filters, 1, 1, false)))
		channels = filters
	}
	return append(layers, denseInt8(&kernels.DenseSpec{Rows: 1, Inputs: 1024, Units: 1000}))
}

func mobileNetV2() []func(*kernels.Table) kernels.Op {
	layers := []func(*kernels.Table) kernels.Op{conv2DInt8(convolution(224, 3, 32, 3, 2, false))}
	size, channels := 112, 32
	for _, group := range [][4]int{{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}} {
		for i := range group[2] {
			wide, stride := channels*group[0], 1
			if i == 0 {
				stride = group[3]
			}
			if group[0] > 1 {
				layers = append(layers, conv2DInt8(convolution(size, channels, wide, 1, 1, false)))
			}
			layers = append(layers, depthwiseInt8(depthwise(size, wide, stride)))
			size /= stride
			layers = append(layers, conv2DInt8(convolution(size, wide, group[1], 1, 1, false)))
			channels = group[1]
		}
	}
	return append(layers, conv2DInt8(convolution(7, 320, 1280, 1, 1, false)), denseInt8(&kernels.DenseSpec{Rows: 1, Inputs: 1280, Units: 1000}))
}
