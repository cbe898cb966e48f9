package quant

import "math"

// Noise measures how far numbers are from those that they stand for.
type Noise struct{ signal, noise float64 }

// Add compares what was got with what was wanted, as many numbers.
func (n *Noise) Add(want, got []float32) {
	for i, w := range want {
		d := float64(got[i]) - float64(w)
		n.signal += float64(w) * float64(w)
		n.noise += d * d
	}
}

// Decibels is the ratio of signal to noise: infinite without noise, not a number
// before anything was added.
func (n *Noise) Decibels() float64 { return 10 * math.Log10(n.signal/n.noise) }
