package nn

import (
	"errors"
	"fmt"

	"edged/kernels"
)

// int8Step is a step on int8, or a conversion.
type int8Step struct {
	parameters
	build      func(t *kernels.Table) kernels.Op
	operations int
	inPlace    bool
}

func (s *int8Step) prepare(t *kernels.Table, _ Precision) (kernels.Op, error) {
	return s.build(t), nil
}

func (s *int8Step) flops() int { return s.operations }

// errNotQuantized is what compiling any other model for Int8 gives.
var errNotQuantized = errors.New("it was not quantized to int8: edged quantize makes a model that is")

// lowerInt8 turns the model into steps on int8 between a conversion of the
// inputs and one of the outputs. Tensors without a quantization stay in float32;
// steps that make or take one, whose weights have no scales, or that have no
// int8 kernels compute in float32 with conversions where they are needed.
func (c *compiler) lowerInt8(inputs []tensor) error {
	if c.options.KeepLayers {
		return errors.New("the layers' outputs are kept in float32 and float16 only")
	}
	g := &c.graph
	g.quantized = map[int]Quantization{}
	var quantized []tensor
	if !c.model.Quantized() {
		return errNotQuantized
	}
	for i, id := range c.model.Inputs {
		n := &c.model.Nodes[id]
		g.layer = n.Layer
		if n.Quantization == nil {
			quantized = append(quantized, inputs[i])
			continue
		}
		if err := n.Quantization.check(); err != nil {
			return located(n.Layer, err)
		}
		quantized = append(quantized, g.toInt8(inputs[i], *n.Quantization))
	}
	var err error
	if c.nodes, err = g.lowerModel(c.model, quantized); err != nil {
		return err
	}
	for _, id := range c.model.Outputs {
		g.layer = c.model.Nodes[id].Layer
		if _, ok := g.quantized[c.nodes[id].id]; ok {
			c.nodes[id] = g.toFloat(c.nodes[id])
		}
		c.kept = append(c.kept, c.nodes[id].id)
	}
	return g.int8Steps()
}

// quantize says what a tensor of int8 means. Where it means something else
// already, it is converted.
func (g *graph) quantize(t tensor, q *Quantization) tensor {
	if g.quantized == nil || q == nil {
		return t
	}
	if has, ok := g.quantized[t.id]; ok && has != *q {
		return g.lookup(t, *q, kernels.Activation{})
	}
	g.quantized[t.id] = *q
	return t
}

// toInt8 converts a tensor of float32.
func (g *graph) toInt8(t tensor, q Quantization) tensor {
	spec := &kernels.ConvertInt8Spec{Size: t.shape.Size(), Scale: q.Scale, Zero: q.Zero}
	out := g.add(&int8Step{build: func(t *kernels.Table) kernels.Op { return t.QuantizeInt8(spec) }, operations: spec.Size}, t.shape, t)
	g.quantized[out.id] = q
	return out
}

// toFloat converts a tensor of int8.
func (g *graph) toFloat(t tensor) tensor {
	q := g.quantized[t.id]
	spec := &kernels.ConvertInt8Spec{Size: t.shape.Size(), Scale: q.Scale, Zero: q.Zero}
	return g.add(&int8Step{build: func(t *kernels.Table) kernels.Op { return t.DequantizeInt8(spec) }, operations: spec.Size}, t.shape, t)
}

// lookup applies an activation to a tensor of int8.
func (g *graph) lookup(t tensor, q Quantization, a kernels.Activation) tensor {
	out := g.add(lookupStep(t.shape.Size(), q.activation(g.quantized[t.id], a)), t.shape, t)
	g.quantized[out.id] = q
	return out
}

func lookupStep(size int, table [256]int8) *int8Step {
	spec := &kernels.TableInt8Spec{Size: size, Table: table}
	return &int8Step{build: func(t *kernels.Table) kernels.Op { return t.TableInt8(spec) }, operations: size, inPlace: true}
}

