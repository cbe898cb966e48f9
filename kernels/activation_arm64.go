//go:build !purego

package kernels

// activation returns the loop that completes what kernels have made.
func activation(a Activation) func([]float32) { return vectorNEON.apply(a) }
