package nn

import (
	"math"
	"slices"

	"edged/kernels"
)

// EqualizedPair names two layers whose weights were scaled against each other.
type EqualizedPair struct {
	From string `json:"from"` // its output's channels are divided by a factor each,
	To   string `json:"to"`   // and this one's weights are multiplied with it
	// Decibels is by how much the noise of int8 in To's output is said to fall.
	Decibels float64 `json:"expected_gain_db"`
}

// Equalize returns a model that computes the same as the calibration's, with
// less noise in int8: where layers follow each other through activations that
// commute with positive factors, and through pools and paddings, each channel
// between them gets a factor of its own, so that small channels take more of the
// 256 values that all of them share. Factors are chosen by what they do to the
// noise, among powers of the channels' ranges and of the largest weights that
// they meet. A bounded activation, as relu6, keeps the channels that reached the
// bound as they are. It returns nil if no pair gains anything.
//
// Source: M. Nagel, M. van Baalen, T. Blankevoort, M. Welling, Data-free
// quantization through weight equalization and bias correction, ICCV 2019.
func (c *Calibration) Equalize() (*Model, []EqualizedPair, error) {
	var nodes []Node
	for _, n := range c.model.Nodes {
		nodes = append(nodes, Node{Layer: alone(n.Layer, n.Layer.Name()), Inputs: n.Inputs, Shape: n.Shape})
	}
	var pairs []EqualizedPair
	for _, p := range c.pairs {
		factors, gain := c.balance(p)
		if factors == nil {
			continue
		}
		scaleChannels(multiplied(nodes[p.from].Layer), func(i int) float64 { return 1 / factors[i%len(factors)] })
		input := p.channel(c.model)
		scaleChannels(multiplied(nodes[p.to].Layer)[:1], func(i int) float64 { return factors[input(i)] })
		pairs = append(pairs, EqualizedPair{From: nodes[p.from].Layer.Name(), To: nodes[p.to].Layer.Name(), Decibels: gain})
	}
	if pairs == nil {
		return nil, nil, nil
	}
	m, err := NewFunctional(c.model.ModelName, nodes, c.model.Outputs...)
	return m, pairs, err
}

// scaleChannels multiplies weights, in new memory.
func scaleChannels(weights []**Weight, factor func(i int) float64) {
	for _, w := range weights {
		if *w == nil {
			continue
		}
		scaled := renamed(*w, (*w).Name)
		scaled.Value = slices.Clone(scaled.Value)
		for i, v := range scaled.Value {
			scaled.Value[i] = float32(float64(v) * factor(i))
		}
		*w = scaled
	}
}

// layerPair is two nodes that multiply, between which channels keep apart.
type layerPair struct {
	from, to int
	between  int     // the last node before To that makes other numbers than its input's
	bound    float64 // of the activation between them
}

// channel tells the channel between the layers that weight i of the second is
// multiplied with.
func (p layerPair) channel(m *Model) func(i int) int {
	n := m.Nodes[p.to]
	between := channels(m.Nodes[p.between].Shape)
	input := inputOf(n.Layer, channels(m.Nodes[n.Inputs[0]].Shape), channels(n.Shape))
	return func(i int) int { return input(i) % between }
}

