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

// ARGUMENTS of both kernels; what follows them differs.
#define ARGUMENTS \
	MOVD dst_base+0(FP), R0; \
	MOVD dstStride+24(FP), R1; \
	MOVD src_base+32(FP), R2; \
	MOVD rowStride+56(FP), R3; \
	MOVD pixelStride+64(FP), R4; \
	LSL  $2, R1; \
	LSL  $2, R3; \
	LSL  $2, R4; \
	MOVD R4, R20; \
	ADD  R4, R20, R21; \
	ADD  R4, R21, R22

// SPREAD gives eight pixels the bias of the filters.
#define SPREAD \
	FLDPQ (R8), (F0, F1); \
	VMOV  V0.B16, V2.B16; \
	VMOV  V1.B16, V3.B16; \
	VMOV  V0.B16, V4.B16; \
	VMOV  V1.B16, V5.B16; \
	VMOV  V0.B16, V6.B16; \
	VMOV  V1.B16, V7.B16; \
	VMOV  V0.B16, V8.B16; \
	VMOV  V1.B16, V9.B16; \
	VMOV  V0.B16, V10.B16; \
	VMOV  V1.B16, V11.B16; \
	VMOV  V0.B16, V12.B16; \
	VMOV  V1.B16, V13.B16; \
	VMOV  V0.B16, V14.B16; \
	VMOV  V1.B16, V15.B16

// SUMS makes the sums of a tile. All loads come before the products, those of
// the first ones first.
#define SUMS \
	SPREAD; \
	MOVD R7, R16; \
	MOVD R11, R19; \
	MOVD R6, R12; \
row: \
	MOVD R19, R13; \
	ADD  R3, R19; \
	SUBS $4, R5, R15; \
	BLT  single; \
four: \
	FLDPQ 0(R16), (F24, F25); \
	FOUR; \
	FLDPQ 32(R16), (F26, F27); \
	FLDPQ 64(R16), (F28, F29); \
	FLDPQ 96(R16), (F30, F31); \
	ADD   $16, R13; \
	ADD   $128, R16; \
	SUBS  $4, R15; \
	ROWS(24, 25, 0); \
	ROWS(26, 27, 1); \
	ROWS(28, 29, 2); \
	ROWS(30, 31, 3); \
	BGE   four; \
single: \
	ADDS $4, R15; \
	BEQ  below; \
one: \
	FLDPQ (R16), (F24, F25); \
	ONE; \
	ADD   $32, R16; \
	ADD   $4, R13; \
	SUBS  $1, R15; \
	ROWS(24, 25, 0); \
	BNE   one; \
below: \
	SUBS $1, R12; \
	BNE  row

// PUT stores one pixel.
#define PUT(a, b) \
	FSTPQ (a, b), (R17); \
	ADD   R1, R17

#define CLAMP(d) \
	FMAX4S(d, d, 24); \
	FMIN4S(d, d, 25)

// The kernels of this file share their registers; tile of 8 pixels by 8 filters. Need ASIMD.
//
//	V0-V15   sums: pixel x in V(2x) and V(2x+1)
//	V16-V23  four elements, or one, of each pixel
//	V24-V31  weights of four elements; at the end the bounds in V24 and V25
//	R0 dst of the panel   R1 dstStride   R2 src   R3 rowStride   R4 pixelStride, then from tile to tile   R5 length   R6 rows
//	R7 w of the panel     R8 bias        R9 panels left   R10 tiles left   R11 src of the tile
//	R12 rows left   R13 element of the first pixel   R15 elements left   R16 w   R17 dst   R19 row
//	R20-R26 bytes from the first pixel to the others

// func Direct(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, low, high float32)
TEXT ·Direct(SB), NOSPLIT, $0-160
	ARGUMENTS
	ADD  R4, R22, R23
	ADD  R4, R23, R24
	ADD  R4, R24, R25
	ADD  R4, R25, R26
	LSL  $3, R4
	MOVD length+72(FP), R5
	MOVD rows+80(FP), R6
	MOVD w_base+88(FP), R7
	MOVD bias_base+112(FP), R8
	MOVD panels+144(FP), R9

panel:
	MOVD tiles+136(FP), R10
	MOVD R2, R11
	MOVD R0, R17

tile:
	SUMS
	MOVD  $low+152(FP), R13
	VLD1R (R13), [V24.S4]
	MOVD  $high+156(FP), R13
	VLD1R (R13), [V25.S4]
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3); CLAMP(4); CLAMP(5); CLAMP(6); CLAMP(7)
	CLAMP(8); CLAMP(9); CLAMP(10); CLAMP(11); CLAMP(12); CLAMP(13); CLAMP(14); CLAMP(15)
	PUT(F0, F1)
	PUT(F2, F3)
	PUT(F4, F5)
	PUT(F6, F7)
	PUT(F8, F9)
	PUT(F10, F11)
	PUT(F12, F13)
	PUT(F14, F15)
	ADD  R4, R11
	SUBS $1, R10
	BNE  tile

	MOVD R16, R7
	ADD  $32, R0
	ADD  $32, R8
	SUBS $1, R9
	BNE  panel
	RET

// func DirectPool(dst []float32, dstStride int, src []float32, rowStride, pixelStride, second, length, rows int, w, bias []float32, tiles, panels int, low, high float32)
TEXT ·DirectPool(SB), NOSPLIT, $0-168
	ARGUMENTS
	MOVD second+72(FP), R23
	LSL  $2, R23
	ADD  R20, R23, R24
	ADD  R21, R23, R25
	ADD  R22, R23, R26
	LSL  $2, R4
	MOVD length+80(FP), R5
	MOVD rows+88(FP), R6
	MOVD w_base+96(FP), R7
	MOVD bias_base+120(FP), R8
	MOVD panels+152(FP), R9

panel:
	MOVD tiles+144(FP), R10
	MOVD R2, R11
	MOVD R0, R17

tile:
	SUMS
	MOVD   $low+160(FP), R13
	VLD1R  (R13), [V24.S4]
	MOVD   $high+164(FP), R13
	VLD1R  (R13), [V25.S4]
	FMAX4S(0, 0, 8)
	FMAX4S(1, 1, 9)
	FMAX4S(2, 2, 10)
	FMAX4S(3, 3, 11)
	FMAX4S(4, 4, 12)
	FMAX4S(5, 5, 13)
	FMAX4S(6, 6, 14)
	FMAX4S(7, 7, 15)
	FMAX4S(0, 0, 2)
	FMAX4S(1, 1, 3)
	FMAX4S(4, 4, 6)
	FMAX4S(5, 5, 7)
	FMAX4S(0, 0, 24)
	FMAX4S(1, 1, 24)
	FMAX4S(4, 4, 24)
	FMAX4S(5, 5, 24)
	FMIN4S(0, 0, 25)
	FMIN4S(1, 1, 25)
	FMIN4S(4, 4, 25)
	FMIN4S(5, 5, 25)
	PUT(F0, F1)
	PUT(F4, F5)
	ADD    R4, R11
	SUBS   $1, R10
	BNE    tile

	MOVD R16, R7
	ADD  $32, R0
	ADD  $32, R8
	SUBS $1, R9
	BNE  panel
	RET
