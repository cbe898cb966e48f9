//go:build marks

package kernels

import (
	"golang.org/x/sys/cpu"

	"edged/amd64"
)

var marks = amd64.Marks

// features are those of this CPU, by the names that kerneltest/marks gives them.
var features = map[string]bool{
	"AVX2":       cpu.X86.HasAVX2,
	"FMA":        cpu.X86.HasFMA,
	"AVX512F":    cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ,
	"AVXVNNI":    cpu.X86.HasAVXVNNI,
	"AVX512VNNI": cpu.X86.HasAVX512VNNI,
}
