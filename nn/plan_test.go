package nn

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"edged/kernels"
	"edged/storage/safetensors"
)

// recording is a model that Keras recorded, with inputs and every output.
type recording struct {
	model *Model
	io    safetensors.Tensors
}

func loadReference(t testing.TB, dir, config string) recording {
	t.Helper()
	m, err := ModelFromConfig(read(t, filepath.Join(dir, config)))
	if err != nil {
		t.Fatal(err)
	}
	weights, err := safetensors.ReadFile(filepath.Join(dir, "weights.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(weights)) // they begin with their number
	for i, w := range m.Weights() {
		w.Value = weights[names[i]].Float32s()
	}
	io, err := safetensors.ReadFile(filepath.Join(dir, "io.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	return recording{m, io}
}

// sample is element i of the batch of a recorded tensor.
func (r recording) sample(name string, i int) []float32 {
	all := r.io[name].Float32s()
	n := len(all) / r.io[name].Shape[0]
	return all[i*n : (i+1)*n]
}

func (r recording) batch() int { return r.io["input"].Shape[0] }

// compare fails if got is off from what Keras recorded by more than bound,
// relative to the largest value of the whole batch.
func (r recording) compare(t *testing.T, name string, i int, got []float32, bound float64) {
	t.Helper()
	largest := 0.0
	for _, v := range r.io[name].Float32s() {
		largest = max(largest, math.Abs(float64(v)))
	}
	want := r.sample(name, i)
	if len(got) != len(want) {
		t.Fatalf("%s has %d elements, want %d", name, len(got), len(want))
	}
	for j := range want {
		if miss := math.Abs(float64(got[j]) - float64(want[j])); !(miss <= bound*largest) {
			t.Fatalf("%s of sample %d: element %d is %g, want %g", name, i, j, got[j], want[j])
		}
	}
}

func compile(t testing.TB, m *Model, o Options) *Plan {
	t.Helper()
	p, err := Compile(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// everyTable runs f with each table of kernels that this CPU has.
func everyTable(t *testing.T, f func(t *testing.T, table *kernels.Table)) {
	for _, name := range kernels.Available() {
		t.Run(name, func(t *testing.T) {
			table, err := kernels.Select(name)
			if err != nil {
				t.Fatal(err)
			}
			f(t, table)
		})
	}
}

func TestEveryLayerOfTheReferences(t *testing.T) {
	everyTable(t, func(t *testing.T, table *kernels.Table) {
		for _, dir := range referenceCases(t) {
			for _, config := range []string{"keras2.json", "keras3.json"} {
				t.Run(filepath.Base(dir)+"/"+config, func(t *testing.T) {
					ref := loadReference(t, dir, config)
					p := compile(t, ref.model, Options{Kernels: table, KeepLayers: true})
					r := p.NewRunner(nil)
					for i := range ref.batch() {
						copy(r.Input(), ref.sample("input", i))
						ref.compare(t, "output", i, r.Predict(), 1e-5)
						for j, l := range p.LayerOutputs() {
							ref.compare(t, fmt.Sprintf("layer%02d.%s", j, l.Class), i, r.LayerOutput(j), 1e-5)
						}
					}
				})
			}
		}
	})
}

func TestOutputsOfTheReferences(t *testing.T) {
	everyTable(t, func(t *testing.T, table *kernels.Table) {
		for _, dir := range referenceCases(t) {
			for _, precision := range []Precision{Float32, Float16} {
				for _, n := range []int{1, 2} {
					t.Run(fmt.Sprintf("%s/%s/%d", filepath.Base(dir), precision, n), func(t *testing.T) {
						w := kernels.NewWorkers(n)
						defer w.Close()
						ref := loadReference(t, dir, "keras2.json")
						r := compile(t, ref.model, Options{Kernels: table, Precision: precision}).NewRunner(w)
						bound := map[Precision]float64{Float32: 1e-5, Float16: 4e-3}[precision]
						for i := range ref.batch() {
							copy(r.Input(), ref.sample("input", i))
							ref.compare(t, "output", i, r.Predict(), bound)
						}
						if n := testing.AllocsPerRun(10, func() { r.Predict() }); n != 0 {
							t.Errorf("Predict allocates %v times", n)
						}
					})
				}
			}
		}
	})
}

// TestFusion says which layers of the references become one step.
func TestFusion(t *testing.T) {
	for name, want := range map[string][]string{
		"seed_small":      {"conv2d+max_pooling2d", "conv2d_1+max_pooling2d_1", "dense", "dense"},
		"leaky_batchnorm": {"conv2d+batch_normalization+leaky_re_lu+max_pooling2d", "conv2d_1+batch_normalization_1+activation+max_pooling2d_1", "dense", "dense"},
		"separable": {
			"zero_padding2d+conv2d+batch_normalization+re_lu", "depthwise_conv2d+batch_normalization_1+re_lu_1",
			"conv2d_1+batch_normalization_2+re_lu_2", "depthwise_conv2d_1+re_lu_3",
			"separable_conv2d", "separable_conv2d", "global_average_pooling2d", "dense", "dense",
		},
		"preprocessing": {"rescaling+conv2d", "global_max_pooling2d", "dense", "softmax"},
		"mlp":           {"dense", "dense_1", "activation", "dense_2", "dense_2"},
	} {
		ref := loadReference(t, filepath.Join("../testdata/reference", name), "keras2.json")
		var got []string
		for _, s := range compile(t, ref.model, Options{Kernels: kernels.Portable()}).Steps() {
			got = append(got, s.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: steps are\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// fill gives a model's weights small values that depend on their position.
func fill(m *Model) *Model {
	wave := make([]float64, 1021)
	for i := range wave {
		wave[i] = math.Sin(float64(7 * i))
	}
	for k, w := range m.Weights() {
		w.Value = make([]float32, w.Shape.Size())
		scale := 1 / math.Sqrt(float64(len(w.Value)/channels(w.Shape)))
		for i := range w.Value {
			v := scale * wave[(i+17*k)%len(wave)]
			if w.Name == "moving_variance" || w.Name == "variance" {
				v = 0.5 + v*v
			}
			w.Value[i] = float32(v)
		}
	}
	return m
}

// agree checks that fused and unfused plans of a model give the same, and
// returns the fused one.
func agree(t *testing.T, m *Model, precision Precision) *Plan {
	t.Helper()
	return agreeWithin(t, m, precision, map[Precision]float64{Float32: 1e-5, Float16: 4e-3}[precision])
}

func agreeWithin(t *testing.T, m *Model, precision Precision, bound float64) *Plan {
	t.Helper()
	fused := compile(t, m, Options{Kernels: kernels.Portable(), Precision: precision})
	plain := compile(t, m, Options{Kernels: kernels.Portable(), Precision: precision, KeepLayers: true})
	a, b := fused.NewRunner(nil), plain.NewRunner(nil)
	for i := range m.Inputs {
		for j := range a.InputAt(i) {
			v := float32(math.Sin(float64(i + j*j)))
			a.InputAt(i)[j], b.InputAt(i)[j] = v, v
		}
	}
	a.Predict()
	b.Predict()
	for k := range m.Outputs {
		got, want := a.OutputAt(k), b.OutputAt(k)
		largest := 1.0 // as the inputs: what is less may have come from cancelling
		for _, v := range want {
			largest = max(largest, math.Abs(float64(v)))
		}
		for i := range want {
			if math.Abs(float64(got[i])-float64(want[i])) > bound*largest {
				t.Fatalf("output %d: element %d is %g fused and %g not (%v)", k, i, got[i], want[i], fused.Steps())
			}
		}
	}
	return fused
}

func TestFusionKeepsTheResult(t *testing.T) {
	conv := func(padding Padding) *Conv2D {
		return &Conv2D{Filters: 6, KernelSize: [2]int{3, 3}, Padding: padding, UseBias: true}
	}
	rescaling := &Rescaling{Scale: []float64{0.5}, Offset: []float64{-1}}
	for name, layers := range map[string][]Layer{
		"normalization before":        {NewBatchNormalization(), conv(Valid)},
		"normalization before same":   {NewBatchNormalization(), conv(Same)},
		"rescaling before depthwise":  {rescaling, &DepthwiseConv2D{KernelSize: [2]int{3, 3}, DepthMultiplier: 2}},
		"rescaling before groups":     {rescaling, &Conv2D{Filters: 8, KernelSize: [2]int{3, 3}, Groups: 2}},
		"rescaling, padding, conv":    {rescaling, &ZeroPadding2D{Padding: [2][2]int{{1, 2}, {3, 0}}}, conv(Valid)},
		"rescaling twice":             {rescaling, &Rescaling{Scale: []float64{1, 2, 3, 4}, Offset: []float64{0, 1, 2, 3}}, conv(Valid)},
		"normalization before dense":  {NewBatchNormalization(), &Flatten{}, &Dense{Units: 3}},
		"normalization of a vector":   {&Flatten{}, NewBatchNormalization(), &Dense{Units: 3}, NewBatchNormalization()},
		"padding before depthwise":    {&ZeroPadding2D{Padding: [2][2]int{{2, 2}, {2, 2}}}, &DepthwiseConv2D{KernelSize: [2]int{5, 5}, Strides: [2]int{2, 2}}},
		"wide padding before same":    {&ZeroPadding2D{Padding: [2][2]int{{7, 5}, {4, 9}}}, conv(Same)},
		"cropping before conv":        {&Cropping2D{Cropping: [2][2]int{{1, 2}, {0, 1}}}, conv(Same)},
		"relu before normalization":   {conv(Same), &ReLU{}, NewBatchNormalization(), conv(Same)},
		"pool before relu":            {conv(Same), &MaxPooling2D{}, &ReLU{}},
		"pool before swish":           {conv(Same), &MaxPooling2D{}, &ActivationLayer{Activation: Activation{Name: "silu"}}},
		"pool before normalization":   {conv(Same), &MaxPooling2D{}, NewBatchNormalization()},
		"overlapping pool":            {conv(Same), &MaxPooling2D{PoolSize: [2]int{3, 3}, Strides: [2]int{2, 2}, Padding: Same}},
		"large pool":                  {conv(Same), &MaxPooling2D{PoolSize: [2]int{9, 9}}},
		"padding before pool":         {conv(Same), &ReLU{}, &ZeroPadding2D{Padding: [2][2]int{{1, 1}, {1, 2}}}, &MaxPooling2D{PoolSize: [2]int{3, 3}, Strides: [2]int{2, 2}}},
		"padding, negatives, pool":    {conv(Same), &ZeroPadding2D{Padding: [2][2]int{{1, 1}, {1, 1}}}, &MaxPooling2D{PoolSize: [2]int{3, 3}, Strides: [2]int{2, 2}}},
		"wide padding before pool":    {conv(Same), &ReLU{}, &ZeroPadding2D{Padding: [2][2]int{{3, 3}, {1, 1}}}, &MaxPooling2D{PoolSize: [2]int{3, 3}}},
		"conv as large as its input":  {&Conv2D{Filters: 5, KernelSize: [2]int{12, 11}, UseBias: true}, &ReLU{}, conv(Same)},
		"two pools":                   {conv(Same), &MaxPooling2D{}, &MaxPooling2D{}},
		"average pool":                {conv(Same), &AveragePooling2D{}, &ReLU{}},
		"two activations":             {conv(Same), &ReLU{}, &ELU{Alpha: 1}},
		"softmax in the middle":       {&Conv2D{Filters: 5, KernelSize: [2]int{1, 1}, Activation: Activation{Name: "softmax"}}, conv(Same)},
		"reshape between conv and it": {conv(Same), &Reshape{TargetShape: []int{-1, 12}}, NewBatchNormalization(), &Softmax{Axis: 1}},
		"prelu":                       {conv(Same), &PReLU{SharedAxes: []int{1, 2}}, conv(Same), &PReLU{}, &PReLU{SharedAxes: []int{2}}},
		"dense on pictures":           {&Dense{Units: 7, UseBias: true}, NewBatchNormalization(), &ReLU{}},
		"normalization layer":         {&Normalization{PerChannel: true}, conv(Same)},
		"inverse normalization":       {&Normalization{GivenMean: []float64{1, 2, 3, 4}, GivenVariance: []float64{4}, Invert: true}, conv(Same)},
		"resizing":                    {&Resizing{Height: 20, Width: 7}, conv(Same), &Resizing{Height: 5, Width: 9, Interpolation: "nearest"}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := NewSequential("", Shape{12, 11, 4}, layers...)
			if err != nil {
				t.Fatal(err)
			}
			fill(m)
			agree(t, m, Float32)
			agree(t, m, Float16)
		})
	}
}

func TestBranches(t *testing.T) {
	conv := func(filters int) *Conv2D {
		return &Conv2D{Filters: filters, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true}
	}
	backbone, err := NewSequential("backbone", Shape{10, 10, 3}, conv(8), NewBatchNormalization(), &ReLU{})
	if err != nil {
		t.Fatal(err)
	}
	shared := conv(8)
	m, err := NewFunctional("", []Node{
		{Layer: &InputLayer{Shape: Shape{10, 10, 3}}},              // 0
		{Layer: &InputLayer{Shape: Shape{8}}},                      // 1
		{Layer: backbone, Inputs: []int{0}},                        // 2
		{Layer: shared, Inputs: []int{2}},                          // 3
		{Layer: shared, Inputs: []int{3}},                          // 4: the layer's second use
		{Layer: &Merge{Kind: "Add"}, Inputs: []int{2, 4}},          // 5
		{Layer: &ReLU{MaxValue: 6}, Inputs: []int{5}},              // 6
		{Layer: &Merge{Kind: "Multiply"}, Inputs: []int{6, 1}},     // 7: broadcast
		{Layer: &Concatenate{}, Inputs: []int{6, 7, 2}},            // 8
		{Layer: &GlobalAveragePooling2D{}, Inputs: []int{8}},       // 9
		{Layer: &Dense{Units: 4, UseBias: true}, Inputs: []int{9}}, // 10
		{Layer: &Merge{Kind: "Maximum"}, Inputs: []int{2, 2}},      // 11
	}, 10, 6, 11)
	if err != nil {
		t.Fatal(err)
	}
	p := agree(t, fill(m), Float32)
	if n := len(p.Steps()); n != 9 {
		t.Errorf("the plan has %d steps, want 9: %v", n, p.Steps())
	}
}

// tutorialOf10 is the tutorial's network with ten classes and some weights.
func tutorialOf10(t testing.TB) *Model {
	m, err := Tutorial(10)
	if err != nil {
		t.Fatal(err)
	}
	return fill(m)
}

func TestMemoryOfTheTutorial(t *testing.T) {
	m := tutorialOf10(t)
	everyTable(t, func(t *testing.T, table *kernels.Table) {
		p := compile(t, m, Options{Kernels: table})
		if got, limit := p.ArenaBytes()+p.WorkspaceBytes(2), 4<<20; got > limit {
			t.Errorf("arena and workspaces have %d bytes, want at most %d", got, limit)
		}
		half := compile(t, m, Options{Kernels: table, Precision: Float16})
		if full, short := p.WeightBytes(), half.WeightBytes(); float64(short) > 0.501*float64(full) {
			t.Errorf("weights have %d bytes in float16 and %d in float32", short, full)
		}
	})
}

// stranger is a layer that no plan knows.
type stranger struct{ Base }

func (*stranger) Class() string                   { return "Stranger" }
func (*stranger) Build(in []Shape) (Shape, error) { return in[0], nil }

func TestWhatCompileRefuses(t *testing.T) {
	dense := func() *Dense { return &Dense{Base: Named("head"), Units: 3, UseBias: true} }
	for name, tt := range map[string]struct {
		layer     Layer
		change    func(m *Model)
		precision Precision
		want      string
	}{
		"unknown layer":   {&stranger{Named("odd")}, nil, Float32, `layer "odd" (Stranger)`},
		"missing weights": {dense(), func(m *Model) { m.Weights()[1].Value = nil }, Float32, `layer "head" (Dense): weight bias has 0 values`},
		"too few weights": {dense(), func(m *Model) { m.Weights()[0].Value = make([]float32, 5) }, Float32, "weight kernel has 5 values"},
		"no number":       {dense(), func(m *Model) { m.Weights()[0].Value[4] = float32(math.NaN()) }, Float32, "weight kernel has the value NaN at 4"},
		"infinity":        {dense(), func(m *Model) { m.Weights()[1].Value[2] = float32(math.Inf(-1)) }, Float32, "weight bias has the value -Inf at 2"},
		"no number in float16": {dense(), func(m *Model) {
			w := m.Weights()[0]
			w.Float16, w.Value = make([]uint16, len(w.Value)), nil
			w.Float16[4] = 0x7e00
		}, Float16, "weight kernel has the value NaN at 4"},
		"beyond float16":    {dense(), func(m *Model) { m.Weights()[0].Value[1] = 70000 }, Float16, "beyond the 65504 of float16"},
		"negative variance": {NewBatchNormalization(), func(m *Model) { m.Weights()[3].Value[0] = -1 }, Float32, "BatchNormalization"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := NewSequential("", Shape{4, 4, 2}, tt.layer)
			if err != nil {
				t.Fatal(err)
			}
			fill(m)
			if tt.change != nil {
				tt.change(m)
			}
			_, err = Compile(m, Options{Precision: tt.precision})
			var layer *LayerError
			if !errors.As(err, &layer) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want a LayerError with %q", err, tt.want)
			}
		})
	}
	huge, err := NewSequential("", Shape{1 << 10, 1 << 10, 1}, &Conv2D{Filters: 250, KernelSize: [2]int{1, 1}}, &ReLU{}, &ReLU{}, &ReLU{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compile(fill(huge), Options{}); err == nil || !strings.Contains(err.Error(), "more than edged accepts") {
		t.Errorf("huge model: %v", err)
	}
}

func BenchmarkPredict(b *testing.B) {
	for _, name := range kernels.Available() {
		table, err := kernels.Select(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, precision := range []Precision{Float32, Float16} {
			for _, n := range []int{1, 2} {
				b.Run(fmt.Sprintf("tutorial/%s/%s/%d", name, precision, n), func(b *testing.B) {
					benchmark(b, tutorialOf10(b), Options{Kernels: table, Precision: precision}, n)
				})
			}
		}
	}
}

func benchmark(b *testing.B, m *Model, o Options, workers int) {
	w := kernels.NewWorkers(workers)
	defer w.Close()
	p := compile(b, m, o)
	r := p.NewRunner(w)
	flops := 0
	for _, s := range p.Steps() {
		flops += s.FLOPs
	}
	b.ReportAllocs()
	least := time.Duration(math.MaxInt64)
	for b.Loop() {
		start := time.Now()
		r.Predict()
		least = min(least, time.Since(start))
	}
	b.ReportMetric(float64(least.Nanoseconds()), "min-ns/op")
	b.ReportMetric(float64(flops)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}
