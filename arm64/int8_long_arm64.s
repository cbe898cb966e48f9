//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// LOW and HIGH multiply eight bytes of one pixel with those of four filters; FOLD
// adds the sums of two products to those in 32 bits.
#define LOW(a, t0, t1, t2, t3) \
	SMULL8H(t0, a, 20); \
	SMULL8H(t1, a, 21); \
	SMULL8H(t2, a, 22); \
	SMULL8H(t3, a, 23)

#define HIGH(a, t0, t1, t2, t3) \
	SMLAL2_8H(t0, a, 20); \
	SMLAL2_8H(t1, a, 21); \
	SMLAL2_8H(t2, a, 22); \
	SMLAL2_8H(t3, a, 23)

#define FOLD(op, s0, s1, s2, s3, t0, t1, t2, t3) \
	op(s0, t0); \
	op(s1, t1); \
	op(s2, t2); \
	op(s3, t3)

// RUN multiplies sixteen bytes of four pixels with four filters. One index for all
// pixels spares cores that execute in order the write-backs.
#define RUN(op) \
	LDRQ(16, 11, 22); \
	VLD1.P 64(R21), [V20.B16, V21.B16, V22.B16, V23.B16]; \
	LDRQ(17, 12, 22); \
	LDRQ(18, 13, 22); \
	LDRQ(19, 14, 22); \
	ADDS $16, R22; \
	LOW(16, 24, 25, 26, 27); \
	LOW(17, 28, 29, 30, 31); \
	HIGH(16, 24, 25, 26, 27); \
	HIGH(17, 28, 29, 30, 31); \
	FOLD(op, 0, 1, 2, 3, 24, 25, 26, 27); \
	LOW(18, 24, 25, 26, 27); \
	FOLD(op, 4, 5, 6, 7, 28, 29, 30, 31); \
	LOW(19, 28, 29, 30, 31); \
	HIGH(18, 24, 25, 26, 27); \
	HIGH(19, 28, 29, 30, 31); \
	FOLD(op, 8, 9, 10, 11, 24, 25, 26, 27); \
	FOLD(op, 12, 13, 14, 15, 28, 29, 30, 31)

// ACROSS leaves in s0 the sums of four filters of one pixel, bias included.
#define ACROSS(s0, s1, s2, s3) \
	ADDP4S(s0, s0, s1); \
	ADDP4S(s2, s2, s3); \
	ADDP4S(s0, s0, s2); \
	ADD4S(s0, s0, 20)

// SCALE requantizes four sums; SCALEANY does with any shifts.
#define SCALE(s) \
	SQRDMULH4S(s, s, 21); \
	SSRA4S(s, s, 31); \
	SRSHL4S(s, s, 22)

#define SCALEANY(s) \
	SSHL4S(s, s, 23); \
	SQRDMULH4S(s, s, 21); \
	AND16B(31, s, 22); \
	SSHR4S(31, 31, 31); \
	SQADD4S(s, s, 31); \
	SRSHL4S(s, s, 22)

// func Int8Long(dst []int8, dstStride int, src []int8, pixelStride, second, rowStride, length, rows, step int, w []int8, scales []int32, tiles, panels int, pool, general bool)
//
// Tile of 4 pixels by 4 filters; needs ASIMD.
//
//	V0-V15   sums: pixel x, filter f in V(4x+f)
//	V16-V19  16 bytes of each pixel   V20-V23 of each filter; at the end bias, multiplier, right and left shifts
//	V24-V31  sums of two products; at the end V28 zero point (.8H)   V29 low   V30 high (.16B)   V31 scratch
//	R0 dst of the panel   R1 dstStride   R2 end of the first run of src   R3 pixelStride   R4 rowStride   R5 second
//	R6 length, negative   R7 pool   R8 w of the panel   R9 scales of the panel   R10 rows   R11-R14 ends of runs of the four pixels
//	R15 step   R16 panels left   R17 general   R20 R2 of the tile   R21 w   R22 from the end of the run   R23 rows left   R24 dst of the tile
//	R25 tiles left   R26 scratch
TEXT ·Int8Long(SB), NOSPLIT, $0-170
	MOVD  dst_base+0(FP), R0
	MOVD  dstStride+24(FP), R1
	MOVD  src_base+32(FP), R2
	MOVD  pixelStride+56(FP), R3
	MOVD  second+64(FP), R5
	MOVD  rowStride+72(FP), R4
	MOVD  length+80(FP), R6
	MOVD  rows+88(FP), R10
	MOVD  step+96(FP), R15
	MOVD  w_base+104(FP), R8
	MOVD  scales_base+128(FP), R9
	MOVD  panels+160(FP), R16
	MOVBU pool+168(FP), R7
	MOVBU general+169(FP), R17
	ADD   $15, R6
	AND   $~15, R6
	ADD   R6, R2
	NEG   R6, R6

panel:
	MOVD R2, R20
	MOVD R0, R24
	MOVD tiles+152(FP), R25

tile:
	MOVD R20, R11
	ADD  R3, R11, R12
	ADD  R5, R11, R13
	ADD  R3, R13, R14
	MOVD R8, R21
	MOVD R10, R23
	MOVD R6, R22
	RUN(SADDLP4S)
	BEQ  next

run:
	RUN(SADALP4S)
	BNE  run

next:
	SUBS $1, R23
	BEQ  sums
	ADD  R4, R11
	ADD  R4, R12
	ADD  R4, R13
	ADD  R4, R14
	MOVD R6, R22
	B    run

sums:
	MOVD   R9, R26
	VLD1.P 48(R26), [V20.S4, V21.S4, V22.S4]
	VLD1.P 64(R26), [V28.B16, V29.B16, V30.B16, V31.B16]
	VMOV   V31.B16, V23.B16
	ACROSS(0, 1, 2, 3)
	ACROSS(4, 5, 6, 7)
	ACROSS(8, 9, 10, 11)
	ACROSS(12, 13, 14, 15)
	CBNZ R7, pooled
	CBNZ R17, any
	SCALE(0)
	SCALE(4)
	SCALE(8)
	SCALE(12)

pack:
	SQXTN4H(0, 0)
	SQXTN2_8H(0, 4)
	SQXTN4H(8, 8)
	SQXTN2_8H(8, 12)
	SQADD8H(0, 0, 28)
	SQADD8H(8, 8, 28)
	SQXTN8B(0, 0)
	SQXTN2_16B(0, 8)
	SMAX16B(0, 0, 29)
	SMIN16B(0, 0, 30)
	VST1.P V0.S[0], (R24)(R1)
	VST1.P V0.S[1], (R24)(R1)
	VST1.P V0.S[2], (R24)(R1)
	VST1.P V0.S[3], (R24)(R1)

done:
	ADD  R15, R20
	SUBS $1, R25
	BNE  tile
	MOVD R21, R8
	ADD  $112, R9
	ADD  $4, R0
	SUBS $1, R16
	BNE  panel
	RET

any:
	SCALEANY(0)
	SCALEANY(4)
	SCALEANY(8)
	SCALEANY(12)
	B pack

pooled:
	SMAX4S(0, 0, 4)
	SMAX4S(8, 8, 12)
	SMAX4S(0, 0, 8)
	CBNZ R17, pooledAny
	SCALE(0)

packPooled:
	SQXTN4H(0, 0)
	SQADD8H(0, 0, 28)
	SQXTN8B(0, 0)
	SMAX16B(0, 0, 29)
	SMIN16B(0, 0, 30)
	VST1.P V0.S[0], (R24)(R1)
	B     done

pooledAny:
	SCALEANY(0)
	B packPooled
