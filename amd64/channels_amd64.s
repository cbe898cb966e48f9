#include "textflag.h"
#include "channels_amd64.h"

// func SumChannels(sums, v []float32, stride, channels, pixels int)
//
// Needs AVX2.
TEXT ·SumChannels(SB), NOSPLIT, $0-72
	MOVQ sums_base+0(FP), DI
	MOVQ v_base+24(FP), SI
	MOVQ stride+48(FP), R8
	MOVQ channels+56(FP), CX
	MOVQ pixels+64(FP), R9
	SUMCHANNELS(32, Y0, Y1, Y2, Y3)

// func SumChannels512(sums, v []float32, stride, channels, pixels int)
//
// Needs AVX-512F.
TEXT ·SumChannels512(SB), NOSPLIT, $0-72
	MOVQ sums_base+0(FP), DI
	MOVQ v_base+24(FP), SI
	MOVQ stride+48(FP), R8
	MOVQ channels+56(FP), CX
	MOVQ pixels+64(FP), R9
	SUMCHANNELS(64, Z0, Z1, Z2, Z3)

// func SumSquares(sums, x, mean []float32, stride, channels, pixels int)
//
// Needs AVX2 and FMA.
TEXT ·SumSquares(SB), NOSPLIT, $0-96
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ mean_base+48(FP), BX
	MOVQ stride+72(FP), R8
	MOVQ channels+80(FP), CX
	MOVQ pixels+88(FP), R9
	SUMSQUARES(32, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9)

// func SumSquares512(sums, x, mean []float32, stride, channels, pixels int)
//
// Needs AVX-512F.
TEXT ·SumSquares512(SB), NOSPLIT, $0-96
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ mean_base+48(FP), BX
	MOVQ stride+72(FP), R8
	MOVQ channels+80(FP), CX
	MOVQ pixels+88(FP), R9
	SUMSQUARES(64, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9)

// func SumSlopes(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int)
//
// Needs AVX2 and FMA.
TEXT ·SumSlopes(SB), NOSPLIT, $0-144
	MOVQ dbeta_base+0(FP), DI
	MOVQ dgamma_base+24(FP), R10
	MOVQ x_base+48(FP), SI
	MOVQ dy_base+72(FP), R11
	MOVQ mean_base+96(FP), BX
	MOVQ stride+120(FP), R8
	MOVQ channels+128(FP), CX
	MOVQ pixels+136(FP), R9
	SUMSLOPES(32, Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13)

// func SumSlopes512(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int)
//
// Needs AVX-512F.
TEXT ·SumSlopes512(SB), NOSPLIT, $0-144
	MOVQ dbeta_base+0(FP), DI
	MOVQ dgamma_base+24(FP), R10
	MOVQ x_base+48(FP), SI
	MOVQ dy_base+72(FP), R11
	MOVQ mean_base+96(FP), BX
	MOVQ stride+120(FP), R8
	MOVQ channels+128(FP), CX
	MOVQ pixels+136(FP), R9
	SUMSLOPES(64, Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13)

// func Normalize(y, x, scale, offset []float32, stride, channels, pixels int)
//
// Needs AVX2 and FMA.
TEXT ·Normalize(SB), NOSPLIT, $0-120
	MOVQ y_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ scale_base+48(FP), BX
	MOVQ offset_base+72(FP), R10
	MOVQ stride+96(FP), R8
	MOVQ channels+104(FP), CX
	MOVQ pixels+112(FP), R9
	NORMALIZE(32, Y0, Y1, Y2)

// func Normalize512(y, x, scale, offset []float32, stride, channels, pixels int)
//
// Needs AVX-512F.
TEXT ·Normalize512(SB), NOSPLIT, $0-120
	MOVQ y_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ scale_base+48(FP), BX
	MOVQ offset_base+72(FP), R10
	MOVQ stride+96(FP), R8
	MOVQ channels+104(FP), CX
	MOVQ pixels+112(FP), R9
	NORMALIZE(64, Z0, Z1, Z2)

// func NormalizationGradient(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int)
//
// Needs AVX2 and FMA.
TEXT ·NormalizationGradient(SB), NOSPLIT, $0-192
	MOVQ dx_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ dy_base+48(FP), R11
	MOVQ mean_base+72(FP), BX
	MOVQ scale_base+96(FP), R10
	MOVQ dbeta_base+120(FP), R12
	MOVQ dgamma_base+144(FP), R15
	MOVQ stride+168(FP), R8
	MOVQ channels+176(FP), CX
	MOVQ pixels+184(FP), R9
	NORMALIZATIONGRADIENT(32, Y0, Y1, Y2, Y3, Y4, Y5)

// func NormalizationGradient512(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int)
//
// Needs AVX-512F.
TEXT ·NormalizationGradient512(SB), NOSPLIT, $0-192
	MOVQ dx_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ dy_base+48(FP), R11
	MOVQ mean_base+72(FP), BX
	MOVQ scale_base+96(FP), R10
	MOVQ dbeta_base+120(FP), R12
	MOVQ dgamma_base+144(FP), R15
	MOVQ stride+168(FP), R8
	MOVQ channels+176(FP), CX
	MOVQ pixels+184(FP), R9
	NORMALIZATIONGRADIENT(64, Z0, Z1, Z2, Z3, Z4, Z5)
