//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "int8_requantize_arm64.h"

// The kernels of this file share their registers. Need ASIMD.
//
//	V0-V8    weights, by columns   V9-V17  three columns of the picture
//	V18, V19 sums   V20, V21 sums of two products; then left shifts   V22, V23 bias
//	V24-V30  as int8_requantize_arm64.h says   V31 scratch
//	R0 dst of the group   R1 dstStride   R2 src of the group   R3 rowStride   R4 pixelStride   R5 w   R6 scales of the group
//	R7 groups left   R8 general   R10 pixels left   R11-R13 the three rows   R14 dst   R15 scratch

#define ARGUMENTS \
	MOVD  dst_base+0(FP), R0; \
	MOVD  dstStride+24(FP), R1; \
	MOVD  src_base+32(FP), R2; \
	MOVD  rowStride+56(FP), R3; \
	MOVD  pixelStride+64(FP), R4; \
	MOVD  w_base+72(FP), R5; \
	MOVD  scales_base+96(FP), R6; \
	MOVD  groups+120(FP), R7; \
	MOVBU general+136(FP), R8

// GROUP begins eight channels of all pixels.
#define GROUP \
	VLD1.P 32(R5), [V0.B8, V1.B8, V2.B8, V3.B8]; \
	VLD1.P 32(R5), [V4.B8, V5.B8, V6.B8, V7.B8]; \
	VLD1.P 8(R5), [V8.B8]; \
	MOVD   R6, R15; \
	VLD1.P 32(R15), [V22.S4, V23.S4]; \
	VLD1.P 64(R15), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	VLD1   (R15), [V28.B16, V29.B16, V30.B16]; \
	MOVD   pixels+128(FP), R10; \
	MOVD   R2, R11; \
	ADD    R3, R11, R12; \
	ADD    R3, R12, R13; \
	MOVD   R0, R14

// NEXT moves on to the next eight channels.
#define NEXT \
	ADD  $8, R2; \
	ADD  $8, R0; \
	ADD  $176, R6; \
	SUBS $1, R7

#define COLUMN(a, b, c) \
	VLD1.P (R11)(R4), [a.B8]; \
	VLD1.P (R12)(R4), [b.B8]; \
	VLD1.P (R13)(R4), [c.B8]

// SUM multiplies three columns of three pixels with the weights.
#define SUM(a0, a1, a2, b0, b1, b2, c0, c1, c2) \
	SMULL8H(20, a0, 0); \
	SMULL8H(21, a2, 2); \
	SMLAL8H(20, a1, 1); \
	SMLAL8H(21, b0, 3); \
	SADDW4S(18, 22, 20); \
	SADDW2_4S(19, 23, 20); \
	SMULL8H(20, b1, 4); \
	SADDW4S(18, 18, 21); \
	SADDW2_4S(19, 19, 21); \
	SMULL8H(21, c0, 6); \
	SMLAL8H(20, b2, 5); \
	SMLAL8H(21, c1, 7); \
	SADDW4S(18, 18, 20); \
	SADDW2_4S(19, 19, 20); \
	SMULL8H(20, c2, 8); \
	SADDW4S(18, 18, 21); \
	SADDW2_4S(19, 19, 21); \
	SADDW4S(18, 18, 20); \
	SADDW2_4S(19, 19, 20)

// PUT requantizes one pixel.
#define PUT \
	SHRINK(18, 18, 19); \
	SQXTN8B(18, 18); \
	SMAX16B(18, 18, 29); \
	SMIN16B(18, 18, 30); \
	VST1.P [V18.B8], (R14)(R1)

// PUTANY is PUT with any shifts.
#define PUTANY \
	ADD    $144, R6, R15; \
	VLD1   (R15), [V20.S4, V21.S4]; \
	SCALE4(18, 20, 24, 26, 31); \
	SCALE4(19, 21, 25, 27, 31); \
	SQXTN4H(18, 18); \
	SQXTN2_8H(18, 19); \
	SQADD8H(18, 18, 28); \
	SQXTN8B(18, 18); \
	SMAX16B(18, 18, 29); \
	SMIN16B(18, 18, 30); \
	VST1.P [V18.B8], (R14)(R1)

// THREE makes three pixels of neighbouring columns.
#define THREE(OUT) \
	COLUMN(V15, V16, V17); \
	SUM(9, 10, 11, 12, 13, 14, 15, 16, 17); \
	OUT; \
	SUBS $1, R10; \
	BEQ  next; \
	COLUMN(V9, V10, V11); \
	SUM(12, 13, 14, 15, 16, 17, 9, 10, 11); \
	OUT; \
	SUBS $1, R10; \
	BEQ  next; \
	COLUMN(V12, V13, V14); \
	SUM(15, 16, 17, 9, 10, 11, 12, 13, 14); \
	OUT; \
	SUBS $1, R10

// THREE2 does with stride 2.
#define THREE2(OUT) \
	COLUMN(V12, V13, V14); \
	COLUMN(V15, V16, V17); \
	SUM(9, 10, 11, 12, 13, 14, 15, 16, 17); \
	OUT; \
	SUBS $1, R10; \
	BEQ  next; \
	COLUMN(V9, V10, V11); \
	COLUMN(V12, V13, V14); \
	SUM(15, 16, 17, 9, 10, 11, 12, 13, 14); \
	OUT; \
	SUBS $1, R10; \
	BEQ  next; \
	COLUMN(V15, V16, V17); \
	COLUMN(V9, V10, V11); \
	SUM(12, 13, 14, 15, 16, 17, 9, 10, 11); \
	OUT; \
	SUBS $1, R10

// func Int8Depthwise3(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)
TEXT ·Int8Depthwise3(SB), NOSPLIT, $0-137
	ARGUMENTS

group:
	GROUP
	COLUMN(V9, V10, V11)
	COLUMN(V12, V13, V14)
	CBNZ R8, any

loop:
	THREE(PUT)
	BNE loop

next:
	NEXT
	BNE group
	RET

any:
	THREE(PUTANY)
	BNE any
	B   next

// func Int8Depthwise3Stride2(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)
TEXT ·Int8Depthwise3Stride2(SB), NOSPLIT, $0-137
	ARGUMENTS

group:
	GROUP
	COLUMN(V9, V10, V11)
	CBNZ R8, any

loop:
	THREE2(PUT)
	BNE loop

next:
	NEXT
	BNE group
	RET

any:
	THREE2(PUTANY)
	BNE any
	B   next
