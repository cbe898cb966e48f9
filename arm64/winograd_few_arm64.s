//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "winograd_arm64.h"

// func WinogradRows(dst, src []float32, stride, n int)
//
//	V0 result 0   V1-V6 d0 to d5   V29 e   V31 4
//	R0 dst   R1 src   R2 stride   R3 n left   R4 element of each row
TEXT ·WinogradRows(SB), NOSPLIT, $0-64
	MOVD  dst_base+0(FP), R0
	MOVD  src_base+24(FP), R1
	MOVD  stride+48(FP), R2
	MOVD  n+56(FP), R3
	LSL   $2, R2
	FMOVS $4.0, F31

loop:
	MOVD   R1, R4
	VLD1.P (R4)(R2), [V1.S4]
	VLD1.P (R4)(R2), [V2.S4]
	VLD1.P (R4)(R2), [V3.S4]
	VLD1.P (R4)(R2), [V4.S4]
	VLD1.P (R4)(R2), [V5.S4]
	VLD1   (R4), [V6.S4]
	ADD    $16, R1
	INPUT6(0, 1, 2, 3, 4, 5, 6, 29)
	MOVD   R0, R4
	VST1.P [V0.S4], (R4)(R2)
	VST1.P [V2.S4], (R4)(R2)
	VST1.P [V3.S4], (R4)(R2)
	VST1.P [V4.S4], (R4)(R2)
	VST1.P [V5.S4], (R4)(R2)
	VST1   [V6.S4], (R4)
	ADD    $16, R0
	SUBS   $4, R3
	BGT    loop
	RET

// func WinogradColumns(dst, src []float32, stride, channels, tiles int)
//
//	V0 result 0   V1-V6 d0 to d5   V29 e   V31 4
//	R0 dst   R1 src   R2 stride   R3 bytes of a pixel   R4 tiles left
//	R5 rows left   R6 row of src   R7 pixel   R8 element of dst   R9 bytes of a column of dst
TEXT ·WinogradColumns(SB), NOSPLIT, $0-72
	MOVD  dst_base+0(FP), R0
	MOVD  src_base+24(FP), R1
	MOVD  stride+48(FP), R2
	MOVD  channels+56(FP), R3
	MOVD  tiles+64(FP), R4
	LSL   $2, R2
	LSL   $2, R3
	MOVD  $96, R9
	FMOVS $4.0, F31

tile:
	MOVD $6, R5
	MOVD R1, R6

row:
	MOVD   R6, R7
	ADD    R2, R6
	VLD1.P (R7)(R3), [V1.S4]
	VLD1.P (R7)(R3), [V2.S4]
	VLD1.P (R7)(R3), [V3.S4]
	VLD1.P (R7)(R3), [V4.S4]
	VLD1.P (R7)(R3), [V5.S4]
	VLD1   (R7), [V6.S4]
	INPUT6(0, 1, 2, 3, 4, 5, 6, 29)
	MOVD   R0, R8
	ADD    $16, R0
	VST1.P [V0.S4], (R8)(R9)
	VST1.P [V2.S4], (R8)(R9)
	VST1.P [V3.S4], (R8)(R9)
	VST1.P [V4.S4], (R8)(R9)
	VST1.P [V5.S4], (R8)(R9)
	VST1   [V6.S4], (R8)
	SUBS   $1, R5
	BNE    row

	ADD  $480, R0
	ADD  R3<<2, R1
	SUBS $1, R4
	BNE  tile
	RET

// WEIGHTS loads the weights of one product; PRODUCT sums it over channels.
#define WEIGHTS1 \
	VLD1.P 16(R4), [V27.S4]
#define WEIGHTS3 \
	VLD1.P 48(R4), [V27.S4, V28.S4, V29.S4]
#define WEIGHTS4 \
	VLD1.P 64(R4), [V27.S4, V28.S4, V29.S4, V30.S4]
