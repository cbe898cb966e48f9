package nn

import (
	"edged/kernels"
	"edged/quant"
)

// LayerNoise is what one layer adds to the error of a model in lower precision:
// its output compared with float32's, both computed from float32's inputs.
type LayerNoise struct {
	Layer, Class string
	// Precision is what the layer computes in: Float32 stands for a layer of a
	// model in Int8 that has weights and stays in floating point.
	Precision  Precision
	Multiplies bool // whether the layer has weights that are rounded

	quant.Noise
}

// NoiseMeter compares a model's layers with those of the model that was
// calibrated, or is to be.
type NoiseMeter struct {
	calibration *Calibration
	parts       []part
}

// part is a layer, with the activation that it is computed with, by itself.
type part struct {
	runner *Runner
	inputs []int // nodes
	output int   // node
	noise  *LayerNoise
}

// NewNoiseMeter prepares to compare m, which is the calibration's model or what
// Quantize made of it, in the given precision.
func (c *Calibration) NewNoiseMeter(m *Model, p Precision) (*NoiseMeter, error) {
	meter := &NoiseMeter{calibration: c}
	fused := fusedNodes(m.Nodes, m.Outputs)
	for i, n := range m.Nodes {
		if _, ok := n.Layer.(*InputLayer); ok || fused[i] {
			continue
		}
		one, err := newPart(m, i, fused, p)
		if err != nil {
			return nil, err
		}
		if one.runner != nil {
			meter.parts = append(meter.parts, one)
		}
	}
	return meter, nil
}

// NewOutputMeter prepares to compare the (first) output of m, a model in int8 of
// the same nodes as the calibration's, with that of the calibration's model. A
// softmax at the end is left out, which hides what was lost before it.
func (c *Calibration) NewOutputMeter(m *Model) (*NoiseMeter, error) {
	out := m.Outputs[0]
	if n := m.Nodes[out]; makesProbabilities(n.Layer) {
		out = n.Inputs[0]
	}
	model, err := NewFunctional("", m.Nodes, out)
	if err != nil {
		return nil, err
	}
	plan, err := Compile(model, Options{Precision: Int8})
	if err != nil {
		return nil, err
	}
	n := m.Nodes[out]
	whole := part{
		runner: plan.NewRunner(c.runner.workers), inputs: c.model.Inputs, output: out,
		noise: &LayerNoise{Layer: n.Layer.Name(), Class: n.Layer.Class(), Precision: Int8},
	}
	return &NoiseMeter{calibration: c, parts: []part{whole}}, nil
}

// newPart compiles node i alone.
func newPart(m *Model, i int, fused []bool, p Precision) (part, error) {
	chain := []int{i}
	for fused[m.Nodes[chain[0]].Inputs[0]] {
		chain = append([]int{m.Nodes[chain[0]].Inputs[0]}, chain...)
	}
	first := m.Nodes[chain[0]]
	one := part{output: i, noise: &LayerNoise{Layer: first.Layer.Name(), Class: first.Layer.Class(), Precision: p}}
	var nodes []Node
	var inputs []int
	for _, from := range first.Inputs {
		n := m.Nodes[from]
		inputs = append(inputs, len(nodes))
		one.inputs = append(one.inputs, from)
		nodes = append(nodes, Node{Layer: &InputLayer{Shape: n.Shape}, Quantization: n.Quantization})
	}
	for _, at := range chain {
		nodes = append(nodes, Node{Layer: m.Nodes[at].Layer, Inputs: inputs, Quantization: m.Nodes[at].Quantization})
		inputs = []int{len(nodes) - 1}
	}
	if w := multiplied(first.Layer); w != nil {
		one.noise.Multiplies = true
		if p == Int8 && (*w[0]).Scales == nil {
			one.noise.Precision = Float32
		}
	}
	model, err := NewFunctional("", nodes, len(nodes)-1)
	if err != nil {
		return one, err
	}
	if p == Int8 && !model.Quantized() || p == Float16 && !one.noise.Multiplies {
		return part{}, nil
	}
	plan, err := Compile(model, Options{Precision: p})
	if err != nil {
		return one, err
	}
	one.runner = plan.NewRunner(kernels.NewWorkers(1))
	return one, nil
}

// Measure compares what the layers make of the calibration's Input.
func (m *NoiseMeter) Measure() {
	c := m.calibration
	c.runner.Predict()
	for _, p := range m.parts {
		for k, from := range p.inputs {
			copy(p.runner.InputAt(k), c.output(from))
		}
		p.noise.Add(c.output(p.output), p.runner.Predict())
	}
}

// Layers is what was measured, in the order of the model's nodes.
func (m *NoiseMeter) Layers() []LayerNoise {
	var list []LayerNoise
	for _, p := range m.parts {
		list = append(list, *p.noise)
	}
	return list
}
