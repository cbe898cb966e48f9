//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

func native() map[string]func(s *Conv2DSpec, w Weights) Op {
	all := map[string]func(s *Conv2DSpec, w Weights) Op{}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all["winograd/avx2"] = func(s *Conv2DSpec, w Weights) Op { return newWinograd(s, w, gemmAVX2, winogradAVX2, keep) }
		all["direct/avx2"] = func(s *Conv2DSpec, w Weights) Op { return newDirect(s, w, directAVX2) }
		all["gemm/avx2"] = func(s *Conv2DSpec, w Weights) Op { return newGEMMConv2D(s, w, gemmAVX2, keep) }
	}
	if cpu.X86.HasAVX512F {
		all["winograd/avx512"] = func(s *Conv2DSpec, w Weights) Op { return newWinograd(s, w, gemmAVX512, winogradAVX2, keep) }
		all["direct/avx512"] = newDirect512
		all["gemm/avx512"] = func(s *Conv2DSpec, w Weights) Op { return newGEMMConv2D(s, w, gemmAVX512, keep) }
	}
	return all
}
