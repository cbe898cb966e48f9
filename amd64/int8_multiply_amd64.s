#include "textflag.h"
#include "product_amd64.h"

#define ROW256(at, x, c0, c1) \
	VPBROADCASTD (at)(SI), Y14; \
	VPMADDWD     Y12, Y14, Y15; \
	VPADDD       Y15, c0, c0; \
	VPMADDWD     Y13, Y14, Y14; \
	VPADDD       Y14, c1, c1

// Sums are stored as they are.
#define BOUNDS256
#define FINISH256(c)

// func Int8Multiply(dst []int32, stride int, a, b []int16, depth, tiles, panels int, start []int32, startStride int)
//
// Needs AVX2. PRODUCT256 says which register holds what.
TEXT ·Int8Multiply(SB), NOSPLIT, $0-136
	MOVQ dst_base+0(FP), DI
	MOVQ stride+24(FP), R13
	MOVQ b_base+56(FP), BX
	MOVQ depth+80(FP), R8
	MOVQ panels+96(FP), R10
	MOVQ start_base+104(FP), R11
	MOVQ startStride+128(FP), R12
	PRODUCT256
