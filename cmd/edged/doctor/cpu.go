package doctor

import (
	"fmt"
	"runtime"
	"strings"

	"edged/kernels"

	"golang.org/x/sys/cpu"
)

// cpu names the features that kernels ask for.
func (m *Machine) cpu() Finding {
	var features []string
	for _, feature := range []struct {
		name string
		has  bool
	}{
		{"neon", cpu.ARM64.HasASIMD},
		{"fp16 arithmetic", cpu.ARM64.HasFPHP && cpu.ARM64.HasASIMDHP},
		{"dot product", cpu.ARM64.HasASIMDDP},
		{"fp16 to float32 multiply-add", cpu.ARM64.HasASIMDFHM},
		{"int8 matrix multiply", cpu.ARM64.HasI8MM},
		{"avx2", cpu.X86.HasAVX2},
		{"fma", cpu.X86.HasFMA},
		{"avx512", cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL},
		{"avx512 vnni", cpu.X86.HasAVX512VNNI},
	} {
		if feature.has {
			features = append(features, feature.name)
		}
	}
	if len(features) == 0 {
		features = []string{"no vector features"}
	}
	return ok("cpu", "%s, %d cores, %s", runtime.GOARCH, runtime.NumCPU(), strings.Join(features, ", "))
}

func (m *Machine) kernels() Finding {
	table, err := kernels.Select(m.Config.Predict.Kernels)
	if err != nil {
		return Finding{"kernels", Fail, err.Error(), "set predict.kernels in the configuration to one of those, or to \"\""}
	}
	text := fmt.Sprintf("%s, of %s", table.Name, strings.Join(kernels.Available(), ", "))
	if table.Name == kernels.Portable().Name {
		return Finding{"kernels", Warn, text, "these work everywhere but are slow: edged has assembly for arm64 and amd64 with AVX2"}
	}
	return ok("kernels", "%s", text)
}
