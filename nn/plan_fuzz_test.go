package nn

import (
	"path/filepath"
	"testing"

	"edged/kernels"
)

// FuzzPlan builds a Sequential model from bytes and checks that fusing its
// layers doesn't change the result.
func FuzzPlan(f *testing.F) {
	f.Add([]byte{6, 6, 3, 0, 1, 2, 3, 1, 0, 5, 2, 2, 2, 3})
	f.Add([]byte{9, 8, 4, 4, 1, 2, 1, 0, 0, 7, 3, 3, 2, 1, 7, 3, 0, 6, 10, 5, 2})
	f.Add([]byte{12, 5, 2, 8, 1, 1, 0, 2, 0, 3, 3, 2, 5, 1, 7, 2, 5, 2, 2, 1, 9, 4})
	f.Add([]byte{7, 7, 8, 2, 3, 1, 1, 1, 0, 4, 3, 2, 1, 2, 5, 3, 1, 1, 11, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		next := bytesReader(data)
		input := Shape{1 + next(16), 1 + next(16), 1 + next(9)}
		var layers []Layer
		for len(layers) < 8 && next.left() {
			layers = append(layers, next.layer())
		}
		if len(layers) == 0 {
			return
		}
		m, err := NewSequential("", input, layers...)
		if err != nil {
			return // shapes that don't fit each other
		}
		agreeWithin(t, fill(m), Float32, 3e-4)
	})
}

// bytesReader makes numbers of bytes.
func bytesReader(data []byte) numbers {
	return func(limit int) int {
		if limit == 0 {
			return len(data)
		}
		if len(data) == 0 {
			return 0
		}
		v := int(data[0]) % limit
		data = data[1:]
		return v
	}
}

// numbers returns the next number below a limit, or, for 0, how many are left.
type numbers func(limit int) int

func (n numbers) left() bool { return n(0) > 0 }

func (n numbers) pair(limit int) [2]int { return [2]int{1 + n(limit), 1 + n(limit)} }

func (n numbers) padding() Padding { return []Padding{Valid, Same}[n(2)] }

func (n numbers) activation() Activation {
	a, err := Function([]string{"linear", "relu", "relu6", "elu", "tanh", "silu", "sigmoid", "softmax", "leaky_relu"}[n(9)], 3)
	if err != nil {
		panic(err)
	}
	return a
}

func (n numbers) layer() Layer {
	switch n(15) {
	case 0:
		return &Conv2D{Filters: 1 + n(12), KernelSize: n.pair(5), Padding: n.padding(), UseBias: n(2) == 0, Activation: n.activation()}
	case 1:
		return &Conv2D{Filters: 2 + 2*n(4), Groups: 1 + n(2), KernelSize: n.pair(3), Strides: n.pair(3), Padding: n.padding()}
	case 2:
		return &Conv2D{Filters: 1 + n(9), KernelSize: n.pair(3), DilationRate: n.pair(3), Padding: n.padding()}
	case 3:
		return &DepthwiseConv2D{KernelSize: n.pair(5), Strides: n.pair(2), DepthMultiplier: 1 + n(3), Padding: n.padding(), Activation: n.activation()}
	case 4:
		return NewBatchNormalization()
	case 5:
		return &MaxPooling2D{PoolSize: n.pair(5), Strides: n.pair(3), Padding: n.padding()}
	case 6:
		return &AveragePooling2D{PoolSize: n.pair(5), Strides: n.pair(3), Padding: n.padding()}
	case 7:
		return &ActivationLayer{Activation: n.activation()}
	case 8:
		return &ZeroPadding2D{Padding: [2][2]int{{n(4), n(4)}, {n(4), n(4)}}}
	case 9:
		return &Cropping2D{Cropping: [2][2]int{{n(3), n(3)}, {n(3), n(3)}}}
	case 10:
		return &Flatten{}
	case 11:
		return &Dense{Units: 1 + n(9), UseBias: n(2) == 0, Activation: n.activation()}
	case 12:
		return &Rescaling{Scale: []float64{0.5 + 0.5*float64(n(4))}, Offset: []float64{float64(n(3)) - 1}}
	case 13:
		return &SeparableConv2D{Filters: 1 + n(5), KernelSize: n.pair(3), Padding: n.padding()}
	default:
		return &PReLU{}
	}
}

// FuzzCompile compiles and runs whatever configuration can be read, which may
// be refused but must not panic.
func FuzzCompile(f *testing.F) {
	for _, dir := range referenceCases(f) {
		f.Add(read(f, filepath.Join(dir, "keras2.json")))
		f.Add(read(f, filepath.Join(dir, "keras3.json")))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ModelFromConfig(data)
		if err != nil {
			return
		}
		size := 0
		for _, w := range m.Weights() {
			size += w.Shape.Size()
		}
		if size > 1<<20 {
			return // no file of weights of that size came with it
		}
		p, err := Compile(fill(m), Options{Kernels: kernels.Portable()})
		if err != nil || p.ArenaBytes()+p.WorkspaceBytes(1) > 64<<20 {
			return
		}
		flops := 0
		for _, s := range p.Steps() {
			flops += s.FLOPs
		}
		if flops < 1<<24 {
			p.NewRunner(nil).Predict()
		}
	})
}
