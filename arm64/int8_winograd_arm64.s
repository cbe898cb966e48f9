//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// TRANSFORM makes B' d of V0-V5 in V6, V1, V2, V17, V18 and V5, with 4 and -4 in
// V15.
#define TRANSFORM \
	SUB8H(6, 4, 2); \
	MLA8H_LANE(4, 2, 15, 1); \
	SUB8H(0, 0, 2); \
	SUB8H(7, 3, 1); \
	ADD8H(16, 7, 7); \
	SUB8H(5, 5, 3); \
	MLA8H_LANE(3, 1, 15, 1); \
	ADD8H(17, 6, 16); \
	SUB8H(18, 6, 16); \
	MLA8H_LANE(6, 0, 15, 0); \
	MLA8H_LANE(5, 7, 15, 1); \
	ADD8H(1, 4, 3); \
	SUB8H(2, 4, 3)

// PUT stores what TRANSFORM made at places step bytes apart.
#define PUT(at, step) \
	VST1.P [V6.H8], (at)(step); \
	VST1.P [V1.H8], (at)(step); \
	VST1.P [V2.H8], (at)(step); \
	VST1.P [V17.H8], (at)(step); \
	VST1.P [V18.H8], (at)(step); \
	VST1.P [V5.H8], (at)(step)

// func Int8WinogradInput(dst []int16, position int, src []int8, rowStride, pixelStride, groups int)
//
//	V0-V5    six pixels   V6, V7, V16-V18  intermediate   V15 4 and -4
//	R0 dst of the group   R1 bytes from position to position   R2 src of the group   R3 rowStride   R4 pixelStride
//	R5 groups left   R6 bytes from row to row of positions   R10 row   R11 pixel   R12 dst   R13 dst, read   R14 rows left
TEXT ·Int8WinogradInput(SB), NOSPLIT, $0-80
	MOVD dst_base+0(FP), R0
	MOVD position+24(FP), R1
	MOVD src_base+32(FP), R2
	MOVD rowStride+56(FP), R3
	MOVD pixelStride+64(FP), R4
	MOVD groups+72(FP), R5
	LSL  $1, R1
	ADD  R1<<1, R1, R6
	LSL  $1, R6
	MOVD $0xfffc0004, R10
	VDUP R10, V15.S4

group:
	MOVD R2, R10
	MOVD R0, R12
	MOVD $6, R14

row:
	MOVD   R10, R11
	ADD    R3, R10
	VLD1.P (R11)(R4), [V0.B8]
	VLD1.P (R11)(R4), [V1.B8]
	VLD1.P (R11)(R4), [V2.B8]
	VLD1.P (R11)(R4), [V3.B8]
	VLD1.P (R11)(R4), [V4.B8]
	VLD1   (R11), [V5.B8]
	SXTL8H(0, 0)
	SXTL8H(1, 1)
	SXTL8H(2, 2)
	SXTL8H(3, 3)
	SXTL8H(4, 4)
	SXTL8H(5, 5)
	TRANSFORM
	SUBS   $1, R14
	PUT(R12, R1)
	BNE    row

	MOVD R0, R10
	MOVD $6, R14

column:
	MOVD   R10, R13
	MOVD   R10, R12
	ADD    R1, R10
	VLD1.P (R13)(R6), [V0.H8]
	VLD1.P (R13)(R6), [V1.H8]
	VLD1.P (R13)(R6), [V2.H8]
	VLD1.P (R13)(R6), [V3.H8]
	VLD1.P (R13)(R6), [V4.H8]
	VLD1   (R13), [V5.H8]
	TRANSFORM
	SUBS   $1, R14
	PUT(R12, R6)
	BNE    column

	ADD  $8, R2
	ADD  $128, R0
	SUBS $1, R5
	BNE  group
	RET

// CHANNEL multiplies channel k of eight tiles with eight filters.
#define CHANNEL(op, op2, b, k) \
	op(16, b, 0, k); op2(17, b, 0, k); \
	op(18, b, 1, k); op2(19, b, 1, k); \
	op(20, b, 2, k); op2(21, b, 2, k); \
	op(22, b, 3, k); op2(23, b, 3, k); \
	op(24, b, 4, k); op2(25, b, 4, k); \
	op(26, b, 5, k); op2(27, b, 5, k); \
	op(28, b, 6, k); op2(29, b, 6, k); \
	op(30, b, 7, k); op2(31, b, 7, k)

