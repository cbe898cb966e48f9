package nn

import (
	"fmt"
	"slices"

	"edged/kernels"
	"edged/quant"
)

// Calibration watches a model compute in float32 and makes of it one that
// computes in int8. It needs the same memory however many inputs it sees.
type Calibration struct {
	model   *Model
	runner  *Runner
	outputs []int // of each node: its place in the plan's layers
	watched []quant.Observer
	pairs   []layerPair

	watchedChannels []channelStatistics // of nodes whose channels matter
}

// NewCalibration prepares the calibration of a model that Quantizable made, with
// the observer of that name for the output of each layer.
func NewCalibration(m *Model, observer string, workers *kernels.Workers) (*Calibration, error) {
	plan, err := Compile(m, Options{KeepLayers: true})
	if err != nil {
		return nil, err
	}
	c := &Calibration{model: m, runner: plan.NewRunner(workers)}
	for _, n := range m.Nodes {
		at := slices.IndexFunc(plan.LayerOutputs(), func(l LayerOutput) bool { return l.Name == n.Layer.Name() })
		if at < 0 {
			return nil, &LayerError{n.Layer.Name(), n.Layer.Class(), fmt.Errorf("its output is not kept")}
		}
		o, err := quant.NewObserver(observer)
		if err != nil {
			return nil, err
		}
		c.outputs = append(c.outputs, at)
		c.watched = append(c.watched, o)
	}
	c.watchedChannels = make([]channelStatistics, len(m.Nodes))
	for _, n := range m.Nodes {
		if multiplied(n.Layer) != nil {
			c.watchedChannels[n.Inputs[0]] = newChannelStatistics(channels(m.Nodes[n.Inputs[0]].Shape))
		}
	}
	c.pairs = layerPairs(m)
	for _, p := range c.pairs {
		c.watchedChannels[p.between] = newChannelStatistics(channels(m.Nodes[p.between].Shape))
	}
	return c, nil
}

// Input is the memory of the input, to be filled before each Observe.
func (c *Calibration) Input() []float32 { return c.runner.Input() }

// Observe watches what the model makes of Input.
func (c *Calibration) Observe() {
	c.runner.Predict()
	for i := range c.model.Nodes {
		values := c.output(i)
		c.watched[i].Observe(values)
		c.watchedChannels[i].add(values)
	}
}

// output is what node i made of the last input.
func (c *Calibration) output(i int) []float32 { return c.runner.LayerOutput(c.outputs[i]) }

// Quantize returns the model in int8, but for the layers with those names, which
// stay in floating point. The bias makes up for what rounding the weights does
// to the mean of each output.
func (c *Calibration) Quantize(float ...string) (*Model, error) {
	m := c.model
	var nodes []Node
	for _, n := range m.Nodes {
		nodes = append(nodes, Node{Layer: alone(n.Layer, n.Layer.Name()), Inputs: n.Inputs, Shape: n.Shape})
	}
	f := floating(m, float)
	c.quantizeTensors(nodes, f)
	for i, n := range nodes {
		if w := multiplied(n.Layer); w != nil && !f.node[i] {
			c.quantizeWeights(n, *w[0], w[1], c.model.Nodes[n.Inputs[0]].Shape, nodes[n.Inputs[0]].Quantization)
		}
	}
	return NewFunctional(m.ModelName, nodes, m.Outputs...)
}

// float says which nodes compute in floating point, and which make it.
type float32Nodes struct{ node, output []bool }

// floating lets layers without weights follow those that stay in floating point,
// where nobody else needs int8.
func floating(m *Model, names []string) float32Nodes {
	users := make([][]int, len(m.Nodes))
	for i, n := range m.Nodes {
		for _, from := range n.Inputs {
			users[from] = append(users[from], i)
		}
	}
	f := float32Nodes{make([]bool, len(m.Nodes)), make([]bool, len(m.Nodes))}
	all := func(list []int, of []bool) bool {
		return !slices.ContainsFunc(list, func(i int) bool { return !of[i] })
	}
	for i, n := range slices.Backward(m.Nodes) { // what may
		if _, ok := n.Layer.(*InputLayer); ok {
			continue
		}
		f.node[i] = slices.Contains(names, n.Layer.Name())
		if multiplied(n.Layer) == nil {
			f.node[i] = f.node[i] || all(users[i], f.node)
		}
	}
	for i, n := range m.Nodes { // what does
		if f.node[i] && multiplied(n.Layer) == nil && !slices.Contains(names, n.Layer.Name()) {
			f.node[i] = all(n.Inputs, f.node)
		}
	}
	for i := range m.Nodes {
		f.output[i] = f.node[i] && all(users[i], f.node)
	}
	return f
}