#define PRODUCT1(m, v) \
	FMUL4S_LANE(m, 27, v, 0)
#define PRODUCT3(m, v) \
	FMUL4S_LANE(m, 27, v, 0); \
	FMLA4S_LANE(m, 28, v, 1); \
	FMLA4S_LANE(m, 29, v, 2)
#define PRODUCT4(m, v) \
	FMUL4S_LANE(m, 27, v, 0); \
	FMLA4S_LANE(m, 28, v, 1); \
	FMLA4S_LANE(m, 29, v, 2); \
	FMLA4S_LANE(m, 30, v, 3)

// BEGIN, MIDDLE and END make the products of a column, whose transformed
// patch is in v0 to v5, and its half of the output transform.
#define BEGIN(WEIGHTS, PRODUCT, m0, m1, v0, v1) \
	WEIGHTS; \
	PRODUCT(m0, v0); \
	WEIGHTS; \
	PRODUCT(m1, v1)

#define MIDDLE(WEIGHTS, PRODUCT, v2, v3) \
	WEIGHTS; \
	PRODUCT(24, v2); \
	WEIGHTS; \
	PRODUCT(25, v3)

#define END(WEIGHTS, PRODUCT, m0, m1, y2, m5, v4, v5) \
	WEIGHTS; \
	PRODUCT(26, v4); \
	WEIGHTS; \
	PRODUCT(m5, v5); \
	OUTPUT6(m0, m1, 24, 25, 26, m5, y2, 27)

#define BIAS(m1) \
	VLD1.P 16(R5), [V30.S4]; \
	FADD4S(m1, m1, 30)

#define NONE(m1)

// COLUMN is a column while V16-V21 are free.
#define COLUMN(WEIGHTS, PRODUCT, m0, m1, y2, m5, EXTRA) \
	VLD1.P 64(R3), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VLD1.P 32(R3), [V20.S4, V21.S4]; \
	BEGIN(WEIGHTS, PRODUCT, m0, m1, 16, 17); \
	EXTRA(m1); \
	MIDDLE(WEIGHTS, PRODUCT, 18, 19); \
	END(WEIGHTS, PRODUCT, m0, m1, y2, m5, 20, 21)

// COLUMNS are all six of them, column j in V(4j) to V(4j+3).
#define COLUMNS(WEIGHTS, PRODUCT) \
	COLUMN(WEIGHTS, PRODUCT, 0, 1, 2, 3, NONE); \
	COLUMN(WEIGHTS, PRODUCT, 4, 5, 6, 7, BIAS); \
	COLUMN(WEIGHTS, PRODUCT, 8, 9, 10, 11, NONE); \
	COLUMN(WEIGHTS, PRODUCT, 12, 13, 14, 15, NONE); \
	VLD1.P 64(R3), [V20.S4, V21.S4, V22.S4, V23.S4]; \
	BEGIN(WEIGHTS, PRODUCT, 16, 17, 20, 21); \
	VLD1.P 32(R3), [V20.S4, V21.S4]; \
	MIDDLE(WEIGHTS, PRODUCT, 22, 23); \
	END(WEIGHTS, PRODUCT, 16, 17, 18, 19, 20, 21); \
	VLD1.P 16(R3), [V22.S4]; \
	WEIGHTS; \
	PRODUCT(20, 22); \
	VLD1.P 16(R3), [V22.S4]; \
	WEIGHTS; \
	PRODUCT(21, 22); \
	VLD1.P 16(R3), [V22.S4]; \
	WEIGHTS; \
	PRODUCT(24, 22); \
	VLD1.P 16(R3), [V22.S4]; \
	WEIGHTS; \
	PRODUCT(25, 22); \
	VLD1.P 16(R3), [V22.S4]; \
	WEIGHTS; \
	PRODUCT(26, 22); \
	VLD1.P 16(R3), [V22.S4]; \
	WEIGHTS; \
	PRODUCT(23, 22); \
	OUTPUT6(20, 21, 24, 25, 26, 23, 22, 27)

