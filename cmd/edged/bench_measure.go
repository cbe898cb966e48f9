package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"edged/kernels"
	"edged/nn"
)

// benchmark measures one runner.
type benchmark struct {
	table   *kernels.Table
	workers *kernels.Workers
	runner  *nn.Runner
	peak    float64 // of all threads now, operations a second
	result  benchResult
}

// Runs before the first that counts, the least number of those that do, and how
// many follow each measurement of the peak.
const (
	benchWarmUp = 5
	benchLeast  = 20
	benchGroup  = 8
)

// run measures predictions for half of the time and, if perLayer is set, their
// steps for the other half.
func (b *benchmark) run(ctx context.Context, duration time.Duration, perLayer bool) error {
	input := make([]float32, len(b.runner.Input()))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range input {
		input[i] = random.Float32()
	}
	for range 20 {
		b.measurePeak(time.Millisecond)
	}
	b.result.CopyGBPS = copyBandwidth() / 1e9
	if perLayer {
		duration /= 2
	}
	for _, step := range b.runner.Plan().Steps() {
		b.result.FLOPs += step.FLOPs
	}
	var all benchSamples
	err := b.repeat(ctx, duration, func(counts bool) {
		copy(b.runner.Input(), input)
		begin := time.Now()
		b.runner.Predict()
		if counts {
			all.add(time.Since(begin), b.result.FLOPs, b.peak)
		}
	})
	if err != nil {
		return err
	}
	b.result.benchTimes = b.result.times(all, b.result.FLOPs)
	if perLayer {
		return b.steps(ctx, duration, input)
	}
	return nil
}

// steps measures each step within predictions.
func (b *benchmark) steps(ctx context.Context, duration time.Duration, input []float32) error {
	steps := b.runner.Plan().Steps()
	all := make([]benchSamples, len(steps))
	err := b.repeat(ctx, duration, func(counts bool) {
		copy(b.runner.Input(), input)
		begin := time.Now()
		for i := range steps {
			b.runner.Step(i)
			end := time.Now()
			if counts {
				all[i].add(end.Sub(begin), steps[i].FLOPs, b.peak)
			}
			begin = end
		}
	})
	if err != nil {
		return err
	}
	for i, step := range steps {
		one := benchStep{Layers: step.Layers, Kernel: step.Kernel, Shape: step.Shape, FLOPs: step.FLOPs, Bytes: step.Bytes}
		one.benchTimes = b.result.times(all[i], step.FLOPs)
		one.GBPS = float64(step.Bytes) / max(one.MinMS, 1e-6) / 1e6
		b.result.Steps = append(b.result.Steps, one)
	}
	return nil
}

// repeat calls one a few times that don't count, and then at least as long as
// duration. Heat and other work change what a core can do from one second to the
// next: the peak is measured between runs too, each time followed by a run that
// doesn't count and wakes the threads.
func (b *benchmark) repeat(ctx context.Context, duration time.Duration, one func(counts bool)) error {
	for range benchWarmUp {
		one(false)
	}
	begin := time.Now()
	for runs := 0; runs < benchLeast || time.Since(begin) < duration; runs++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if runs%benchGroup == 0 {
			b.measurePeak(100 * time.Microsecond)
			one(false)
		}
		one(true)
	}
	return nil
}

// measurePeak notes the present peak and the highest so far.
func (b *benchmark) measurePeak(least time.Duration) {
	b.peak = 2 * b.table.Peak(least) * float64(b.workers.Count())
	b.result.PeakGFLOPS = max(b.result.PeakGFLOPS, b.peak/1e9)
}

// benchSamples are the times of runs and the share of the peak, as it was beside it,
// that each achieved.
type benchSamples struct {
	times  []time.Duration
	shares []float64
}

func (s *benchSamples) add(took time.Duration, flops int, peak float64) {
	s.times = append(s.times, took)
	s.shares = append(s.shares, float64(flops)/max(took.Seconds(), 1e-9)/peak)
}

// times summarises the runs of a number of operations.
func (r *benchResult) times(all benchSamples, flops int) benchTimes {
	slices.Sort(all.times)
	slices.Sort(all.shares)
	at := func(percent int) float64 { return milliseconds(all.times[(len(all.times)-1)*percent/100]) }
	t := benchTimes{Runs: len(all.times), MinMS: at(0), MedianMS: at(50), P90MS: at(90), P99MS: at(99)}
	t.GFLOPS = float64(flops) / max(t.MinMS, 1e-6) / 1e6
	t.PeakShare = t.GFLOPS / r.PeakGFLOPS
	t.MedianPeakShare = all.shares[(len(all.shares)-1)/2]
	return t
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// copyBandwidth measures how many bytes a second one core reads and writes when
// it copies memory that no cache holds: the best of a few runs.
func copyBandwidth() float64 {
	const size = 32 << 20
	src, dst := make([]byte, size), make([]byte, size)
	for i := 0; i < size; i += 4096 {
		src[i] = 1
	}
	best := 0.0
	for range 6 {
		begin := time.Now()
		copy(dst, src)
		best = max(best, 2*size/time.Since(begin).Seconds())
	}
	return best
}