#define NEXT(b, k) CHANNEL(SMLAL4S_LANE, SMLAL2_4S_LANE, b, k)

#define LOADA \
	VLD1.P 64(R10), [V0.H8, V1.H8, V2.H8, V3.H8]; \
	VLD1.P 64(R10), [V4.H8, V5.H8, V6.H8, V7.H8]

#define EIGHT(op, op2) \
	VLD1.P 64(R3), [V8.H8, V9.H8, V10.H8, V11.H8]; \
	LOADA; \
	CHANNEL(op, op2, 8, 0); \
	VLD1.P 64(R3), [V12.H8, V13.H8, V14.H8, V15.H8]; \
	NEXT(9, 1); \
	NEXT(10, 2); \
	NEXT(11, 3); \
	NEXT(12, 4); \
	NEXT(13, 5); \
	NEXT(14, 6); \
	NEXT(15, 7)

// func Int8WinogradMultiply(dst []int32, a []int16, position int, b []int16, depth int)
//
// Tile of 8 tiles by 8 filters; needs ASIMD.
//
//	V0-V7    eight channels of each tile   V8-V15  eight filters of each channel
//	V16-V31  sums: tile t in V(16+2t) and V(17+2t)
//	R0 dst   R1 a of the position   R2 bytes from position to position   R3 b   R4 groups of eight channels
//	R5 channels left over   R6 positions left   R10 a   R11 groups left
TEXT ·Int8WinogradMultiply(SB), NOSPLIT, $0-88
	MOVD dst_base+0(FP), R0
	MOVD a_base+24(FP), R1
	MOVD position+48(FP), R2
	MOVD b_base+56(FP), R3
	MOVD depth+80(FP), R4
	AND  $7, R4, R5
	LSR  $3, R4
	LSL  $1, R2
	MOVD $36, R6

position:
	MOVD R1, R10
	CBZ  R4, few
	SUBS $1, R4, R11
	EIGHT(SMULL4S_LANE, SMULL2_4S_LANE)
	BEQ  tail

loop:
	SUBS $1, R11
	EIGHT(SMLAL4S_LANE, SMLAL2_4S_LANE)
	BNE  loop

tail:
	CBZ    R5, store
	LOADA
	VLD1.P 48(R3), [V8.H8, V9.H8, V10.H8]
	NEXT(8, 0)
	B      rest

few:
	LOADA
	VLD1.P 48(R3), [V8.H8, V9.H8, V10.H8]
	CHANNEL(SMULL4S_LANE, SMULL2_4S_LANE, 8, 0)

rest:
	NEXT(9, 1)
	NEXT(10, 2)
	TBZ    $2, R5, store
	VLD1.P 16(R3), [V11.H8]
	NEXT(11, 3)

store:
	ADD    R2, R1
	SUBS   $1, R6
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R0)
	VST1.P [V20.S4, V21.S4, V22.S4, V23.S4], 64(R0)
	VST1.P [V24.S4, V25.S4, V26.S4, V27.S4], 64(R0)
	VST1.P [V28.S4, V29.S4, V30.S4, V31.S4], 64(R0)
	BNE    position
	RET

// ALONG makes A' m of six: the results replace m0, m4, t and m1. V27 holds 2 and 4.
#define ALONG(m0, m1, m2, m3, m4, m5, t) \
	ADD4S(t, m1, m2); \
	SUB4S(m1, m1, m2); \
	ADD4S(m2, m3, m4); \
	SUB4S(m3, m3, m4); \
	ADD4S(m0, m0, t); \
	ADD4S(m3, m3, m3); \
	ADD4S(m0, m0, m2); \
	MLA4S_LANE(m5, m3, 27, 0); \
	MLA4S_LANE(t, m2, 27, 1); \
	ADD4S(m4, m1, m3); \
	MLA4S_LANE(m1, m5, 27, 0)