// quantizeTensors gives every tensor of int8 its quantization.
func (c *Calibration) quantizeTensors(nodes []Node, f float32Nodes) {
	groups := newGroups(len(nodes))
	for i, n := range nodes {
		if movesOnly(n.Layer) {
			for _, from := range n.Inputs {
				groups.join(i, from)
			}
		}
	}
	ranges := make([]*quant.Range, len(nodes))
	fixed := make([]bool, len(nodes))
	for i, n := range nodes {
		g, r := groups.of(i), c.watched[i].Range()
		if ranges[g] != nil {
			r = ranges[g].Union(r)
		}
		ranges[g] = &r
		fixed[g] = fixed[g] || makesProbabilities(n.Layer)
	}
	fused := fusedNodes(nodes, c.model.Outputs)
	for i := range nodes {
		if f.output[i] || fused[i] {
			continue
		}
		g := groups.of(i)
		q := Quantization(ranges[g].Affine())
		if fixed[g] && ranges[g].Low >= 0 && ranges[g].High <= 1 {
			q = probability
		}
		nodes[i].Quantization = &q
	}
}

// movesOnly tells layers whose outputs must mean what their inputs do: some of
// them, or means of some.
func movesOnly(l Layer) bool {
	switch l.(type) {
	case *Flatten, *Reshape, *MaxPooling2D, *AveragePooling2D, *GlobalMaxPooling2D, *ZeroPadding2D, *Cropping2D, *Concatenate:
		return true
	}
	return false
}

// makesProbabilities tells layers whose results lie between 0 and 1.
func makesProbabilities(l Layer) bool {
	switch l := l.(type) {
	case *Softmax:
		return true
	case *ActivationLayer:
		return l.Activation.Softmax() || l.Activation.Name == "sigmoid"
	}
	return false
}

// fusedNodes are those that are computed together with the activation after them.
func fusedNodes(nodes []Node, outputs []int) []bool {
	uses := make([]int, len(nodes))
	for _, o := range outputs {
		uses[o]++
	}
	for _, n := range nodes {
		for _, from := range n.Inputs {
			uses[from]++
		}
	}
	fused := make([]bool, len(nodes))
	for _, n := range nodes {
		l, ok := n.Layer.(interface{ Function() Activation })
		if !ok || !clamps(l.Function()) || uses[n.Inputs[0]] != 1 {
			continue
		}
		before := n.Inputs[0]
		a := ownActivation(nodes[before].Layer)
		merge, merges := nodes[before].Layer.(*Merge)
		fused[before] = a != nil && a.Linear() || merges && len(nodes[before].Inputs) == 2 &&
			slices.Contains([]string{"Add", "Subtract", "Multiply"}, merge.Kind)
	}
	return fused
}

// groups are sets of nodes that have one quantization.
type groups struct{ parent []int }

func newGroups(n int) *groups {
	g := &groups{}
	for i := range n {
		g.parent = append(g.parent, i)
	}
	return g
}

// of is the number of the set that i is in.
func (g *groups) of(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

func (g *groups) join(a, b int) { g.parent[g.of(a)] = g.of(b) }

// maxBias is what a bias in int8's int32 may reach, so that sums have room.
const maxBias = 1 << 30

// quantizeWeights rounds a layer's weights.
func (c *Calibration) quantizeWeights(n Node, kernel *Weight, bias **Weight, in Shape, q *Quantization) {
	outputs := channels(n.Shape)
	kernel.Value = slices.Clone(kernel.Value)
	scales := quant.Symmetric(kernel.Value, outputs)
	shift := make([]float64, outputs)
	if *bias != nil {
		for f, v := range (*bias).Value {
			shift[f] = float64(v)
			// Channels of tiny weights and a large bias take a larger scale.
			scales[f] = max(scales[f], float32(max(shift[f], -shift[f])/maxBias/float64(q.Scale)))
		}
	}
	kernel.Scales = scales
	mean := c.watchedChannels[n.Inputs[0]]
	input := inputOf(n.Layer, channels(in), outputs)
	quant.Round(kernel.Value, scales, func(i int, gained float64) {
		if mean.pixels > 0 {
			shift[i%outputs] -= gained * mean.sums[input(i)] / float64(mean.pixels)
		}
	})
	corrected := make([]float32, outputs)
	for f, v := range shift {
		corrected[f] = float32(v)
	}
	*bias = &Weight{Name: "bias", Shape: Shape{outputs}, Trainable: true, Value: corrected}
	switch l := n.Layer.(type) {
	case *Conv2D:
		l.UseBias = true
	case *DepthwiseConv2D:
		l.UseBias = true
	case *Dense:
		l.UseBias = true
	}
}

// inputOf tells the channel of the input that weight i is multiplied with.
func inputOf(l Layer, channels, outputs int) func(i int) int {
	switch l := l.(type) {
	case *Conv2D:
		depth, filters := channels/l.Groups, outputs/l.Groups
		return func(i int) int { return i%outputs/filters*depth + i/outputs%depth }
	case *DepthwiseConv2D:
		return func(i int) int { return i % outputs / l.DepthMultiplier }
	}
	return func(i int) int { return i / outputs }
}
