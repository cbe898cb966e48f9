//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// AREA does step for every pixel of every row:
//
//	R16, R17 rows of x and dy   R19, R20 their pixels   R4 step   R3 stride   R5 xRow   R6 dyRow
//	R8 rows   R9 pixels   R21 rows left   R22 pixels left
#define AREA(step, row, pixel) \
	MOVD R1, R16; \
	MOVD R2, R17; \
	MOVD R8, R21; \
row: \
	MOVD R16, R19; \
	MOVD R17, R20; \
	MOVD R9, R22; \
pixel: \
	step; \
	ADD  R4, R19; \
	ADD  R3, R20; \
	SUBS $1, R22; \
	BNE  pixel; \
	ADD  R5, R16; \
	ADD  R6, R17; \
	SUBS $1, R21; \
	BNE  row

// PAIROFTAPS adds two vectors of a pixel to the sums of three taps, ONEOFTAPS
// one, TAP to those of one tap.
#define PAIROFTAPS \
	VLD1 (R20), [V16.S4, V17.S4]; \
	ADD  R10, R19, R23; \
	VLD1 (R19), [V18.S4, V19.S4]; \
	ADD  R10, R23, R24; \
	VLD1 (R23), [V20.S4, V21.S4]; \
	VLD1 (R24), [V22.S4, V23.S4]; \
	FMLA4S(0, 18, 16); \
	FMLA4S(1, 19, 17); \
	FMLA4S(2, 20, 16); \
	FMLA4S(3, 21, 17); \
	FMLA4S(4, 22, 16); \
	FMLA4S(5, 23, 17)

#define ONEOFTAPS \
	VLD1 (R20), [V16.S4]; \
	ADD  R10, R19, R23; \
	VLD1 (R19), [V18.S4]; \
	ADD  R10, R23, R24; \
	VLD1 (R23), [V20.S4]; \
	VLD1 (R24), [V22.S4]; \
	FMLA4S(0, 18, 16); \
	FMLA4S(2, 20, 16); \
	FMLA4S(4, 22, 16)

#define TAP \
	VLD1 (R20), [V16.S4]; \
	VLD1 (R19), [V18.S4]; \
	FMLA4S(0, 18, 16)

// NEXT goes on to the next n bytes of channels.
#define NEXT(n) \
	ADD  $n, R0; \
	ADD  $n, R1; \
	ADD  $n, R2; \
	SUBS $n, R7

// func DepthwiseWeightGradient(sums, x, dy []float32, stride, tap, step, xRow, dyRow, channels, taps, rows, pixels int)
//
// Of three taps eight channels at a time while there are as many, then four.
//
//	V0-V5 sums, tap by tap   V16, V17 a pixel of dy   V18-V23 pixels of x   R0 sums   R1 x   R2 dy   R7 bytes of channels left
//	R10 tap   R11 taps   R12, R13 sums of the other taps   R23, R24 pixels of x of the other taps
TEXT ·DepthwiseWeightGradient(SB), NOSPLIT, $0-144
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD dy_base+48(FP), R2
	MOVD stride+72(FP), R3
	MOVD tap+80(FP), R10
	MOVD step+88(FP), R4
	MOVD xRow+96(FP), R5
	MOVD dyRow+104(FP), R6
	MOVD channels+112(FP), R7
	MOVD taps+120(FP), R11
	MOVD rows+128(FP), R8
	MOVD pixels+136(FP), R9
	LSL  $2, R3
	LSL  $2, R10
	LSL  $2, R4
	LSL  $2, R5
	LSL  $2, R6
	LSL  $2, R7
	CMP  $1, R11
	BEQ  tap

pair:
	CMP  $32, R7
	BLT  one
	ADD  R3, R0, R12
	ADD  R3, R12, R13
	VLD1 (R0), [V0.S4, V1.S4]
	VLD1 (R12), [V2.S4, V3.S4]
	VLD1 (R13), [V4.S4, V5.S4]
	AREA(PAIROFTAPS, pairRow, pairPixel)
	VST1 [V0.S4, V1.S4], (R0)
	VST1 [V2.S4, V3.S4], (R12)
	VST1 [V4.S4, V5.S4], (R13)
	NEXT(32)
	B    pair

one:
	CBZ  R7, done
	ADD  R3, R0, R12
	ADD  R3, R12, R13
	VLD1 (R0), [V0.S4]
	VLD1 (R12), [V2.S4]
	VLD1 (R13), [V4.S4]
	AREA(ONEOFTAPS, oneRow, onePixel)
	VST1 [V0.S4], (R0)
	VST1 [V2.S4], (R12)
	VST1 [V4.S4], (R13)
	NEXT(16)
	B    one

tap:
	VLD1 (R0), [V0.S4]
	AREA(TAP, tapRow, tapPixel)
	VST1 [V0.S4], (R0)
	NEXT(16)
	BNE  tap

done:
	RET

// func DepthwiseInputGradient(dx, w, dy []float32, step, stride, channels, pixels int)
//
//	V0 weights   V1 a pixel of dx   V2 one of dy   R0 dx   R1 w   R2 dy   R4 step   R3 stride   R7 bytes of channels left
//	R9 pixels   R19, R20 pixels of dx and dy   R22 pixels left
TEXT ·DepthwiseInputGradient(SB), NOSPLIT, $0-104
	MOVD dx_base+0(FP), R0
	MOVD w_base+24(FP), R1
	MOVD dy_base+48(FP), R2
	MOVD step+72(FP), R4
	MOVD stride+80(FP), R3
	MOVD channels+88(FP), R7
	MOVD pixels+96(FP), R9
	LSL  $2, R4
	LSL  $2, R3
	LSL  $2, R7

channel:
	VLD1 (R1), [V0.S4]
	MOVD R0, R19
	MOVD R2, R20
	MOVD R9, R22

pixel:
	VLD1 (R19), [V1.S4]
	VLD1 (R20), [V2.S4]
	ADD  R3, R20
	FMLA4S(1, 2, 0)
	VST1 [V1.S4], (R19)
	ADD  R4, R19
	SUBS $1, R22
	BNE  pixel
	NEXT(16)
	BNE  channel
	RET