// COLUMN loads column j of the positions and makes four rows of it.
#define COLUMN(j, f0, f1, f2, f3, v0, v1, v2, v3) \
	FMOVQ (j*256+0*1536)(R10), f0; \
	FMOVQ (j*256+1*1536)(R10), f3; \
	FMOVQ (j*256+2*1536)(R10), F24; \
	FMOVQ (j*256+3*1536)(R10), F25; \
	FMOVQ (j*256+4*1536)(R10), f1; \
	FMOVQ (j*256+5*1536)(R10), F26; \
	ALONG(v0, v3, 24, 25, v1, 26, v2)

// NINTH divides a row by 9.
#define NINTH(a, b, c, d) \
	MUL4S_LANE(a, a, 27, 2); \
	MUL4S_LANE(b, b, 27, 2); \
	MUL4S_LANE(c, c, 27, 2); \
	MUL4S_LANE(d, d, 27, 2)

// SCALE requantizes four filters of one pixel with any shifts.
#define SCALE(a) \
	SSHL4S(a, a, 27); \
	SQRDMULH4S(a, a, 25); \
	AND16B(23, a, 26); \
	SSHR4S(23, 23, 31); \
	SQADD4S(a, a, 23); \
	SRSHL4S(a, a, 26)

#define SCALEFOUR(a, b, c, d) \
	FMOVQ 96(R12), F27; \
	ADD4S(a, a, 24); ADD4S(b, b, 24); ADD4S(c, c, 24); ADD4S(d, d, 24); \
	SSHR4S(a, a, 6); SSHR4S(b, b, 6); SSHR4S(c, c, 6); SSHR4S(d, d, 6); \
	SCALE(a); SCALE(b); SCALE(c); SCALE(d)

// SHRINKFOUR is SCALEFOUR for right shifts that are positive and left shifts of zero.
#define SHRINKFOUR(a, b, c, d) \
	ADD4S(a, a, 24); ADD4S(b, b, 24); ADD4S(c, c, 24); ADD4S(d, d, 24); \
	SSHR4S(a, a, 6); SSHR4S(b, b, 6); SSHR4S(c, c, 6); SSHR4S(d, d, 6); \
	SQRDMULH4S(a, a, 25); SQRDMULH4S(b, b, 25); SQRDMULH4S(c, c, 25); SQRDMULH4S(d, d, 25); \
	SSRA4S(a, a, 31); SSRA4S(b, b, 31); SSRA4S(c, c, 31); SSRA4S(d, d, 31); \
	SRSHL4S(a, a, 26); SRSHL4S(b, b, 26); SRSHL4S(c, c, 26); SRSHL4S(d, d, 26)

// PACK leaves four pixels of four filters in V20.
#define PACK(a, b, c, d) \
	SQXTN4H(20, a); \
	SQXTN2_8H(20, b); \
	SQXTN4H(21, c); \
	SQXTN2_8H(21, d); \
	SQADD8H(20, 20, 28); \
	SQADD8H(21, 21, 28); \
	SQXTN8B(20, 20); \
	SQXTN2_16B(20, 21); \
	SMAX16B(20, 20, 29); \
	SMIN16B(20, 20, 30)

// STOREFOUR stores the four pixels of a row at R13.
#define STOREFOUR \
	MOVD  R13, R14; \
	ADD   R1, R13; \
	VST1.P V20.S[0], (R14)(R2); \
	VST1.P V20.S[1], (R14)(R2); \
	VST1.P V20.S[2], (R14)(R2); \
	VST1.P V20.S[3], (R14)(R2)

// MAXIMA leaves the two maxima of two rows in a and c.
#define MAXIMA(a, b, c, d, e, f, g, h) \
	SMAX4S(a, a, b); \
	SMAX4S(c, c, d); \
	SMAX4S(e, e, f); \
	SMAX4S(g, g, h); \
	SMAX4S(a, a, e); \
	SMAX4S(c, c, g)

