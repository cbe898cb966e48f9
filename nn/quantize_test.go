package nn

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"edged/kernels"
	"edged/quant"
)

// calibrated returns the recording's model made quantizable, and its calibration
// on the recorded inputs.
func calibrated(t *testing.T, ref recording, observer string) (*Model, *Calibration) {
	t.Helper()
	m, err := Quantizable(ref.model)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCalibration(m, observer, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ref.batch() {
		copy(c.Input(), ref.sample("input", i))
		c.Observe()
	}
	return m, c
}

func TestQuantizableComputesTheSame(t *testing.T) {
	for _, dir := range referenceCases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			ref := loadReference(t, dir, "keras2.json")
			m, err := Quantizable(ref.model)
			if err != nil {
				t.Fatal(err)
			}
			r := compile(t, m, Options{}).NewRunner(nil)
			for i := range ref.batch() {
				copy(r.Input(), ref.sample("input", i))
				ref.compare(t, "output", i, r.Predict(), 1e-5)
			}
			seen := map[string]bool{}
			for _, l := range m.Layers {
				switch l.(type) {
				case *BatchNormalization, *SeparableConv2D, *Model, *Dropout:
					t.Errorf("%s (%s) is left", l.Name(), l.Class())
				}
				if seen[l.Name()] {
					t.Errorf("two layers are named %s", l.Name())
				}
				seen[l.Name()] = true
			}
			// What Keras reads back is the same model.
			data, err := m.Config(3)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ModelFromConfig(data); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestQuantizeKeepsTheAnswers quantizes every reference on its own inputs with
// every observer: whatever the kernels, the outputs are within a few steps of
// what Keras recorded.
func TestQuantizeKeepsTheAnswers(t *testing.T) {
	observers := quant.Observers()
	if slow { // the observers are tested in quant
		observers = observers[:2]
	}
	for _, dir := range referenceCases(t) {
		for _, observer := range observers {
			t.Run(filepath.Base(dir)+"/"+observer, func(t *testing.T) {
				ref := loadReference(t, dir, "keras2.json")
				_, c := calibrated(t, ref, observer)
				bound := 0.05
				if observer == "entropy" { // clips what is rare among four inputs
					bound = 0.3
				}
				m, err := c.Quantize()
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range kernels.Available() {
					table, err := kernels.Select(name)
					if err != nil {
						t.Fatal(err)
					}
					p := compile(t, m, Options{Kernels: table, Precision: Int8})
					r := p.NewRunner(nil)
					for i := range ref.batch() {
						copy(r.Input(), ref.sample("input", i))
						ref.compare(t, "output", i, r.Predict(), bound)
					}
				}
			})
		}
	}
}

// TestInt8DoesNotAllocate predicts with every kernel, on one core and on two.
func TestInt8DoesNotAllocate(t *testing.T) {
	everyTable(t, func(t *testing.T, table *kernels.Table) {
		for _, name := range []string{"seed_small", "separable"} {
			ref := loadReference(t, filepath.Join("../testdata/reference", name), "keras2.json")
			_, c := calibrated(t, ref, "minmax")
			m, err := c.Quantize()
			if err != nil {
				t.Fatal(err)
			}
			for _, cores := range []int{1, 2} {
				w := kernels.NewWorkers(cores)
				r := compile(t, m, Options{Kernels: table, Precision: Int8}).NewRunner(w)
				if n := testing.AllocsPerRun(10, func() { r.Predict() }); n != 0 {
					t.Errorf("%s on %d: Predict allocates %v times", name, cores, n)
				}
				w.Close()
			}
		}
	})
}

// TestInt8NeedsLittleMemory says that a worker's part for the tutorial's network
// stays in a core's cache, and that the weights take a quarter of float32's.
func TestInt8NeedsLittleMemory(t *testing.T) {
	m, err := Quantizable(tutorialOf10(t))
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCalibration(m, "minmax", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Observe()
	full := compile(t, m, Options{Kernels: kernels.Portable()}).WeightBytes()
	if m, err = c.Quantize(); err != nil {
		t.Fatal(err)
	}
	everyTable(t, func(t *testing.T, table *kernels.Table) {
		p := compile(t, m, Options{Kernels: table, Precision: Int8})
		if n := p.WorkspaceBytes(2) - p.WorkspaceBytes(1); n > 4<<20 {
			t.Errorf("a worker needs %d bytes", n)
		}
		if n := p.WeightBytes(); float64(n) > 0.251*float64(full) {
			t.Errorf("weights have %d bytes, and %d in float32", n, full)
		}
	})
}

// TestQuantizedStepsAreInt8 says that nothing but the ends is in floating point.
func TestQuantizedStepsAreInt8(t *testing.T) {
	for _, name := range []string{"seed_small", "leaky_batchnorm", "separable", "preprocessing", "mlp"} {
		ref := loadReference(t, filepath.Join("../testdata/reference", name), "keras2.json")
		_, c := calibrated(t, ref, "minmax")
		m, err := c.Quantize()
		if err != nil {
			t.Fatal(err)
		}
		steps := compile(t, m, Options{Kernels: kernels.Portable(), Precision: Int8}).Steps()
		for i, s := range steps {
			if !strings.Contains(s.Kernel, "int8") && i > 0 && i < len(steps)-1 {
				t.Errorf("%s: %s runs %s", name, s, s.Kernel)
			}
		}
	}
}

func TestQuantizeLeavesLayersInFloat(t *testing.T) {
	ref := loadReference(t, "../testdata/reference/separable", "keras2.json")
	_, c := calibrated(t, ref, "minmax")
	var all []string
	for _, l := range c.model.Layers {
		if multiplied(l) != nil {
			all = append(all, l.Name())
		}
	}
	miss := func(names ...string) float64 {
		m, err := c.Quantize(names...)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range m.Layers {
			if w := multiplied(l); w != nil && ((*w[0]).Scales == nil) != slices.Contains(names, l.Name()) {
				t.Errorf("%s has %d scales", l.Name(), len((*w[0]).Scales))
			}
		}
		r := compile(t, m, Options{Precision: Int8}).NewRunner(nil)
		sum := 0.0
		for i := range ref.batch() {
			copy(r.Input(), ref.sample("input", i))
			for j, v := range r.Predict() {
				sum += math.Abs(float64(v - ref.sample("output", i)[j]))
			}
		}
		return sum
	}
	quantized, first, last, none := miss(), miss(all[0]), miss(all[len(all)-1]), miss(all...)
	if first > 2*quantized || last > 2*quantized {
		t.Errorf("off by %g with the first layer in float, %g with the last, %g with none", first, last, quantized)
	}
	if none > quantized/2 {
		t.Errorf("off by %g with all layers in float, %g with none", none, quantized)
	}
}

func TestNoiseOfLayers(t *testing.T) {
	ref := loadReference(t, "../testdata/reference/separable", "keras2.json")
	m, c := calibrated(t, ref, "minmax")
	q, err := c.Quantize()
	if err != nil {
		t.Fatal(err)
	}
	worst := map[Precision]float64{}
	for _, p := range []Precision{Int8, Float16} {
		from := q
		if p == Float16 {
			from = m
		}
		meter, err := c.NewNoiseMeter(from, p)
		if err != nil {
			t.Fatal(err)
		}
		copy(c.Input(), ref.sample("input", 0))
		meter.Measure()
		worst[p] = math.Inf(1)
		layers := meter.Layers()
		if len(layers) < 7 {
			t.Errorf("%s: %d layers were measured", p, len(layers))
		}
		for _, l := range layers {
			worst[p] = min(worst[p], l.Decibels())
		}
	}
	if !(worst[Int8] > 20 && worst[Int8] < 60) || !(worst[Float16] > 55) {
		t.Errorf("the worst layers have %v dB", worst)
	}
}

// TestBiasCorrection rounds weights that all are off in one direction.
func TestBiasCorrection(t *testing.T) {
	kernel := make([]float32, 64)
	for i := range kernel {
		kernel[i] = 0.4 // of a step
	}
	kernel[0] = 127
	d := &Dense{Units: 1, Kernel: &Weight{Shape: Shape{64, 1}, Value: kernel}}
	m, err := NewSequential("", Shape{64}, d)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := Quantizable(m)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCalibration(flat, "minmax", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Input() {
		c.Input()[i] = 1
	}
	c.Input()[0] = 0
	c.Observe()
	for i := range c.Input() { // Predict leaves rubbish there
		c.Input()[i] = 1
	}
	c.Input()[0] = 0
	q, err := c.Quantize()
	if err != nil {
		t.Fatal(err)
	}
	r := compile(t, q, Options{Precision: Int8}).NewRunner(nil)
	for i := range r.Input() {
		r.Input()[i] = 1
	}
	r.Input()[0] = 0
	if got, want := r.Predict()[0], float32(63*0.4); math.Abs(float64(got-want)) > 0.2 {
		t.Errorf("got %g, want %g", got, want)
	}
}

// TestApplicationsQuantize compiles keras.applications' networks in int8.
func TestApplicationsQuantize(t *testing.T) {
	names := []string{"MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "ResNet50"}
	if slow || testing.Short() {
		names = names[1:2]
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			m, err := ParseConfig(read(t, "testdata/applications/"+name+".keras3.json.gz"))
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range m.Layers {
				if in, ok := l.(*InputLayer); ok {
					in.Shape = Shape{64, 64, 3}
				}
			}
			if _, err := m.Build(nil); err != nil {
				t.Fatal(err)
			}
			flat, err := Quantizable(fill(m))
			if err != nil {
				t.Fatal(err)
			}
			c, err := NewCalibration(flat, "minmax", nil)
			if err != nil {
				t.Fatal(err)
			}
			wave := func(in []float32) {
				for i := range in {
					in[i] = float32(math.Abs(math.Sin(float64(i * i))))
				}
			}
			wave(c.Input())
			c.Observe()
			q, err := c.Quantize()
			if err != nil {
				t.Fatal(err)
			}
			p := compile(t, q, Options{Precision: Int8})
			float := 0
			for _, s := range p.Steps() {
				if !strings.Contains(s.Kernel, "int8") {
					float++
					t.Logf("%s runs %s", s, s.Kernel)
				}
				if strings.HasPrefix(s.Kernel, "int8-pad") && strings.HasPrefix(name, "MobileNet") {
					t.Errorf("%s is not part of the convolution after it", s)
				}
			}
			a, b := p.NewRunner(nil), compile(t, m, Options{}).NewRunner(nil)
			wave(a.Input())
			wave(b.Input())
			var n quant.Noise
			n.Add(b.Predict(), a.Predict())
			t.Logf("%d steps, %d in float, arena %d KB, weights %d KB, %.1f dB", len(p.Steps()), float, p.ArenaBytes()>>10, p.WeightBytes()>>10, n.Decibels())
			if float > 1 { // EfficientNet's Normalization
				t.Errorf("%d of %d steps are in float", float, len(p.Steps()))
			}
		})
	}
}

// TestHeadOfQuantizedModel fits another head to a quantized body: the head and its
// output leave int8.
func TestHeadOfQuantizedModel(t *testing.T) {
	ref := loadReference(t, "../testdata/reference/seed_small", "keras2.json")
	_, c := calibrated(t, ref, "minmax")
	m, err := c.Quantize()
	if err != nil {
		t.Fatal(err)
	}
	h, err := SplitHead(m)
	if err != nil {
		t.Fatal(err)
	}
	bias := []float32{0, 900, 901, 0} // far beyond what was calibrated
	if err := h.Set(make([]float32, h.Inputs()*len(bias)), bias); err != nil {
		t.Fatal(err)
	}
	got := compile(t, m, Options{Precision: Int8}).NewRunner(nil).Predict()
	want := []float32{0, 1 / (1 + math.E), math.E / (1 + math.E), 0}
	for i, v := range got {
		if math.Abs(float64(v-want[i])) > 1e-3 {
			t.Errorf("got %v, want %v", got, want)
			break
		}
	}
	if !m.Quantized() {
		t.Error("the body left int8 as well")
	}
}
