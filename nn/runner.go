package nn

import "edged/kernels"

// Runner runs a plan. It owns the memory of one prediction, so each goroutine
// needs its own.
type Runner struct {
	plan    *Plan
	workers *kernels.Workers
	arena   kernels.Buffer
	args    []kernels.Args
	private []kernels.Buffer
	begin   int // the step that the next prediction begins with
}

// NewRunner returns a runner whose predictions the workers share, several
// runners being free to use the same. Without workers (nil) the goroutine that
// predicts does it alone.
func (p *Plan) NewRunner(w *kernels.Workers) *Runner {
	if w == nil {
		w = kernels.NewWorkers(1)
	}
	r := &Runner{plan: p, workers: w, arena: kernels.NewBuffer(p.arena)}
	for range w.Count() {
		r.private = append(r.private, kernels.NewBuffer(p.private))
	}
	shared := kernels.NewBuffer(p.shared)
	for _, m := range p.memory {
		args := kernels.Args{Dst: r.buffer(m.dst), Shared: shared}
		for _, src := range m.src {
			args.Src = append(args.Src, r.buffer(src))
		}
		r.args = append(r.args, args)
	}
	return r
}

func (r *Runner) buffer(p place) kernels.Buffer {
	return r.arena[p.offset : p.offset+p.size : p.offset+p.size]
}

// Plan returns the runner's plan.
func (r *Runner) Plan() *Plan { return r.plan }

// Input is the memory of the (first) input, channels last, to be filled before
// each Predict, which leaves rubbish there.
func (r *Runner) Input() []float32 { return r.InputAt(0) }

// InputAt is the memory of input i, as Input.
func (r *Runner) InputAt(i int) []float32 { return r.buffer(r.plan.inputs[i]).Float32() }

// Output is the (first) output, valid until the next Predict.
func (r *Runner) Output() []float32 { return r.OutputAt(0) }

// OutputAt is output i, as Output.
func (r *Runner) OutputAt(i int) []float32 { return r.buffer(r.plan.outputs[i]).Float32() }

// LayerOutput is the output of layer i of Plan.LayerOutputs, valid until the
// next Predict.
func (r *Runner) LayerOutput(i int) []float32 { return r.buffer(r.plan.kept[i]).Float32() }

// Predict runs the plan on what Input holds, or Preprocessor.Fill made of a
// picture, and returns Output. It doesn't allocate.
func (r *Runner) Predict() []float32 {
	for i := r.begin; i < len(r.plan.ops); i++ {
		r.Step(i)
	}
	r.begin = 0
	return r.Output()
}

// Step runs step i of Plan.Steps alone, as Predict does one after the other, so
// that each can be timed.
func (r *Runner) Step(i int) { r.workers.Do(r.plan.ops[i], &r.args[i], r.private) }