// func WinogradFew(dst []float32, rowStride, pixelStride int, v, w []float32, channels int, bias []float32, tiles, filters int, pool bool, low, high float32)
//
// One tile and four filters at a time, transforms in registers. Needs ASIMD.
//
//	V0-V23   columns of the half-transformed products   V16-V23 first the patch
//	V24-V27  m2, m3, m4 and u   V27-V30 weights, later the bounds in V28 and V29   V31 2, 4, 8
//	R0 dst   R1 rowStride   R2 pixelStride   R3 v of the tile   R4 w   R5 bias   R6 channels
//	R7 filters left   R8 pool   R9 dst row   R10 dst element   R11 dst of the filters   R12 tiles left
//	R13 bytes from tile to tile of dst
TEXT ·WinogradFew(SB), NOSPLIT, $0-148
	MOVD  dst_base+0(FP), R0
	MOVD  rowStride+24(FP), R1
	MOVD  pixelStride+32(FP), R2
	MOVD  v_base+40(FP), R3
	MOVD  channels+88(FP), R6
	MOVD  tiles+120(FP), R12
	MOVBU pool+136(FP), R8
	LSL   $2, R1
	LSL   $2, R2
	LSL   $2, R2, R13
	CBZ   R8, constants
	LSL   $1, R2, R13

constants:
	FMOVS $2.0, F31
	FMOVS $4.0, F30
	VMOV  V30.S[0], V31.S[1]
	FMOVS $8.0, F30
	VMOV  V30.S[0], V31.S[2]

tile:
	MOVD w_base+64(FP), R4
	MOVD bias_base+96(FP), R5
	MOVD filters+128(FP), R7
	MOVD R0, R11

filter:
	CMP $3, R6
	BEQ three
	CMP $4, R6
	BEQ four
	COLUMNS(WEIGHTS1, PRODUCT1)
	B   rows

three:
	COLUMNS(WEIGHTS3, PRODUCT3)
	B rows

four:
	COLUMNS(WEIGHTS4, PRODUCT4)

rows:
	SUB   $576, R3
	MOVD  $low+140(FP), R9
	VLD1R (R9), [V28.S4]
	MOVD  $high+144(FP), R9
	VLD1R (R9), [V29.S4]
	MOVD  R11, R9
	CBZ   R8, whole

	ROWMAX(0, 4, 8, 12, 16, 20)
	ROWMAX(1, 5, 9, 13, 17, 21)
	ROWMAX(2, 6, 10, 14, 18, 22)
	ROWMAX(3, 7, 11, 15, 19, 23)
	FMAX4S(0, 0, 1)
	FMAX4S(4, 4, 5)
	FMAX4S(2, 2, 3)
	FMAX4S(6, 6, 7)
	CLAMP(0)
	CLAMP(4)
	CLAMP(2)
	CLAMP(6)
	ADD    R1, R9, R10
	VST1.P [V0.S4], (R9)(R2)
	VST1   [V4.S4], (R9)
	VST1.P [V2.S4], (R10)(R2)
	VST1   [V6.S4], (R10)

next:
	ADD  $16, R11
	SUBS $4, R7
	BNE  filter

	ADD  $576, R3
	ADD  R13, R0
	SUBS $1, R12
	BNE  tile
	RET

whole:
	OUTPUT6(0, 4, 8, 12, 16, 20, 24, 25)
	STOREROW(0, 4, 20, V0, V4, V20)
	OUTPUT6(1, 5, 9, 13, 17, 21, 24, 25)
	STOREROW(1, 5, 21, V1, V5, V21)
	OUTPUT6(2, 6, 10, 14, 18, 22, 24, 25)
	STOREROW(2, 6, 22, V2, V6, V22)
	OUTPUT6(3, 7, 11, 15, 19, 23, 24, 25)
	STOREROW(3, 7, 23, V3, V7, V23)
	B next
