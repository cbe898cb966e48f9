//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "int8_requantize_arm64.h"

// The kernels of this file share their registers; tiles of four pixels, then of one. Need ASIMD.
//
//	V0-V7    sums: pixel x in V(2x) and V(2x+1)   V8-V18 pixels of one row   V19-V23 its weights
//	V24-V26  sums of two products, or one
//	V24-V30  at the end as int8_requantize_arm64.h says   V20, V21 then left shifts   V31 scratch
//	R0 dst of the group   R1 dstStride   R2 src of the group   R3 rowStride   R4 pixelStride   R5 w of the group   R6 scales of the group
//	R7 groups left   R8 general   R9 bytes from pixel to pixel of the output in src   R10 pixels left   R11 src of the tile
//	R12 row   R13 pixel   R14 dst   R15 rows left   R16 w   R17 scratch

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

#define LOAD(v) VLD1.P (R13)(R4), [v.B8]

#define WEIGHTS \
	VLD1.P 32(R16), [V19.B8, V20.B8, V21.B8, V22.B8]; \
	VLD1.P 8(R16), [V23.B8]

// ROW begins a row of the kernel.
#define ROW \
	MOVD R12, R13; \
	ADD  R3, R12; \
	WEIGHTS

// PIXEL adds the products of a row for one pixel.
#define PIXEL(s0, s1, a, b, c, d, e) \
	SMULL8H(24, a, 19); \
	SMULL8H(25, c, 21); \
	SMULL8H(26, e, 23); \
	SMLAL8H(24, b, 20); \
	SMLAL8H(25, d, 22); \
	SADDW4S(s0, s0, 26); \
	SADDW2_4S(s1, s1, 26); \
	SADDW4S(s0, s0, 24); \
	SADDW2_4S(s1, s1, 24); \
	SADDW4S(s0, s0, 25); \
	SADDW2_4S(s1, s1, 25)

// BEGIN begins a tile.
#define BEGIN \
	VLD1 (R6), [V0.S4, V1.S4]; \
	MOVD R11, R12; \
	MOVD R5, R16; \
	MOVD $5, R15

// CONSTANTS loads what requantization needs.
#define CONSTANTS \
	ADD    $32, R6, R17; \
	VLD1.P 64(R17), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	VLD1.P 48(R17), [V28.B16, V29.B16, V30.B16]; \
	VLD1   (R17), [V20.S4, V21.S4]

// SCALE is SHRINK for any shifts.
#define SCALE(d, a, b) \
	SCALE4(a, 20, 24, 26, 31); \
	SCALE4(b, 21, 25, 27, 31); \
	SQXTN4H(d, a); \
	SQXTN2_8H(d, b); \
	SQADD8H(d, d, 28)

// DEPTHWISE is all of a kernel but the arguments; FOUR adds the products of a row
// for a tile of four pixels.
#define DEPTHWISE(FOUR) \
group: \
	MOVD pixels+128(FP), R10; \
	MOVD R2, R11; \
	MOVD R0, R14; \
	SUBS $4, R10; \
	BLT  rest; \
four: \
	BEGIN; \
	VMOV V0.B16, V2.B16; \
	VMOV V1.B16, V3.B16; \
	VMOV V0.B16, V4.B16; \
	VMOV V1.B16, V5.B16; \
	VMOV V0.B16, V6.B16; \
	VMOV V1.B16, V7.B16; \
rowOfFour: \
	ROW; \
	FOUR; \
	SUBS $1, R15; \
	BNE  rowOfFour; \
	CONSTANTS; \
	CBNZ R8, anyFour; \
	SHRINK(0, 0, 1); \
	SHRINK(2, 2, 3); \
	SHRINK(4, 4, 5); \
	SHRINK(6, 6, 7); \
putFour: \
	PACK(0, 0, 2); \
	PACK(4, 4, 6); \
	VST1.P [V0.B8], (R14)(R1); \
	VST1.P V0.D[1], (R14)(R1); \
	VST1.P [V4.B8], (R14)(R1); \
	VST1.P V4.D[1], (R14)(R1); \
	ADD  R9<<2, R11; \
	SUBS $4, R10; \
	BGE  four; \
rest: \
	ADDS $4, R10; \
	BEQ  next; \
one: \
	BEGIN; \
rowOfOne: \
	ROW; \
	LOAD(V8); \
	LOAD(V9); \
	LOAD(V10); \
	LOAD(V11); \
	LOAD(V12); \
	PIXEL(0, 1, 8, 9, 10, 11, 12); \
	SUBS $1, R15; \
	BNE  rowOfOne; \
	CONSTANTS; \
	CBNZ R8, anyOne; \
	SHRINK(0, 0, 1); \
putOne: \
	PACK(0, 0, 0); \
	VST1.P [V0.B8], (R14)(R1); \
	ADD  R9, R11; \
	SUBS $1, R10; \
	BNE  one; \
next: \
	ADD  $8, R2; \
	ADD  $8, R0; \
	ADD  $200, R5; \
	ADD  $176, R6; \
	SUBS $1, R7; \
	BNE  group; \
	RET; \
anyFour: \
	SCALE(0, 0, 1); \
	SCALE(2, 2, 3); \
	SCALE(4, 4, 5); \
	SCALE(6, 6, 7); \
	B putFour; \
anyOne: \
	SCALE(0, 0, 1); \
	B putOne

// FOUR1 is FOUR with stride 1, FOUR2 with stride 2.
#define FOUR1 \
	LOAD(V8); \
	LOAD(V9); \
	LOAD(V10); \
	LOAD(V11); \
	LOAD(V12); \
	LOAD(V13); \
	LOAD(V14); \
	LOAD(V15); \
	PIXEL(0, 1, 8, 9, 10, 11, 12); \
	PIXEL(2, 3, 9, 10, 11, 12, 13); \
	PIXEL(4, 5, 10, 11, 12, 13, 14); \
	PIXEL(6, 7, 11, 12, 13, 14, 15)

#define FOUR2 \
	LOAD(V8); \
	LOAD(V9); \
	LOAD(V10); \
	LOAD(V11); \
	LOAD(V12); \
	LOAD(V13); \
	LOAD(V14); \
	LOAD(V15); \
	LOAD(V16); \
	LOAD(V17); \
	LOAD(V18); \
	PIXEL(0, 1, 8, 9, 10, 11, 12); \
	PIXEL(2, 3, 10, 11, 12, 13, 14); \
	PIXEL(4, 5, 12, 13, 14, 15, 16); \
	PIXEL(6, 7, 14, 15, 16, 17, 18)

// func Int8Depthwise5(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)
TEXT ·Int8Depthwise5(SB), NOSPLIT, $0-137
	ARGUMENTS
	MOVD R4, R9
	DEPTHWISE(FOUR1)

// func Int8Depthwise5Stride2(dst []int8, dstStride int, src []int8, rowStride, pixelStride int, w []int8, scales []int32, groups, pixels int, general bool)
TEXT ·Int8Depthwise5Stride2(SB), NOSPLIT, $0-137
	ARGUMENTS
	LSL $1, R4, R9
	DEPTHWISE(FOUR2)