// int8Steps replaces the steps by those of int8.
func (g *graph) int8Steps() error {
	steps := g.joined()
	g.steps = nil
	for _, s := range steps {
		g.layer = s.layers[len(s.layers)-1]
		if _, ok := s.work.(*int8Step); ok {
			g.steps = append(g.steps, s.step)
			continue
		}
		if err := g.int8Step(s); err != nil {
			return located(s.layers[0], err)
		}
	}
	return nil
}

// joinedStep is a step and the activation that follows it.
type joinedStep struct {
	*step
	activation kernels.Activation
}

// joined merges activations and maxima into the steps before them, and frames of
// zeros into convolutions after them, where the tensor between them has no
// quantization, or the same.
func (g *graph) joined() []joinedStep {
	uses := make([]int, len(g.shapes))
	for _, s := range g.steps {
		for _, id := range s.inputs {
			uses[id]++
		}
	}
	made := map[int]int{}
	var steps []joinedStep
	for _, s := range g.steps {
		if at, ok := made[s.inputs[0]]; ok && len(s.inputs) == 1 && uses[s.inputs[0]] == 1 && g.join(&steps[at], s) {
			steps[at].layers = append(steps[at].layers, s.layers...)
			steps[at].output = s.output
			made[s.output] = at
			continue
		}
		one := joinedStep{step: s}
		if a := activationOf(s.work); a != nil {
			one.activation = *a
		}
		made[s.output] = len(steps)
		steps = append(steps, one)
	}
	return steps
}

// join reports whether the first step now does what the second did.
func (g *graph) join(first *joinedStep, second *step) bool {
	between, quantized := g.quantized[first.output]
	switch w := second.work.(type) {
	case *activateStep:
		_, pools := first.work.(*poolStep)
		if quantized || first.activation.Kind != kernels.Linear || !pools && activationOf(first.work) == nil {
			return false
		}
		first.activation = w.spec.Activation
		return true
	case *poolStep:
		if _, ok := first.work.(*conv2DStep); ok && quantized && between == g.quantized[second.output] {
			return followPool(first.work, &w.spec)
		}
	case *conv2DStep, *depthwiseStep:
		pad, ok := first.work.(*padStep)
		if !ok || !pad.grows() || !quantized || between != g.quantized[first.inputs[0]] || !precedePad(&pad.spec, w) {
			return false
		}
		first.work, first.activation = w, *activationOf(w)
		return true
	}
	return false
}

// int8Step appends the steps of int8 that do what one on float32 does.
func (g *graph) int8Step(s joinedStep) error {
	out, whole := g.quantized[s.output]
	if whole {
		if err := out.check(); err != nil {
			return err
		}
	}
	var in []Quantization
	for _, id := range s.inputs {
		q, ok := g.quantized[id]
		whole = whole && ok
		in = append(in, q)
	}
	if w, ok := s.work.(interface{ weights() parameters }); ok {
		whole = whole && w.weights().from[0].Scales != nil
	}
	if !whole {
		g.throughFloat(s)
		return nil
	}
	low, high, clamps := out.clamp(s.activation)
	_, activates := s.work.(*activateStep)
	if !clamps && !activates {
		return fmt.Errorf("its activation needs a layer of its own, and what goes in a quantization: edged quantize makes them")
	}
	w, err := g.int8Work(s, in, out, low, high)
	if err != nil {
		return err
	}
	if w == nil {
		g.throughFloat(s)
		return nil
	}
	s.work = w
	g.steps = append(g.steps, s.step)
	return nil
}

// throughFloat computes a step in float32.
func (g *graph) throughFloat(s joinedStep) {
	var inputs []tensor
	for _, id := range s.inputs {
		in := tensor{id, g.shapes[id]}
		if _, ok := g.quantized[id]; ok {
			in = g.toFloat(in)
		}
		inputs = append(inputs, in)
	}
	shape := g.shapes[s.output]
	float := g.add(s.work, shape, inputs...)
	if a := activationOf(s.work); a != nil {
		*a = s.activation
	} else if s.activation.Kind != kernels.Linear {
		float = g.add(&activateStep{kernels.ActivateSpec{Size: shape.Size(), Activation: s.activation}}, shape, float)
	}
	if q, ok := g.quantized[s.output]; ok {
		g.toInt8(float, q)
	}
	g.steps[len(g.steps)-1].output = s.output
}
