//go:build !purego

package kernels

func native() map[string]func(s *Conv2DSpec, w Weights) Op {
	return map[string]func(s *Conv2DSpec, w Weights) Op{
		"winograd/neon":     func(s *Conv2DSpec, w Weights) Op { return newWinograd(s, w, gemmNEON, winogradNEON, keep) },
		"winograd-few/neon": func(s *Conv2DSpec, w Weights) Op { return newWinogradFew(s, w, winogradFewNEON) },
		"direct/neon":       func(s *Conv2DSpec, w Weights) Op { return newDirect(s, w, directNEON) },
		"gemm/neon":         func(s *Conv2DSpec, w Weights) Op { return newGEMMConv2D(s, w, gemmNEON, keep) },
	}
}
