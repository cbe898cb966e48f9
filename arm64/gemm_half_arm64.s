//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// ROWS adds the products of k, rows 0 to 7 of which are element k of V0-V7, with
// the 16 columns in b0 and b1.
#define ROWS(b0, b1, k) \
	FMLA8H_LANE(16, b0, 0, k); FMLA8H_LANE(17, b1, 0, k); \
	FMLA8H_LANE(18, b0, 1, k); FMLA8H_LANE(19, b1, 1, k); \
	FMLA8H_LANE(20, b0, 2, k); FMLA8H_LANE(21, b1, 2, k); \
	FMLA8H_LANE(22, b0, 3, k); FMLA8H_LANE(23, b1, 3, k); \
	FMLA8H_LANE(24, b0, 4, k); FMLA8H_LANE(25, b1, 4, k); \
	FMLA8H_LANE(26, b0, 5, k); FMLA8H_LANE(27, b1, 5, k); \
	FMLA8H_LANE(28, b0, 6, k); FMLA8H_LANE(29, b1, 6, k); \
	FMLA8H_LANE(30, b0, 7, k); FMLA8H_LANE(31, b1, 7, k)

// FIRST is ROWS for the first k of a sum.
#define FIRST(b0, b1) \
	FMUL8H_LANE(16, b0, 0, 0); FMUL8H_LANE(17, b1, 0, 0); \
	FMUL8H_LANE(18, b0, 1, 0); FMUL8H_LANE(19, b1, 1, 0); \
	FMUL8H_LANE(20, b0, 2, 0); FMUL8H_LANE(21, b1, 2, 0); \
	FMUL8H_LANE(22, b0, 3, 0); FMUL8H_LANE(23, b1, 3, 0); \
	FMUL8H_LANE(24, b0, 4, 0); FMUL8H_LANE(25, b1, 4, 0); \
	FMUL8H_LANE(26, b0, 5, 0); FMUL8H_LANE(27, b1, 5, 0); \
	FMUL8H_LANE(28, b0, 6, 0); FMUL8H_LANE(29, b1, 6, 0); \
	FMUL8H_LANE(30, b0, 7, 0); FMUL8H_LANE(31, b1, 7, 0)

#define LOADA \
	VLD1.P 64(R10), [V0.H8, V1.H8, V2.H8, V3.H8]; \
	VLD1.P 64(R10), [V4.H8, V5.H8, V6.H8, V7.H8]

// LOW and HIGH load b of two k each.
#define LOW  VLD1.P 64(R11), [V8.H8, V9.H8, V10.H8, V11.H8]
#define HIGH VLD1.P 64(R11), [V12.H8, V13.H8, V14.H8, V15.H8]

// REST is the products of k = 2 to 7.
#define REST \
	ROWS(12, 13, 2); \
	ROWS(14, 15, 3); \
	LOW; \
	ROWS(8, 9, 4); \
	ROWS(10, 11, 5); \
	HIGH; \
	ROWS(12, 13, 6); \
	ROWS(14, 15, 7)

// WIDEN makes float32 in V0-V3 of one row of sums.
#define WIDEN(s0, s1) \
	FCVTL4S(0, s0); \
	FCVTL2_4S(1, s0); \
	FCVTL4S(2, s1); \
	FCVTL2_4S(3, s1)

#define STORE \
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R19); \
	ADD  R1, R19

// ADDTO adds the start of the row.
#define ADDTO \
	VLD1   (R15), [V4.S4, V5.S4, V6.S4, V7.S4]; \
	ADD    R17, R15; \
	FADD4S(0, 0, 4); \
	FADD4S(1, 1, 5); \
	FADD4S(2, 2, 6); \
	FADD4S(3, 3, 7)

#define CLAMP(d) \
	FMAX4S(d, d, 8); \
	FMIN4S(d, d, 9)

// func GEMMHalf(dst []float32, stride int, a, b []uint16, depth, spill, tiles, panels int, start []float32, startStride int, clamp bool, low, high float32)
//
// Tile of 8 rows by 16 columns; needs FP16.
//
//	V0-V7    a: eight k of rows 0 to 7; later float32 of one row and its start
//	V8-V15   b: four k of 16 columns; at the end the bounds in V8 and V9
//	V16-V31  sums: row r in V(16+2r) and V(17+2r)
//	R0 dst of the panel   R1 stride   R2 a   R3 b   R4 depth   R5 tiles   R6 panels
//	R7 start of the panel (0: none)   R8 its stride   R9 clamp   R21 spill
//	R10 a of this tile    R11 b   R12 k left before the spill   R16 k left   R13 tiles left
//	R14 dst   R15 start of a row (0: none)   R17 its stride   R19 dst of a row   R20 start of the tile
TEXT ·GEMMHalf(SB), NOSPLIT, $0-156
	MOVD  dst_base+0(FP), R0
	MOVD  stride+24(FP), R1
	MOVD  a_base+32(FP), R2
	MOVD  b_base+56(FP), R3
	MOVD  depth+80(FP), R4
	MOVD  spill+88(FP), R21
	MOVD  tiles+96(FP), R5
	MOVD  panels+104(FP), R6
	MOVD  start_base+112(FP), R7
	MOVD  start_len+120(FP), R8
	CMP   $0, R8
	CSEL  EQ, ZR, R7, R7
	MOVD  startStride+136(FP), R8
	MOVBU clamp+144(FP), R9
	LSL   $2, R1
	LSL   $2, R8

