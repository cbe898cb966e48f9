package nn

import (
	"math/rand/v2"
	"testing"

	"edged/kernels"
)

// BenchmarkTraining trains the tutorial's network on batches of 32 pictures of
// 224x224, and prints pictures a second.
func BenchmarkTraining(b *testing.B) {
	m, err := Tutorial(10)
	if err != nil {
		b.Fatal(err)
	}
	if err := Initialize(m, 1); err != nil {
		b.Fatal(err)
	}
	const batch = 32
	source := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float32, batch*224*224*3), make([]float32, batch)
	for i := range x {
		x[i] = source.Float32()
	}
	for i := range y {
		y[i] = float32(i % 10)
	}
	workers := kernels.NewWorkers(0)
	defer workers.Close()
	o, _ := NewOptimizer("adam")
	o.LearningRate = 1e-4
	t, err := NewTrainer(m, TrainOptions{BatchSize: batch, Optimizer: o, Loss: Loss{Name: "sparse_categorical_crossentropy"}, Workers: workers})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	steps := 0
	for b.Loop() {
		if _, err := t.Step(x, y, nil); err != nil {
			b.Fatal(err)
		}
		steps++
	}
	b.ReportMetric(float64(steps*batch)/b.Elapsed().Seconds(), "images/s")
}
