package nn

// int8Tensor is the first input or output of a plan in int8, between which and
// float32 a step at the plan's end converts.
type int8Tensor struct {
	place
	quantization *Quantization // nil: there is none
}

// keepInt8 records where the input and the output are in int8.
func (c *compiler) keepInt8(own func(id int) place) {
	g := &c.graph
	if c.plan.precision != Int8 || len(g.steps) == 0 {
		return
	}
	tensor := func(id int) int8Tensor {
		q, ok := g.quantized[id]
		if !ok {
			return int8Tensor{}
		}
		return int8Tensor{own(id), &q}
	}
	if first := g.steps[0]; len(c.model.Inputs) == 1 && first.inputs[0] == 0 {
		if _, converts := first.work.(*int8Step); converts {
			c.plan.int8In = tensor(first.output)
		}
	}
	if last := g.steps[len(g.steps)-1]; last.output == c.nodes[c.model.Outputs[0]].id {
		if _, converts := last.work.(*int8Step); converts {
			c.plan.int8Out = tensor(last.inputs[0])
		}
	}
}

// InputQuantization says what Runner.InputInt8 means; nil where the plan has no
// such input.
func (p *Plan) InputQuantization() *Quantization { return p.int8In.quantization }

// OutputQuantization says what Runner.OutputInt8 means; nil where the plan has
// no such output.
func (p *Plan) OutputQuantization() *Quantization { return p.int8Out.quantization }

// InputInt8 is the memory of the input in int8, for PredictInt8; nil where the
// plan has none.
func (r *Runner) InputInt8() []int8 { return r.buffer(r.plan.int8In.place).Int8() }

// OutputInt8 is the (first) output in int8, valid until the next prediction; nil
// where the plan has none.
func (r *Runner) OutputInt8() []int8 { return r.buffer(r.plan.int8Out.place).Int8() }

// PredictInt8 is Predict on what InputInt8 holds, which it may leave rubbish in.
// The plan must have an InputQuantization. It doesn't allocate.
func (r *Runner) PredictInt8() []float32 {
	r.begin = 1
	return r.Predict()
}