panel:
	MOVD R2, R10
	MOVD R5, R13
	MOVD R0, R14
	MOVD R7, R20

tile:
	MOVD R3, R11
	MOVD R4, R16
	MOVD R20, R15
	MOVD R8, R17

sum:
	CMP  R16, R21
	CSEL LT, R21, R16, R12
	SUB  R12, R16
	LOADA
	LOW
	HIGH
	FIRST(8, 9)
	ROWS(10, 11, 1)
	REST
	SUBS $8, R12
	BEQ  spilled

loop:
	LOADA
	LOW
	HIGH
	ROWS(8, 9, 0)
	ROWS(10, 11, 1)
	REST
	SUBS $8, R12
	BNE  loop

spilled:
	MOVD R14, R19
	CBZ  R15, plain
	CBNZ R16, add
	CBNZ R9, bounded

add:
	WIDEN(16, 17)
	ADDTO
	STORE
	WIDEN(18, 19)
	ADDTO
	STORE
	WIDEN(20, 21)
	ADDTO
	STORE
	WIDEN(22, 23)
	ADDTO
	STORE
	WIDEN(24, 25)
	ADDTO
	STORE
	WIDEN(26, 27)
	ADDTO
	STORE
	WIDEN(28, 29)
	ADDTO
	STORE
	WIDEN(30, 31)
	ADDTO
	STORE
	B next

plain:
	WIDEN(16, 17)
	STORE
	WIDEN(18, 19)
	STORE
	WIDEN(20, 21)
	STORE
	WIDEN(22, 23)
	STORE
	WIDEN(24, 25)
	STORE
	WIDEN(26, 27)
	STORE
	WIDEN(28, 29)
	STORE
	WIDEN(30, 31)
	STORE

next:
	MOVD R14, R15
	MOVD R1, R17
	CBNZ R16, sum

done:
	MOVD R19, R14
	ADD  R8<<3, R20, R12
	CMP  $0, R20
	CSEL EQ, ZR, R12, R20
	SUBS $1, R13
	BNE  tile

	MOVD R11, R3
	ADD  $64, R0
	ADD  $64, R7, R12
	CMP  $0, R7
	CSEL EQ, ZR, R12, R7
	SUBS $1, R6
	BNE  panel
	RET

bounded:
	MOVD  $low+148(FP), R12
	VLD1R (R12), [V8.S4]
	MOVD  $high+152(FP), R12
	VLD1R (R12), [V9.S4]
	WIDEN(16, 17)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	WIDEN(18, 19)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	WIDEN(20, 21)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	WIDEN(22, 23)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	WIDEN(24, 25)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	WIDEN(26, 27)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	WIDEN(28, 29)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	WIDEN(30, 31)
	ADDTO
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3)
	STORE
	B done

// func Pack8Half(dst []uint16, src []float32, stride, depth int)
//
//	V0-V7   eight k of rows 0 to 7   V8, V9 of one row in float32
//	R0 dst   R1-R8 rows of src   R9 stride, then k left
TEXT ·Pack8Half(SB), NOSPLIT, $0-64
	MOVD dst_base+0(FP), R0
	MOVD src_base+24(FP), R1
	MOVD stride+48(FP), R9
	LSL  $2, R9
	ADD  R9, R1, R2
	ADD  R9, R2, R3
	ADD  R9, R3, R4
	ADD  R9, R4, R5
	ADD  R9, R5, R6
	ADD  R9, R6, R7
	ADD  R9, R7, R8
	MOVD depth+56(FP), R9

loop:
	FLDPQ.P 32(R1), (F8, F9)
	FCVTN4H(0, 8)
	FCVTN2_8H(0, 9)
	FLDPQ.P 32(R2), (F10, F11)
	FCVTN4H(1, 10)
	FCVTN2_8H(1, 11)
	FLDPQ.P 32(R3), (F12, F13)
	FCVTN4H(2, 12)
	FCVTN2_8H(2, 13)
	FLDPQ.P 32(R4), (F14, F15)
	FCVTN4H(3, 14)
	FCVTN2_8H(3, 15)
	FLDPQ.P 32(R5), (F8, F9)
	FCVTN4H(4, 8)
	FCVTN2_8H(4, 9)
	FLDPQ.P 32(R6), (F10, F11)
	FCVTN4H(5, 10)
	FCVTN2_8H(5, 11)
	FLDPQ.P 32(R7), (F12, F13)
	FCVTN4H(6, 12)
	FCVTN2_8H(6, 13)
	FLDPQ.P 32(R8), (F14, F15)
	FCVTN4H(7, 14)
	FCVTN2_8H(7, 15)
	VST1.P  [V0.H8, V1.H8, V2.H8, V3.H8], 64(R0)
	VST1.P  [V4.H8, V5.H8, V6.H8, V7.H8], 64(R0)
	SUBS    $8, R9
	BNE     loop
	RET
