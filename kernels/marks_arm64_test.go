//go:build marks

package kernels

import (
	"golang.org/x/sys/cpu"

	"edged/arm64"
)

var marks = arm64.Marks

// features are those of this CPU, by the names that kerneltest/marks gives them.
var features = map[string]bool{
	"CPUID":   cpu.ARM64.HasCPUID,
	"FP16":    cpu.ARM64.HasASIMDHP,
	"FHM":     cpu.ARM64.HasASIMDFHM,
	"DOTPROD": cpu.ARM64.HasASIMDDP,
	"I8MM":    cpu.ARM64.HasI8MM,
}