// layerPairs finds the pairs of a model that Quantizable made.
func layerPairs(m *Model) []layerPair {
	users := make([][]int, len(m.Nodes))
	for i, n := range m.Nodes {
		for _, from := range n.Inputs {
			users[from] = append(users[from], i)
		}
	}
	for _, o := range m.Outputs {
		users[o] = append(users[o], -1)
	}
	var pairs []layerPair
	for i, n := range m.Nodes {
		if a := ownActivation(n.Layer); a != nil {
			p := layerPair{from: i, between: i, bound: math.Inf(1)}
			if p.passes(*a) && p.follow(m, users) {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

// follow looks for the second layer.
func (p *layerPair) follow(m *Model, users [][]int) bool {
	for at := p.from; len(users[at]) == 1 && users[at][0] >= 0; {
		at = users[at][0]
		n := m.Nodes[at]
		if multiplied(n.Layer) != nil {
			p.to = at
			return true
		}
		switch l := n.Layer.(type) {
		case *MaxPooling2D, *AveragePooling2D, *GlobalMaxPooling2D, *GlobalAveragePooling2D, *ZeroPadding2D, *Cropping2D, *Flatten:
		case *PReLU:
			p.between = at
		case *Reshape:
			if channels(n.Shape) != channels(m.Nodes[n.Inputs[0]].Shape) {
				return false
			}
		case interface{ Function() Activation }:
			if !p.passes(l.Function()) {
				return false
			}
			p.between = at
		default:
			return false
		}
	}
	return false
}

// passes tells whether the activation commutes with positive factors, up to a
// bound.
func (p *layerPair) passes(a Activation) bool {
	k, ok := a.Kernel()
	switch {
	case !ok || k.Threshold != 0:
		return false
	case k.Kind == kernels.ReLU && k.Max != 0:
		p.bound = min(p.bound, float64(k.Max))
		return k.Alpha == 0
	}
	return k.Kind == kernels.Linear || k.Kind == kernels.ReLU || k.Kind == kernels.LeakyReLU
}

// Limits on the factors, so that a channel that was quiet in the calibration
// still has room, and the least gain that is worth a change.
const (
	maxFactor = 8.0
	leastGain = 0.1 // dB
)

// exponents are those that ranges and weights are tried with.
var exponents = []float64{0, 0.25, 0.5, 0.75, 1}

// balance returns the factors of the channels between two layers that make the
// noise least, and the gain in dB; nil if there is none.
func (c *Calibration) balance(p layerPair) (factors []float64, gain float64) {
	s := c.newStake(p)
	before := s.noise(slices.Repeat([]float64{1}, len(s.low)))
	least := before
	for _, byRange := range exponents {
		for _, byWeight := range exponents {
			if f := s.factors(byRange, byWeight); f != nil {
				if noise := s.noise(f); noise < least {
					factors, least = f, noise
				}
			}
		}
	}
	if gain = 10 * math.Log10(before/least); !(gain >= leastGain) {
		return nil, 0
	}
	return factors, gain
}

// stake is what the channels between two layers mean for the second.
type stake struct {
	low, high []float64 // of each channel
	bound     float64
	squares   []float64   // of the weights that each channel meets
	largest   [][]float64 // of these, for each output
	energy    [][]float64 // sums of the mean squares of the inputs that each output takes of a channel
}

func (c *Calibration) newStake(p layerPair) *stake {
	n := c.model.Nodes[p.to]
	between, made := c.watchedChannels[p.between], c.watchedChannels[n.Inputs[0]]
	s := &stake{low: between.low, high: between.high, bound: p.bound, squares: make([]float64, len(between.low))}
	outputs := channels(n.Shape)
	for range outputs {
		s.largest = append(s.largest, make([]float64, len(s.low)))
		s.energy = append(s.energy, make([]float64, len(s.low)))
	}
	input := inputOf(n.Layer, len(made.low), outputs)
	for i, v := range (*multiplied(n.Layer)[0]).Value {
		in, f := input(i), i%outputs
		k := in % len(s.low)
		s.squares[k] += float64(v) * float64(v)
		s.largest[f][k] = max(s.largest[f][k], math.Abs(float64(v)))
		s.energy[f][k] += made.squares[in] / float64(max(made.pixels, 1))
	}
	return s
}

// noise is the variance that rounding the channels and the weights adds to the
// second layer's outputs, in twelfths.
func (s *stake) noise(factors []float64) float64 {
	low, high := 0.0, 0.0
	for k, f := range factors {
		low, high = min(low, s.low[k]/f), max(high, s.high[k]/f)
	}
	step, sum := (high-low)/math.MaxUint8, 0.0
	for k, f := range factors {
		sum += f * f * s.squares[k]
	}
	sum *= step * step
	for o, largest := range s.largest {
		step, energy := 0.0, 0.0
		for k, f := range factors {
			step = max(step, largest[k]*f/math.MaxInt8)
			energy += s.energy[o][k] / (f * f)
		}
		sum += step * step * energy
	}
	return sum
}

// factors are the channels' ranges to a power over the largest weights to
// another, scaled so that the widest range stays.
func (s *stake) factors(byRange, byWeight float64) []float64 {
	factors := make([]float64, len(s.low))
	widest, scaled := 0.0, 0.0
	reach := func(k int) float64 { return max(s.high[k], -s.low[k]) }
	for k := range factors {
		weight := 0.0
		for _, largest := range s.largest {
			weight = max(weight, largest[k])
		}
		if factors[k] = 1; reach(k) > 0 && weight > 0 {
			factors[k] = math.Pow(reach(k), byRange) / math.Pow(weight, byWeight)
			widest, scaled = max(widest, reach(k)), max(scaled, reach(k)/factors[k])
		}
	}
	if scaled == 0 {
		return nil
	}
	for k := range factors {
		factors[k] = min(max(factors[k]*scaled/widest, 1/maxFactor), maxFactor)
		if bounded := !math.IsInf(s.bound, 1); reach(k) == 0 || bounded && reach(k) >= s.bound {
			factors[k] = 1
		} else if bounded {
			factors[k] = max(factors[k], reach(k)/s.bound)
		}
	}
	return factors
}
