package nn

import (
	"errors"

	"edged/kernels"
)

var errTrainingOnly = errors.New("this step is for training only")

// kernel is the task that runs the kernel of a plan, which works on one sample,
// on every sample.
func (b *trainBuilder) kernel(op kernels.Op, x, y *batchTensor) *task {
	return b.kernels(op, []*batchTensor{x}, y)
}

func (b *trainBuilder) kernels(op kernels.Op, in []*batchTensor, y *batchTensor) *task {
	shared, private := op.Workspace()
	shared = (shared + kernels.Alignment - 1) &^ (kernels.Alignment - 1)
	args := b.sampleArgs(len(in))
	return b.samples(shared+private, func(i int, private kernels.Buffer) {
		a := &args[i]
		a.Dst, a.Shared = kernels.Float32Buffer(y.sample(i)), private[:shared]
		for k, x := range in {
			a.Src[k] = kernels.Float32Buffer(x.sample(i))
		}
		op.Run(a, 0, op.Units(), private[shared:])
		op.Finish(a)
	})
}

// sampleArgs are arguments for every sample, so that none needs to be made later.
func (b *trainBuilder) sampleArgs(inputs int) []kernels.Args {
	args := make([]kernels.Args, b.options.BatchSize)
	for i := range args {
		args[i].Src = make([]kernels.Buffer, inputs)
	}
	return args
}

// repack is the task that gives an op the weights of the last step.
func (b *trainBuilder) repack(op kernels.Op, w parameters) (*task, bool) {
	r, ok := op.(kernels.Repacker)
	if !ok {
		return nil, false
	}
	return &task{trainer: b.Trainer, units: 1, run: func(int, kernels.Buffer) {
		r.Repack(kernels.Weights{Float32: w.kernel, Bias: w.bias})
	}}, true
}

// once is a task with a single unit.
func (b *trainBuilder) once(run func()) *task {
	return &task{trainer: b.Trainer, units: 1, run: func(int, kernels.Buffer) { run() }}
}
