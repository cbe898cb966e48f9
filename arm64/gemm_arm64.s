//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// One group of four k: rows 0 to 7 in V16-V23, b[k] to b[k+3] in V24-V31.
#define K01(first) \
	first(0, 24, 16, 0); first(1, 25, 16, 0); \
	first(2, 24, 17, 0); first(3, 25, 17, 0); \
	first(4, 24, 18, 0); first(5, 25, 18, 0); \
	first(6, 24, 19, 0); first(7, 25, 19, 0); \
	first(8, 24, 20, 0); first(9, 25, 20, 0); \
	first(10, 24, 21, 0); first(11, 25, 21, 0); \
	first(12, 24, 22, 0); first(13, 25, 22, 0); \
	first(14, 24, 23, 0); first(15, 25, 23, 0); \
	ROWS(26, 27, 1)

#define ROWS(b0, b1, k) \
	FMLA4S_LANE(0, b0, 16, k); FMLA4S_LANE(1, b1, 16, k); \
	FMLA4S_LANE(2, b0, 17, k); FMLA4S_LANE(3, b1, 17, k); \
	FMLA4S_LANE(4, b0, 18, k); FMLA4S_LANE(5, b1, 18, k); \
	FMLA4S_LANE(6, b0, 19, k); FMLA4S_LANE(7, b1, 19, k); \
	FMLA4S_LANE(8, b0, 20, k); FMLA4S_LANE(9, b1, 20, k); \
	FMLA4S_LANE(10, b0, 21, k); FMLA4S_LANE(11, b1, 21, k); \
	FMLA4S_LANE(12, b0, 22, k); FMLA4S_LANE(13, b1, 22, k); \
	FMLA4S_LANE(14, b0, 23, k); FMLA4S_LANE(15, b1, 23, k)

#define CLAMP(d) \
	FMAX4S(d, d, 24); FMIN4S(d, d, 25)

// FOUR loads four k with the fewest instructions; FOURINORDER with the fewest
// cycles of cores that execute in order.
#define FOUR \
	VLD1.P 64(R10), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VLD1.P 64(R11), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	VLD1.P 64(R10), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	VLD1.P 64(R11), [V28.S4, V29.S4, V30.S4, V31.S4]

#define FOURINORDER \
	FLDPQ 0(R10), (F16, F17); \
	FLDPQ 32(R10), (F18, F19); \
	FLDPQ 64(R10), (F20, F21); \
	FLDPQ 96(R10), (F22, F23); \
	FLDPQ 0(R11), (F24, F25); \
	FLDPQ 32(R11), (F26, F27); \
	FLDPQ 64(R11), (F28, F29); \
	FLDPQ 96(R11), (F30, F31); \
	ADD   $128, R10; \
	ADD   $128, R11

// BODY is all of GEMM but the arguments.
#define BODY(LOADFOUR) \
panel: \
	MOVD R2, R10; \
	MOVD R5, R13; \
	MOVD R0, R14; \
	MOVD R7, R15; \
tile: \
	MOVD R3, R11; \
	MOVD R4, R12; \
	CBNZ R7, begin; \
	LOADFOUR; \
	K01(FMUL4S_LANE); \
	ROWS(28, 29, 2); \
	ROWS(30, 31, 3); \
	SUBS   $4, R12; \
	BEQ    store; \
	B      loop; \
begin: \
	FLDPQ (R15), (F0, F1); \
	ADD   R8, R15; \
	FLDPQ (R15), (F2, F3); \
	ADD   R8, R15; \
	FLDPQ (R15), (F4, F5); \
	ADD   R8, R15; \
	FLDPQ (R15), (F6, F7); \
	ADD   R8, R15; \
	FLDPQ (R15), (F8, F9); \
	ADD   R8, R15; \
	FLDPQ (R15), (F10, F11); \
	ADD   R8, R15; \
	FLDPQ (R15), (F12, F13); \
	ADD   R8, R15; \
	FLDPQ (R15), (F14, F15); \
	ADD   R8, R15; \
loop: \
	SUBS   $4, R12; \
	LOADFOUR; \
	ROWS(24, 25, 0); \
	ROWS(26, 27, 1); \
	ROWS(28, 29, 2); \
	ROWS(30, 31, 3); \
	BNE    loop; \
