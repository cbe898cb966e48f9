//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// ROWS adds the products of eight pixels' element k and the filters in b0 and b1.
#define ROWS(b0, b1, k) \
	FMLA4S_LANE(0, b0, 16, k); FMLA4S_LANE(1, b1, 16, k); \
	FMLA4S_LANE(2, b0, 17, k); FMLA4S_LANE(3, b1, 17, k); \
	FMLA4S_LANE(4, b0, 18, k); FMLA4S_LANE(5, b1, 18, k); \
	FMLA4S_LANE(6, b0, 19, k); FMLA4S_LANE(7, b1, 19, k); \
	FMLA4S_LANE(8, b0, 20, k); FMLA4S_LANE(9, b1, 20, k); \
	FMLA4S_LANE(10, b0, 21, k); FMLA4S_LANE(11, b1, 21, k); \
	FMLA4S_LANE(12, b0, 22, k); FMLA4S_LANE(13, b1, 22, k); \
	FMLA4S_LANE(14, b0, 23, k); FMLA4S_LANE(15, b1, 23, k)

// FOUR loads four elements of eight pixels, ONE one of them, without a write-back
// that cores which execute in order would wait for.
#define FOUR \
	FMOVQ (R13), F16; \
	LDRQ(17, 13, 20); \
	LDRQ(18, 13, 21); \
	LDRQ(19, 13, 22); \
	LDRQ(20, 13, 23); \
	LDRQ(21, 13, 24); \
	LDRQ(22, 13, 25); \
	LDRQ(23, 13, 26)

#define ONE \
	FMOVS (R13), F16; \
	FMOVS (R13)(R20), F17; \
	FMOVS (R13)(R21), F18; \
	FMOVS (R13)(R22), F19; \
	FMOVS (R13)(R23), F20; \
	FMOVS (R13)(R24), F21; \
	FMOVS (R13)(R25), F22; \
	FMOVS (R13)(R26), F23

#define CLAMP(d) \
	FMAX4S(d, d, 24); \
	FMIN4S(d, d, 25)

// func Direct(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, low, high float32)
//
// Tile of 8 pixels by 8 filters; needs ASIMD.
//
//	V0-V15   sums: pixel x in V(2x) and V(2x+1)
//	V16-V23  four elements, or one, of each pixel
//	V24-V31  weights of four elements; at the end the bounds in V24 and V25
//	R0 dst of the panel   R1 dstStride   R2 src   R3 rowStride   R4 pixelStride   R5 length   R6 rows
//	R7 w of the panel     R8 bias        R9 panels left   R10 tiles left   R11 src of the tile
//	R12 rows left   R13 element of the first pixel   R15 elements left   R16 w   R17 dst   R19 row
//	R20-R26 bytes from the first pixel to the others
TEXT ·Direct(SB), NOSPLIT, $0-160
	MOVD dst_base+0(FP), R0
	MOVD dstStride+24(FP), R1
	MOVD src_base+32(FP), R2
	MOVD rowStride+56(FP), R3
	MOVD pixelStride+64(FP), R4
	MOVD length+72(FP), R5
	MOVD rows+80(FP), R6
	MOVD w_base+88(FP), R7
	MOVD bias_base+112(FP), R8
	MOVD panels+144(FP), R9
	LSL  $2, R1
	LSL  $2, R3
	LSL  $2, R4
	MOVD R4, R20
	ADD  R4, R20, R21
	ADD  R4, R21, R22
	ADD  R4, R22, R23
	ADD  R4, R23, R24
	ADD  R4, R24, R25
	ADD  R4, R25, R26

panel:
	MOVD tiles+136(FP), R10
	MOVD R2, R11
	MOVD R0, R17

tile:
	FLDPQ (R8), (F0, F1)
	VMOV  V0.B16, V2.B16
	VMOV  V1.B16, V3.B16
	VMOV  V0.B16, V4.B16
	VMOV  V1.B16, V5.B16
	VMOV  V0.B16, V6.B16
	VMOV  V1.B16, V7.B16
	VMOV  V0.B16, V8.B16
	VMOV  V1.B16, V9.B16
	VMOV  V0.B16, V10.B16
	VMOV  V1.B16, V11.B16
	VMOV  V0.B16, V12.B16
	VMOV  V1.B16, V13.B16
	VMOV  V0.B16, V14.B16
	VMOV  V1.B16, V15.B16
	MOVD  R7, R16
	MOVD  R11, R19
	MOVD  R6, R12

row:
	MOVD R19, R13
	ADD  R3, R19
	SUBS $4, R5, R15
	BLT  single

four:
	FOUR
	FLDPQ 0(R16), (F24, F25)
	FLDPQ 32(R16), (F26, F27)
	FLDPQ 64(R16), (F28, F29)
	FLDPQ 96(R16), (F30, F31)
	ADD   $16, R13
	ADD   $128, R16
	ROWS(24, 25, 0)
	ROWS(26, 27, 1)
	ROWS(28, 29, 2)
	ROWS(30, 31, 3)
	SUBS   $4, R15
	BGE    four

single:
	ADDS $4, R15
	BEQ  below

one:
	ONE
	FLDPQ.P 32(R16), (F24, F25)
	ADD   $4, R13
	ROWS(24, 25, 0)
	SUBS   $1, R15
	BNE    one

below:
	SUBS  $1, R12
	BNE   row
	MOVD  $low+152(FP), R13
	VLD1R (R13), [V24.S4]
	MOVD  $high+156(FP), R13
	VLD1R (R13), [V25.S4]
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3); CLAMP(4); CLAMP(5); CLAMP(6); CLAMP(7)
	CLAMP(8); CLAMP(9); CLAMP(10); CLAMP(11); CLAMP(12); CLAMP(13); CLAMP(14); CLAMP(15)
	FSTPQ (F0, F1), (R17)
	ADD   R1, R17
	FSTPQ (F2, F3), (R17)
	ADD   R1, R17
	FSTPQ (F4, F5), (R17)
	ADD   R1, R17
	FSTPQ (F6, F7), (R17)
	ADD   R1, R17
	FSTPQ (F8, F9), (R17)
	ADD   R1, R17
	FSTPQ (F10, F11), (R17)
	ADD   R1, R17
	FSTPQ (F12, F13), (R17)
	ADD   R1, R17
	FSTPQ (F14, F15), (R17)
	ADD   R1, R17
	ADD   R4<<3, R11
	SUBS  $1, R10
	BNE   tile

	MOVD R16, R7
	ADD  $32, R0
	ADD  $32, R8
	SUBS $1, R9
	BNE  panel
	RET