// func Int8WinogradOutput(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int, pool, general bool)
//
// Needs ASIMD.
//
//	V0-V23   row i of column j in V(4j+i); then column 0 of row i in V(i), 1 in V(16+i), 2 in V31, V8, V9 and V10, 3 in V(4+i)
//	V24-V26  scratch, then bias, multiplier, right shift   V27 2, 4 and 1/9, then left shift
//	V28 zero point (.8H)   V29 low   V30 high (.16B)   V31 scratch
//	R0 dst of the tile   R1 rowStride   R2 pixelStride   R3 src of the tile   R4 scales   R5 tiles left   R6 pool   R7 general
//	R8 2 and 4   R9 1/9   R10 src of four filters   R11 dst of four filters   R12 scales of four filters
//	R13 dst of a row   R14 of a pixel   R15 fours left   R16 from tile to tile of dst
TEXT ·Int8WinogradOutput(SB), NOSPLIT, $0-98
	MOVD  dst_base+0(FP), R0
	MOVD  rowStride+24(FP), R1
	MOVD  pixelStride+32(FP), R2
	MOVD  src_base+40(FP), R3
	MOVD  scales_base+64(FP), R4
	MOVD  tiles+88(FP), R5
	MOVBU pool+96(FP), R6
	MOVBU general+97(FP), R7
	ADD   $48, R4, R10
	VLD1  (R10), [V28.B16, V29.B16, V30.B16]
	MOVD  $0x400000002, R8
	MOVD  $954437177, R9
	LSL   $1, R2, R10
	CMP   $0, R6
	LSL   $2, R2, R16
	CSEL  NE, R10, R16, R16

tile:
	MOVD R3, R10
	MOVD R0, R11
	MOVD R4, R12
	MOVD $2, R15

four:
	VMOV R8, V27.D[0]
	VMOV R9, V27.D[1]
	COLUMN(0, F0, F1, F2, F3, 0, 1, 2, 3)
	COLUMN(1, F4, F5, F6, F7, 4, 5, 6, 7)
	COLUMN(2, F8, F9, F10, F11, 8, 9, 10, 11)
	COLUMN(3, F12, F13, F14, F15, 12, 13, 14, 15)
	COLUMN(4, F16, F17, F18, F19, 16, 17, 18, 19)
	COLUMN(5, F20, F21, F22, F23, 20, 21, 22, 23)
	ALONG(0, 4, 8, 12, 16, 20, 31)
	ALONG(1, 5, 9, 13, 17, 21, 8)
	ALONG(2, 6, 10, 14, 18, 22, 9)
	ALONG(3, 7, 11, 15, 19, 23, 10)
	NINTH(0, 16, 31, 4)
	NINTH(1, 17, 8, 5)
	NINTH(2, 18, 9, 6)
	NINTH(3, 19, 10, 7)
	VLD1 (R12), [V24.S4, V25.S4, V26.S4]
	MOVD R11, R13
	CBNZ   R6, pooled
	CBNZ   R7, any
	SHRINKFOUR(0, 16, 31, 4)
	SHRINKFOUR(1, 17, 8, 5)
	SHRINKFOUR(2, 18, 9, 6)
	SHRINKFOUR(3, 19, 10, 7)

pack:
	PACK(0, 16, 31, 4)
	STOREFOUR
	PACK(1, 17, 8, 5)
	STOREFOUR
	PACK(2, 18, 9, 6)
	STOREFOUR
	PACK(3, 19, 10, 7)
	STOREFOUR
	B next

any:
	SCALEFOUR(0, 16, 31, 4)
	SCALEFOUR(1, 17, 8, 5)
	SCALEFOUR(2, 18, 9, 6)
	SCALEFOUR(3, 19, 10, 7)
	B pack

pooledAny:
	SCALEFOUR(0, 31, 2, 9)
	B packPooled

pooled:
	MAXIMA(0, 16, 31, 4, 1, 17, 8, 5)
	MAXIMA(2, 18, 9, 6, 3, 19, 10, 7)
	CBNZ R7, pooledAny
	SHRINKFOUR(0, 31, 2, 9)

packPooled:
	PACK(0, 31, 2, 9)
	ADD   R2, R13, R14
	FMOVS F20, (R13)
	ADD   R1, R13
	VST1  V20.S[1], (R14)
	ADD   R1, R14
	VST1  V20.S[2], (R13)
	VST1  V20.S[3], (R14)

next:
	ADD  $16, R10
	ADD  $112, R12
	ADD  $4, R11
	SUBS $1, R15
	BNE  four
	ADD  $32, R3
	ADD  R16, R0
	SUBS $1, R5
	BNE  tile
	RET
