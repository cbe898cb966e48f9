//go:build purego || !arm64

package kernels

// activation returns the loop that completes what kernels have made.
func activation(a Activation) func([]float32) { return a.Apply }
