package nn

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"edged/kernels"
)

// TestEqualizedComputesTheSame equalizes every reference: its outputs are those
// that Keras recorded, and its pairs follow each other in the model.
func TestEqualizedComputesTheSame(t *testing.T) {
	equalized := 0
	for _, dir := range referenceCases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			ref := loadReference(t, dir, "keras2.json")
			flat, c := calibrated(t, ref, "minmax")
			m, pairs, err := c.Equalize()
			if err != nil {
				t.Fatal(err)
			}
			if m == nil {
				return
			}
			equalized++
			r := compile(t, m, Options{}).NewRunner(nil)
			for i := range ref.batch() {
				copy(r.Input(), ref.sample("input", i))
				ref.compare(t, "output", i, r.Predict(), 1e-5)
			}
			at := func(name string) int {
				return slices.IndexFunc(flat.Layers, func(l Layer) bool { return l.Name() == name })
			}
			for _, p := range pairs {
				if from, to := at(p.From), at(p.To); from < 0 || to <= from || p.Decibels < leastGain {
					t.Errorf("pair %+v", p)
				}
			}
		})
	}
	if equalized < 3 {
		t.Errorf("%d references were equalized", equalized)
	}
}

// uneven is a network whose first layer makes channels of very different sizes,
// with what is between it and the second layer.
func uneven(t *testing.T, between ...Layer) *Model {
	t.Helper()
	layers := []Layer{&Conv2D{Filters: 8, KernelSize: [2]int{3, 3}, Padding: Same, UseBias: true}}
	layers = append(layers, between...)
	m, err := NewSequential("", Shape{8, 8, 3}, append(layers, &Conv2D{Filters: 4, KernelSize: [2]int{1, 1}, UseBias: true})...)
	if err != nil {
		t.Fatal(err)
	}
	fill(m)
	first, last := m.Layers[0].(*Conv2D), m.Layers[len(m.Layers)-1].(*Conv2D)
	for i := range first.Kernel.Value {
		first.Kernel.Value[i] *= float32(math.Exp2(float64(-i % 8)))
	}
	for i := range first.Bias.Value {
		first.Bias.Value[i] *= float32(math.Exp2(float64(-i)))
	}
	for i := range last.Kernel.Value {
		last.Kernel.Value[i] *= float32(math.Exp2(float64(i / 4 % 8)))
	}
	return m
}

// outputNoise is the signal to noise of m in int8, calibrated on waves.
func outputNoise(t *testing.T, c *Calibration, m *Model) float64 {
	t.Helper()
	scaled, err := NewCalibration(m, "minmax", nil)
	if err != nil {
		t.Fatal(err)
	}
	waves(scaled.Input(), scaled.Observe)
	q, err := scaled.Quantize()
	if err != nil {
		t.Fatal(err)
	}
	meter, err := c.NewOutputMeter(q)
	if err != nil {
		t.Fatal(err)
	}
	waves(c.Input(), meter.Measure)
	return meter.Layers()[0].Decibels()
}

// waves fills the input several times.
func waves(in []float32, do func()) {
	for n := range 4 {
		for i := range in {
			in[i] = float32(math.Sin(float64(i*i + n)))
		}
		do()
	}
}

// TestEqualizeLessensTheNoise says which layers may lie between two that are
// equalized, and that int8 gains by it.
func TestEqualizeLessensTheNoise(t *testing.T) {
	activation := func(name string) Layer {
		a, err := Function(name, 3)
		if err != nil {
			t.Fatal(err)
		}
		return &ActivationLayer{Activation: a}
	}
	for _, c := range []struct {
		name    string
		between []Layer
		gains   bool
	}{
		{"linear", nil, true},
		{"relu", []Layer{activation("relu")}, true},
		{"leaky relu", []Layer{&LeakyReLU{NegativeSlope: 0.3}}, true},
		{"prelu", []Layer{&PReLU{SharedAxes: []int{1, 2}}}, true},
		{"relu6", []Layer{activation("relu6")}, true},
		{"relu and pools", []Layer{activation("relu"), &MaxPooling2D{}, &AveragePooling2D{}, &ZeroPadding2D{Padding: [2][2]int{{1, 1}, {1, 1}}}}, true},
		{"reshape", []Layer{&Reshape{TargetShape: []int{4, 16, 8}}}, true},
		{"reshape of channels", []Layer{&Reshape{TargetShape: []int{8, 4, 16}}}, false},
		{"tanh", []Layer{activation("tanh")}, false},
		{"threshold", []Layer{&ReLU{Threshold: 0.1}}, false},
		{"softmax", []Layer{&Softmax{Axis: -1}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			flat, err := Quantizable(uneven(t, c.between...))
			if err != nil {
				t.Fatal(err)
			}
			calibration, err := NewCalibration(flat, "minmax", nil)
			if err != nil {
				t.Fatal(err)
			}
			waves(calibration.Input(), calibration.Observe)
			m, pairs, err := calibration.Equalize()
			if err != nil {
				t.Fatal(err)
			}
			if !c.gains {
				if m != nil {
					t.Errorf("equalized %+v", pairs)
				}
				return
			}
			if m == nil {
				t.Fatal("not equalized")
			}
			without, with := outputNoise(t, calibration, flat), outputNoise(t, calibration, m)
			if with < without+10 {
				t.Errorf("%.1f dB became %.1f", without, with)
			}
		})
	}
}

// TestEqualizeKeepsSharedOutputs leaves layers alone whose output several need.
func TestEqualizeKeepsSharedOutputs(t *testing.T) {
	conv := func(n int) Layer { return &Conv2D{Filters: n, KernelSize: [2]int{1, 1}, UseBias: true} }
	m, err := NewFunctional("", []Node{
		{Layer: &InputLayer{Shape: Shape{8, 8, 3}}},
		{Layer: conv(4), Inputs: []int{0}},
		{Layer: conv(4), Inputs: []int{1}},
		{Layer: &Merge{Kind: "Add"}, Inputs: []int{1, 2}},
	}, 3)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := Quantizable(fill(m))
	if err != nil {
		t.Fatal(err)
	}
	if pairs := layerPairs(flat); pairs != nil {
		t.Errorf("got %+v", pairs)
	}
}

// TestEqualizeTakesOddNumbers equalizes layers of zeros, and channels that are
// never used.
func TestEqualizeTakesOddNumbers(t *testing.T) {
	for _, zero := range []func(m *Model){
		func(m *Model) { clear(m.Layers[0].(*Conv2D).Kernel.Value) },
		func(m *Model) { clear(m.Layers[2].(*Conv2D).Kernel.Value) },
		func(m *Model) { m.Layers[0].(*Conv2D).Bias.Value[3] = -1e6 },
		func(m *Model) { m.Layers[0].(*Conv2D).Bias.Value[3] = 1e30 },
		func(m *Model) { m.Layers[0].(*Conv2D).Bias.Value[3] = 3e38 },
	} {
		m := uneven(t, &ReLU{})
		zero(m)
		flat, err := Quantizable(m)
		if err != nil {
			t.Fatal(err)
		}
		c, err := NewCalibration(flat, "mse", kernels.NewWorkers(1))
		if err != nil {
			t.Fatal(err)
		}
		waves(c.Input(), c.Observe)
		scaled, _, err := c.Equalize()
		if err != nil {
			t.Fatal(err)
		}
		if scaled != nil {
			if err := CheckWeights(scaled); err != nil {
				t.Error(err)
			}
		}
	}
}
