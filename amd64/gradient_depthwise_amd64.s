#include "textflag.h"
#include "gradient_depthwise_amd64.h"

// func DepthwiseWeightGradient(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int)
//
// Needs AVX2 and FMA.
TEXT ·DepthwiseWeightGradient(SB), NOSPLIT, $0-144
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ dy_base+48(FP), BX
	MOVQ stride+72(FP), R12
	MOVQ tap+80(FP), R8
	MOVQ step+88(FP), R9
	MOVQ channels+112(FP), CX
	MOVQ taps+120(FP), R15
	WEIGHTGRADIENT(32, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)

// func DepthwiseWeightGradient512(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int)
//
// Needs AVX-512F.
TEXT ·DepthwiseWeightGradient512(SB), NOSPLIT, $0-144
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ dy_base+48(FP), BX
	MOVQ stride+72(FP), R12
	MOVQ tap+80(FP), R8
	MOVQ step+88(FP), R9
	MOVQ channels+112(FP), CX
	MOVQ taps+120(FP), R15
	WEIGHTGRADIENT(64, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7)

// func DepthwiseInputGradient(dx, w, dy []float32, step, stride, channels, pixels int)
//
// Needs AVX2 and FMA.
TEXT ·DepthwiseInputGradient(SB), NOSPLIT, $0-104
	MOVQ dx_base+0(FP), DI
	MOVQ w_base+24(FP), SI
	MOVQ dy_base+48(FP), BX
	MOVQ step+72(FP), R8
	MOVQ stride+80(FP), R9
	MOVQ channels+88(FP), CX
	MOVQ pixels+96(FP), R10
	INPUTGRADIENT(32, Y0, Y1)

// func DepthwiseInputGradient512(dx, w, dy []float32, step, stride, channels, pixels int)
//
// Needs AVX-512F.
TEXT ·DepthwiseInputGradient512(SB), NOSPLIT, $0-104
	MOVQ dx_base+0(FP), DI
	MOVQ w_base+24(FP), SI
	MOVQ dy_base+48(FP), BX
	MOVQ step+72(FP), R8
	MOVQ stride+80(FP), R9
	MOVQ channels+88(FP), CX
	MOVQ pixels+96(FP), R10
	INPUTGRADIENT(64, Z0, Z1)
