//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// WEIGHTS adds to as many rows of sums as each names, over all pixels, and moves
// on to the rows that follow:
//
//	V0-V15 sums, row by row   V16 elements of x   V20-V23 a pixel of dy
//	R0 sums   R1 stride   R2 x   R3 xStep   R4 xRow   R5 dy   R6 dyStep   R7 dyRow   R8 pixels   R9 rows
//	R10 rows of sums left   R11 row of sums   R12 row of x   R13 row of dy   R14 rows left   R15 pixels left   R19 x   R20 dy
#define WEIGHTS(each, count, step, row, pixel) \
	MOVD R0, R11; \
	each(LOAD); \
	MOVD R2, R12; \
	MOVD R5, R13; \
	MOVD R9, R14; \
row: \
	MOVD R12, R19; \
	MOVD R13, R20; \
	MOVD R8, R15; \
pixel: \
	VLD1 (R20), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	step; \
	ADD  R3, R19; \
	ADD  R6, R20; \
	SUBS $1, R15; \
	BNE  pixel; \
	ADD  R4, R12; \
	ADD  R7, R13; \
	SUBS $1, R14; \
	BNE  row; \
	MOVD R0, R11; \
	each(STORE); \
	MOVD R11, R0; \
	ADD  $(4*count), R2; \
	SUB  $count, R10

#define LOAD(a, b, c, d) \
	VLD1 (R11), [a.S4, b.S4, c.S4, d.S4]; \
	ADD  R1, R11

#define STORE(a, b, c, d) \
	VST1 [a.S4, b.S4, c.S4, d.S4], (R11); \
	ADD  R1, R11

#define ROW(do) do(V0, V1, V2, V3)

#define FOURROWS(do) \
	do(V0, V1, V2, V3); \
	do(V4, V5, V6, V7); \
	do(V8, V9, V10, V11); \
	do(V12, V13, V14, V15)

#define STEP1 \
	VLD1R (R19), [V16.S4]; \
	FMLA4S(0, 20, 16); FMLA4S(1, 21, 16); \
	FMLA4S(2, 22, 16); FMLA4S(3, 23, 16)

#define STEP4 \
	VLD1 (R19), [V16.S4]; \
	FMLA4S_LANE(0, 20, 16, 0); FMLA4S_LANE(1, 21, 16, 0); \
	FMLA4S_LANE(2, 22, 16, 0); FMLA4S_LANE(3, 23, 16, 0); \
	FMLA4S_LANE(4, 20, 16, 1); FMLA4S_LANE(5, 21, 16, 1); \
	FMLA4S_LANE(6, 22, 16, 1); FMLA4S_LANE(7, 23, 16, 1); \
	FMLA4S_LANE(8, 20, 16, 2); FMLA4S_LANE(9, 21, 16, 2); \
	FMLA4S_LANE(10, 22, 16, 2); FMLA4S_LANE(11, 23, 16, 2); \
	FMLA4S_LANE(12, 20, 16, 3); FMLA4S_LANE(13, 21, 16, 3); \
	FMLA4S_LANE(14, 22, 16, 3); FMLA4S_LANE(15, 23, 16, 3)

// func WeightGradient(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int)
//
// WEIGHTS says which register holds what.
TEXT ·WeightGradient(SB), NOSPLIT, $0-136
	MOVD sums_base+0(FP), R0
	MOVD stride+24(FP), R1
	MOVD x_base+32(FP), R2
	MOVD xStep+56(FP), R3
	MOVD xRow+64(FP), R4
	MOVD dy_base+72(FP), R5
	MOVD dyStep+96(FP), R6
	MOVD dyRow+104(FP), R7
	MOVD pixels+112(FP), R8
	MOVD rows+120(FP), R9
	MOVD count+128(FP), R10
	LSL  $2, R1
	LSL  $2, R3
	LSL  $2, R4
	LSL  $2, R6
	LSL  $2, R7

four:
	CMP $4, R10
	BLT one
	WEIGHTS(FOURROWS, 4, STEP4, row4, pixel4)
	B   four

one:
	CBZ R10, done
	WEIGHTS(ROW, 1, STEP1, row1, pixel1)
	B   one

done:
	RET

// CELL gives the gradient left in V0 to the elements of src that equal V1.
#define CELL(src, dst) \
	VLD1.P  16(src), [V5.S4]; \
	FCMEQ4S(5, 5, 1); \
	VAND    V0.B16, V5.B16, V3.B16; \
	VEOR    V3.B16, V0.B16, V0.B16; \
	VST1.P  [V3.S4], 16(dst)

// func MaxPoolGradient(dx, x, y, dy []float32, rowStride, channels, pixels int, low float32)
//
// Four channels at a time.
//
//	V0 gradient left   V1 maxima   V2 which are above low   V3 a cell's gradient   V4 low   V5 a cell, and where it is the maximum
//	R8-R11 the cells of x   R12-R15 those of dx   R2 y   R3 dy   R5 channels   R6 pixels left   R7 channels left
TEXT ·MaxPoolGradient(SB), NOSPLIT, $0-124
	MOVD  dx_base+0(FP), R12
	MOVD  x_base+24(FP), R8
	MOVD  y_base+48(FP), R2
	MOVD  dy_base+72(FP), R3
	MOVD  rowStride+96(FP), R4
	MOVD  channels+104(FP), R5
	MOVD  pixels+112(FP), R6
	MOVWU low+120(FP), R7
	VDUP  R7, V4.S4
	LSL   $2, R4
	LSL   $2, R5
	ADD   R5, R8, R9
	ADD   R4, R8, R10
	ADD   R4, R9, R11
	ADD   R5, R12, R13
	ADD   R4, R12, R14
	ADD   R4, R13, R15

pixel:
	MOVD R5, R7

channel:
	VLD1.P 16(R2), [V1.S4]
	VLD1   (R3), [V0.S4]
	FCMGT4S(2, 1, 4)
	VAND   V2.B16, V0.B16, V0.B16
	VST1.P [V0.S4], 16(R3)
	CELL(R8, R12)
	CELL(R9, R13)
	CELL(R10, R14)
	CELL(R11, R15)
	SUBS   $16, R7
	BNE    channel
	ADD    R5, R8
	ADD    R5, R9
	ADD    R5, R10
	ADD    R5, R11
	ADD    R5, R12
	ADD    R5, R13
	ADD    R5, R14
	ADD    R5, R15
	SUBS   $1, R6
	BNE    pixel
	RET
