package kernels_test

import (
	"slices"
	"strings"
	"testing"

	"edged/kernels"
	"edged/kernels/kerneltest"
)

// exercised are the kernels that the cases must reach in each table.
var exercised = map[string][]string{
	"portable": {
		"conv2d/gather/portable", "depthwise/direct/portable", "dense/portable",
		"int8-conv2d/portable", "int8-depthwise/portable", "int8-dense/portable",
		"int8-max-pool/portable", "int8-average-pool/portable", "int8-global-max-pool/portable", "int8-global-average-pool/portable",
		"int8-add/portable", "int8-subtract/portable", "int8-multiply/portable", "int8-table/portable", "int8-softmax/portable",
		"int8-quantize/portable", "int8-dequantize/portable",
	},
	"avx512": {
		"conv2d/winograd-4x4/avx512", "conv2d/gemm/avx512", "conv2d/gemm/avx512+pool", "conv2d/direct/avx512", "conv2d/direct/avx512+pool", "dense/gemm/avx512", "depthwise/3x3/avx512",
		"conv2d/direct/avx512 > depthwise/3x3/avx512 > conv2d/gemm/avx512", "conv2d/direct/avx512 > depthwise/3x3/avx512 > conv2d/direct/avx512",
	},
	"avx2": {
		"conv2d/winograd-4x4/avx2", "conv2d/gemm/avx2", "conv2d/gemm/avx2+pool", "conv2d/direct/avx2", "conv2d/direct/avx2+pool",
		"dense/matvec/avx2", "dense/matvec/avx2-half", "dense/gemm/avx2", "depthwise/tiles/avx2", "depthwise/3x3/avx2",
		"conv2d/direct/avx2 > depthwise/3x3/avx2 > conv2d/gemm/avx2",
		"max-pool/vector/avx2", "average-pool/vector/avx2", "global-max-pool/vector/avx2", "global-average-pool/vector/avx2",
		"combine/vector/avx2", "activate/vector/avx2", "softmax/vector/avx2",
		"int8-conv2d/winograd-4x4/avx2", "int8-conv2d/winograd-4x4/avx2+pool", "int8-conv2d/tiles/avx2", "int8-conv2d/tiles/avx2+pool", "int8-conv2d/tiles/avx2+max-pool", "int8-dense/dot/avx2", "int8-depthwise/taps/avx2", "int8-max-pool/vector/avx2", "int8-global-max-pool/vector/avx2",
		"int8-add/vector/avx2", "int8-quantize/vector/avx2", "int8-global-average-pool/vector/avx2",
	},
	"neon-fhm":     {"dense/matvec/neon-fhm"},
	"neon-fp16":    {"conv2d/winograd-4x4/neon-fp16", "conv2d/gemm/neon-fp16", "conv2d/gemm/neon-fp16+pool"},
	"neon-dotprod": {"int8-conv2d/tiles/neon-dotprod", "int8-conv2d/tiles/neon-dotprod+pool", "int8-conv2d/packed/neon-dotprod", "int8-dense/matvec/neon-dotprod"},
	"neon-i8mm":    {"int8-conv2d/tiles/neon-i8mm", "int8-conv2d/tiles/neon-i8mm+pool", "int8-conv2d/packed/neon-i8mm"},
	"neon-in-order": {
		"conv2d/winograd-4x4/neon-in-order", "conv2d/gemm/neon-in-order", "conv2d/gemm/neon-in-order+pool", "dense/gemm/neon-in-order",
	},
	"neon": {
		"conv2d/winograd-4x4-few/neon", "conv2d/winograd-4x4/neon", "conv2d/gemm/neon", "conv2d/gemm/neon+pool",
		"dense/matvec/neon", "dense/matvec/neon-half", "conv2d/direct/neon", "conv2d/direct/neon+pool", "dense/gemm/neon", "depthwise/tiles/neon",
		"max-pool/vector/neon", "average-pool/vector/neon", "global-max-pool/vector/neon", "global-average-pool/vector/neon",
		"combine/vector/neon", "activate/vector/neon", "softmax/vector/neon", "affine/vector/neon", "prelu/vector/neon",
		"int8-conv2d/winograd-4x4/neon", "int8-conv2d/winograd-4x4/neon+pool", "int8-conv2d/tiles/neon", "int8-conv2d/tiles/neon+pool",
		"int8-depthwise/rows/neon", "int8-dense/matvec/neon",
		"int8-max-pool/vector/neon", "int8-average-pool/vector/neon", "int8-global-max-pool/vector/neon", "int8-global-average-pool/vector/neon",
		"int8-add/vector/neon", "int8-subtract/vector/neon", "int8-multiply/vector/neon", "int8-table/vector/neon", "int8-softmax/vector/neon",
		"int8-quantize/vector/neon", "int8-dequantize/vector/neon",
	},
}

func TestKernels(t *testing.T) {
	for _, name := range kernels.Available() {
		t.Run(name, func(t *testing.T) {
			table, err := kernels.Select(name)
			if err != nil {
				t.Fatal(err)
			}
			kerneltest.Run(t, table, exercised[name]...)
		})
	}
}

func TestSelect(t *testing.T) {
	available := kernels.Available()
	if !slices.Contains(available, "portable") {
		t.Errorf("portable is missing among %v", available)
	}
	for _, name := range available {
		if table, err := kernels.Select(name); err != nil || table.Name != name {
			t.Errorf("Select(%q) = %v, %v", name, table, err)
		}
	}
	for _, name := range []string{"", "auto"} {
		if table, err := kernels.Select(name); err != nil || table.Name != available[0] {
			t.Errorf("Select(%q) = %v, %v, want %s", name, table, err, available[0])
		}
	}
	_, err := kernels.Select("abacus")
	if err == nil || !strings.Contains(err.Error(), "abacus") || !strings.Contains(err.Error(), "portable") {
		t.Errorf("unknown kernels: %v", err)
	}
}
