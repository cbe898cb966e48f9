//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "int8_requantize_arm64.h"
#include "int8_tile_arm64.h"

// GROUP multiplies group k of the eight pixels with eight filters.
#define GROUP(b0, b1, k) \
	SDOT4S_LANE(0, b0, 16, k); SDOT4S_LANE(1, b1, 16, k); \
	SDOT4S_LANE(2, b0, 17, k); SDOT4S_LANE(3, b1, 17, k); \
	SDOT4S_LANE(4, b0, 18, k); SDOT4S_LANE(5, b1, 18, k); \
	SDOT4S_LANE(6, b0, 19, k); SDOT4S_LANE(7, b1, 19, k); \
	SDOT4S_LANE(8, b0, 20, k); SDOT4S_LANE(9, b1, 20, k); \
	SDOT4S_LANE(10, b0, 21, k); SDOT4S_LANE(11, b1, 21, k); \
	SDOT4S_LANE(12, b0, 22, k); SDOT4S_LANE(13, b1, 22, k); \
	SDOT4S_LANE(14, b0, 23, k); SDOT4S_LANE(15, b1, 23, k)

// func Int8Dot(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int, w []int8, scales []int32, tiles, panels int, pool, general bool)
//
// Tile of 8 pixels by 8 filters; needs DotProd.
//
//	Registers as int8_tile_arm64.h says; V24-V31 are two groups of eight filters each.
TEXT ·Int8Dot(SB), NOSPLIT, $0-170
	CONVOLUTION
	ADD  $3, R6
	LSR  $2, R6
	AND  $3, R6, R7
	LSR  $2, R6
	SUB  R6<<4, R4

panel:
	MOVD R2, R20
	MOVD R0, R24
	MOVD tiles+152(FP), R25

tile:
	VLD1 (R9), [V0.S4, V1.S4]
	SPREAD
	PIXELS

row:
	MOVD R6, R22
	CBZ  R6, tail

run:
	VLD1.P 64(R21), [V24.B16, V25.B16, V26.B16, V27.B16]
	LOADA
	GROUP(24, 25, 0)
	VLD1.P 64(R21), [V28.B16, V29.B16, V30.B16, V31.B16]
	GROUP(26, 27, 1)
	SUBS   $1, R22
	GROUP(28, 29, 2)
	GROUP(30, 31, 3)
	BNE    run

tail:
	CBZ    R7, next
	VLD1.P 32(R21), [V24.B16, V25.B16]
	LASTA
	GROUP(24, 25, 0)
	CMP    $2, R7
	BLT    tailed
	VLD1.P 32(R21), [V26.B16, V27.B16]
	GROUP(26, 27, 1)
	BEQ    tailed
	VLD1.P 32(R21), [V28.B16, V29.B16]
	GROUP(28, 29, 2)

tailed:
	SUBS $1, R23
	BNE  row
	B    sums

next:
	SUBS $1, R23
	BEQ  sums
	NEXTROW
	B    row

sums:
	FINISH(panel, tile)

// func Int8DotPacked(dst []int8, dstStride int, a []int8, depth int, w []int8, scales []int32, tiles, panels int, general bool)
//
// Tile of 8 pixels by 8 filters; needs DotProd.
//
//	Registers as int8_tile_arm64.h says.
TEXT ·Int8DotPacked(SB), NOSPLIT, $0-129
	PACKED
	LSR $4, R3

panel:
	MOVD R2, R11
	MOVD R0, R24
	MOVD tiles+112(FP), R25

tile:
	VLD1 (R9), [V0.S4, V1.S4]
	SPREAD
	MOVD R8, R21
	MOVD R3, R22

run:
	VLD1.P 64(R21), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(R11), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R11), [V20.B16, V21.B16, V22.B16, V23.B16]
	GROUP(24, 25, 0)
	VLD1.P 64(R21), [V28.B16, V29.B16, V30.B16, V31.B16]
	GROUP(26, 27, 1)
	SUBS   $1, R22
	GROUP(28, 29, 2)
	GROUP(30, 31, 3)
	BNE    run
	FINISHPACKED(panel, tile)

// func Int8Pack(dst, src []int8, stride, depth int)
//
//	V0-V7  16 bytes of each row
TEXT ·Int8Pack(SB), NOSPLIT, $0-64
	ROWS

loop:
	LOADROWS
	VST1.P [V0.B16, V1.B16, V2.B16, V3.B16], 64(R0)
	VST1.P [V4.B16, V5.B16, V6.B16, V7.B16], 64(R0)
	SUBS   $16, R9
	BNE    loop
	RET