store: \
	CBZ   R9, write; \
	VLD1R (R16), [V24.S4]; \
	VLD1R (R17), [V25.S4]; \
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3); CLAMP(4); CLAMP(5); CLAMP(6); CLAMP(7); \
	CLAMP(8); CLAMP(9); CLAMP(10); CLAMP(11); CLAMP(12); CLAMP(13); CLAMP(14); CLAMP(15); \
write: \
	FSTPQ (F0, F1), (R14); \
	ADD   R1, R14; \
	FSTPQ (F2, F3), (R14); \
	ADD   R1, R14; \
	FSTPQ (F4, F5), (R14); \
	ADD   R1, R14; \
	FSTPQ (F6, F7), (R14); \
	ADD   R1, R14; \
	FSTPQ (F8, F9), (R14); \
	ADD   R1, R14; \
	FSTPQ (F10, F11), (R14); \
	ADD   R1, R14; \
	FSTPQ (F12, F13), (R14); \
	ADD   R1, R14; \
	FSTPQ (F14, F15), (R14); \
	ADD   R1, R14; \
	SUBS  $1, R13; \
	BNE   tile; \
	MOVD R11, R3; \
	ADD  $32, R0; \
	ADD  $32, R7, R12; \
	CMP  $0, R7; \
	CSEL EQ, ZR, R12, R7; \
	SUBS $1, R6; \
	BNE  panel

// func GEMM(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, clamp bool, low, high float32)
//
// Tile of 8 rows by 8 columns; needs ASIMD.
//
//	V0-V15   sums: row r in V(2r) and V(2r+1)
//	V16-V23  a: four k of rows 0 to 7
//	V24-V31  b: four k of 8 columns; at the end the bounds in V24 and V25
//	R0 dst of the panel   R1 stride   R2 a   R3 b   R4 depth   R5 tiles   R6 panels
//	R7 start of the panel (0: none)   R8 its stride   R9 clamp
//	R10 a of this tile    R11 b       R12 k left    R13 tiles left   R14 dst   R15 start
//	R16 low   R17 high
TEXT ·GEMM(SB), NOSPLIT, $0-148
	MOVD  dst_base+0(FP), R0
	MOVD  stride+24(FP), R1
	MOVD  a_base+32(FP), R2
	MOVD  b_base+56(FP), R3
	MOVD  depth+80(FP), R4
	MOVD  tiles+88(FP), R5
	MOVD  panels+96(FP), R6
	MOVD  start_base+104(FP), R7
	MOVD  start_len+112(FP), R8
	CMP   $0, R8
	CSEL  EQ, ZR, R7, R7
	MOVD  startStride+128(FP), R8
	MOVBU clamp+136(FP), R9
	LSL   $2, R1
	LSL   $2, R8
	MOVD  $low+140(FP), R16
	MOVD  $high+144(FP), R17
	BODY(FOUR)
	RET

// func GEMMInOrder(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, clamp bool, low, high float32)
TEXT ·GEMMInOrder(SB), NOSPLIT, $0-148
	MOVD  dst_base+0(FP), R0
	MOVD  stride+24(FP), R1
	MOVD  a_base+32(FP), R2
	MOVD  b_base+56(FP), R3
	MOVD  depth+80(FP), R4
	MOVD  tiles+88(FP), R5
	MOVD  panels+96(FP), R6
	MOVD  start_base+104(FP), R7
	MOVD  start_len+112(FP), R8
	CMP   $0, R8
	CSEL  EQ, ZR, R7, R7
	MOVD  startStride+128(FP), R8
	MOVBU clamp+136(FP), R9
	LSL   $2, R1
	LSL   $2, R8
	MOVD  $low+140(FP), R16
	MOVD  $high+144(FP), R17
	BODY(FOURINORDER)
	RET

// func Pack8(dst, src []float32, stride, depth int)
//
//	V0-V7   four k of rows 0 to 7
//	R0 dst   R1-R8 rows of src   R9 stride, then k left
TEXT ·Pack8(SB), NOSPLIT, $0-64
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
	FMOVQ.P 16(R1), F0
	FMOVQ.P 16(R2), F1
	FMOVQ.P 16(R3), F2
	FMOVQ.P 16(R4), F3
	FMOVQ.P 16(R5), F4
	FMOVQ.P 16(R6), F5
	FMOVQ.P 16(R7), F6
	FMOVQ.P 16(R8), F7
	VST1.P  [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	VST1.P  [V4.S4, V5.S4, V6.S4, V7.S4], 64(R0)
	SUBS    $4, R9
	BNE     loop
	RET
