//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "int8_requantize_arm64.h"
#include "int8_tile_arm64.h"

// While they are summed, pairs of pixels meet pairs of filters: pair i of
// pixels and pair j of filters in V(4i+j), pixel by pixel.

// PAIR multiplies eight k of a pair of pixels with eight filters.
#define PAIR(s0, s1, s2, s3, a, b0, b1, b2, b3) \
	SMMLA4S(s0, a, b0); \
	SMMLA4S(s1, a, b1); \
	SMMLA4S(s2, a, b2); \
	SMMLA4S(s3, a, b3)

// BIAS gives all pairs the bias of the filters.
#define BIAS \
	VLD1 (R9), [V8.S4, V9.S4]; \
	VDUP V8.D[0], V0.D2; \
	VDUP V8.D[1], V1.D2; \
	VDUP V9.D[0], V2.D2; \
	VDUP V9.D[1], V3.D2; \
	VDUP V8.D[0], V4.D2; \
	VDUP V8.D[1], V5.D2; \
	VDUP V9.D[0], V6.D2; \
	VDUP V9.D[1], V7.D2; \
	VMOV V0.B16, V8.B16; \
	VMOV V1.B16, V9.B16; \
	VMOV V2.B16, V10.B16; \
	VMOV V3.B16, V11.B16; \
	VMOV V0.B16, V12.B16; \
	VMOV V1.B16, V13.B16; \
	VMOV V2.B16, V14.B16; \
	VMOV V3.B16, V15.B16

// APART makes the sums of two pixels of those of a pair; t is scratch.
#define APART(a, b, c, d, t) \
	VZIP2 b.D2, a.D2, t.D2; \
	VZIP1 b.D2, a.D2, a.D2; \
	VZIP1 d.D2, c.D2, b.D2; \
	VZIP2 d.D2, c.D2, d.D2; \
	VMOV  t.B16, c.B16

#define PIXELWISE \
	APART(V0, V1, V2, V3, V16); \
	APART(V4, V5, V6, V7, V17); \
	APART(V8, V9, V10, V11, V18); \
	APART(V12, V13, V14, V15, V19)

// TOGETHER makes of 16 bytes of two pixels the first eight of both, in low, and
// the others.
#define TOGETHER(a, b, low, high) \
	VZIP1 b.D2, a.D2, low.D2; \
	VZIP2 b.D2, a.D2, high.D2

// func Int8Matrix(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int, w []int8, scales []int32, tiles, panels int, pool, general bool)
//
// Tile of 8 pixels by 8 filters; needs I8MM.
//
//	Registers as int8_tile_arm64.h says.
TEXT ·Int8Matrix(SB), NOSPLIT, $0-170
	CONVOLUTION
	ADD $7, R6
	LSR $3, R6
	AND $1, R6, R7
	LSR $1, R6
	SUB R6<<4, R4

panel:
	MOVD R2, R20
	MOVD R0, R24
	MOVD tiles+152(FP), R25

tile:
	BIAS
	PIXELS

row:
	MOVD R6, R22
	CBZ  R6, tail

run:
	VLD1.P 64(R21), [V24.B16, V25.B16, V26.B16, V27.B16]
	LOADA
	TOGETHER(V16, V17, V28, V17)
	TOGETHER(V18, V19, V16, V19)
	TOGETHER(V20, V21, V18, V21)
	TOGETHER(V22, V23, V20, V23)
	PAIR(0, 1, 2, 3, 28, 24, 25, 26, 27)
	VLD1.P 64(R21), [V28.B16, V29.B16, V30.B16, V31.B16]
	PAIR(4, 5, 6, 7, 16, 24, 25, 26, 27)
	PAIR(8, 9, 10, 11, 18, 24, 25, 26, 27)
	PAIR(12, 13, 14, 15, 20, 24, 25, 26, 27)
	SUBS   $1, R22
	PAIR(0, 1, 2, 3, 17, 28, 29, 30, 31)
	PAIR(4, 5, 6, 7, 19, 28, 29, 30, 31)
	PAIR(8, 9, 10, 11, 21, 28, 29, 30, 31)
	PAIR(12, 13, 14, 15, 23, 28, 29, 30, 31)
	BNE    run

tail:
	CBZ    R7, next
	VLD1.P 64(R21), [V24.B16, V25.B16, V26.B16, V27.B16]
	LASTA
	VZIP1  V17.D2, V16.D2, V16.D2
	VZIP1  V19.D2, V18.D2, V18.D2
	VZIP1  V21.D2, V20.D2, V20.D2
	VZIP1  V23.D2, V22.D2, V22.D2
	PAIR(0, 1, 2, 3, 16, 24, 25, 26, 27)
	PAIR(4, 5, 6, 7, 18, 24, 25, 26, 27)
	PAIR(8, 9, 10, 11, 20, 24, 25, 26, 27)
	PAIR(12, 13, 14, 15, 22, 24, 25, 26, 27)
	SUBS   $1, R23
	BNE    row
	B      sums

next:
	SUBS $1, R23
	BEQ  sums
	NEXTROW
	B    row

sums:
	PIXELWISE
	FINISH(panel, tile)

// func Int8MatrixPacked(dst []int8, dstStride int, a []int8, depth int, w []int8, scales []int32, tiles, panels int, general bool)
//
// Tile of 8 pixels by 8 filters; needs I8MM.
//
//	Registers as int8_tile_arm64.h says.
TEXT ·Int8MatrixPacked(SB), NOSPLIT, $0-129
	PACKED
	LSR $4, R3

panel:
	MOVD R2, R11
	MOVD R0, R24
	MOVD tiles+112(FP), R25

tile:
	BIAS
	MOVD R8, R21
	MOVD R3, R22

run:
	VLD1.P 64(R21), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(R11), [V16.B16, V17.B16, V18.B16, V19.B16]
	PAIR(0, 1, 2, 3, 16, 24, 25, 26, 27)
	VLD1.P 64(R21), [V28.B16, V29.B16, V30.B16, V31.B16]
	PAIR(4, 5, 6, 7, 17, 24, 25, 26, 27)
	VLD1.P 64(R11), [V20.B16, V21.B16, V22.B16, V23.B16]
	PAIR(8, 9, 10, 11, 18, 24, 25, 26, 27)
	PAIR(12, 13, 14, 15, 19, 24, 25, 26, 27)
	SUBS   $1, R22
	PAIR(0, 1, 2, 3, 20, 28, 29, 30, 31)
	PAIR(4, 5, 6, 7, 21, 28, 29, 30, 31)
	PAIR(8, 9, 10, 11, 22, 28, 29, 30, 31)
	PAIR(12, 13, 14, 15, 23, 28, 29, 30, 31)
	BNE    run
	PIXELWISE
	FINISHPACKED(panel, tile)

// func Int8PackPairs(dst, src []int8, stride, depth int)
//
//	V0-V7  16 bytes of each row, V16-V23 those of pairs
TEXT ·Int8PackPairs(SB), NOSPLIT, $0-64
	ROWS

loop:
	LOADROWS
	TOGETHER(V0, V1, V16, V20)
	TOGETHER(V2, V3, V17, V21)
	TOGETHER(V4, V5, V18, V22)
	TOGETHER(V6, V7, V19, V23)
	VST1.P [V16.B16, V17.B16, V18.B16, V19.B16], 64(R0)
	VST1.P [V20.B16, V21.B16, V22.B16, V23.B16], 64(R0)
	SUBS   $16, R9
	BNE    loop
	RET
