//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "winograd_arm64.h"

// PAIR sums products a and b over the channels, of the patches in v and w;
// SINGLE sums one of them.
#define PAIR1(a, b, v, w) \
	VLD1.P 32(R4), [V22.S4, V23.S4]; \
	FMUL4S_LANE(a, 22, v, 0); \
	FMUL4S_LANE(b, 23, w, 0)
#define SINGLE1(a, v) \
	VLD1.P 16(R4), [V24.S4]; \
	FMUL4S_LANE(a, 24, v, 0)
#define PAIR3(a, b, v, w) \
	VLD1.P 48(R4), [V22.S4, V23.S4, V24.S4]; \
	VLD1.P 48(R4), [V25.S4, V26.S4, V27.S4]; \
	FMUL4S_LANE(a, 22, v, 0); \
	FMUL4S_LANE(b, 25, w, 0); \
	FMLA4S_LANE(a, 23, v, 1); \
	FMLA4S_LANE(b, 26, w, 1); \
	FMLA4S_LANE(a, 24, v, 2); \
	FMLA4S_LANE(b, 27, w, 2)
#define SINGLE3(a, v) \
	VLD1.P 48(R4), [V24.S4, V25.S4, V26.S4]; \
	FMUL4S_LANE(a, 24, v, 0); \
	FMLA4S_LANE(a, 25, v, 1); \
	FMLA4S_LANE(a, 26, v, 2)
#define PAIR4(a, b, v, w) \
	SINGLE4(a, v); \
	SINGLE4(b, w)
#define SINGLE4(a, v) \
	VLD1.P 64(R4), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	FMUL4S_LANE(a, 24, v, 0); \
	FMLA4S_LANE(a, 25, v, 1); \
	FMLA4S_LANE(a, 26, v, 2); \
	FMLA4S_LANE(a, 27, v, 3)

#define BIAS(m1) \
	VLD1.P 16(R5), [V22.S4]; \
	FADD4S(m1, m1, 22)

#define NONE(m1)

// COLUMN is one of the first four columns, with the patch in V16-V21.
#define COLUMN(PAIR, m0, m1, y2, m5, EXTRA) \
	VLD1.P 64(R3), [V16.S4, V17.S4, V18.S4, V19.S4]; \
	VLD1.P 32(R3), [V20.S4, V21.S4]; \
	PAIR(28, 29, 16, 17); \
	PAIR(30, m5, 18, 19); \
	PAIR(m0, m1, 20, 21); \
	EXTRA(m1); \
	OUTPUT6(m0, m1, 28, 29, 30, m5, y2, 27)

#define PATCH2 VLD1.P 32(R3), [V20.S4, V21.S4]

// COLUMNS makes the products of six columns and their half of the output
// transform, column j in V(4j) to V(4j+3).
#define COLUMNS(PAIR, SINGLE) \
	COLUMN(PAIR, 0, 1, 2, 3, NONE); \
	COLUMN(PAIR, 4, 5, 6, 7, BIAS); \
	COLUMN(PAIR, 8, 9, 10, 11, NONE); \
	COLUMN(PAIR, 12, 13, 14, 15, NONE); \
	PATCH2; \
	PAIR(28, 29, 20, 21); \
	PATCH2; \
	PAIR(30, 19, 20, 21); \
	PATCH2; \
	PAIR(16, 17, 20, 21); \
	OUTPUT6(16, 17, 28, 29, 30, 19, 18, 27); \
	PATCH2; \
	PAIR(28, 29, 20, 21); \
	PATCH2; \
	SINGLE(30, 20); \
	SINGLE(23, 21); \
	VLD1.P 16(R3), [V22.S4]; \
	SINGLE(20, 22); \
	VLD1.P 16(R3), [V22.S4]; \
	SINGLE(21, 22); \
	OUTPUT6(20, 21, 28, 29, 30, 23, 22, 27)

#define BEGIN \
	MOVD  dst_base+0(FP), R0; \
	MOVD  rowStride+24(FP), R1; \
	MOVD  pixelStride+32(FP), R2; \
	MOVD  v_base+40(FP), R3; \
	MOVD  tiles+112(FP), R12; \
	MOVBU pool+128(FP), R8; \
	LSL   $2, R1; \
	LSL   $2, R2; \
	LSL   $2, R2, R13; \
	LSL   $1, R2, R9; \
	CMP   $0, R8; \
	CSEL  EQ, R13, R9, R13; \
	FMOVS $2.0, F31; \
	FMOVS $4.0, F30; \
	VMOV  V30.S[0], V31.S[1]; \
	FMOVS $8.0, F30; \
	VMOV  V30.S[0], V31.S[2]

#define TILE \
	MOVD w_base+64(FP), R4; \
	MOVD bias_base+88(FP), R5; \
	MOVD filters+120(FP), R7; \
	MOVD R0, R11

// BOUNDS ends the columns.
#define BOUNDS \
	SUB   $576, R3; \
	MOVD  $low+132(FP), R9; \
	VLD1R (R9), [V28.S4]; \
	MOVD  $high+136(FP), R9; \
	VLD1R (R9), [V29.S4]; \
	MOVD  R11, R9

#define POOLED \
	ROWMAX(0, 4, 8, 12, 16, 20); \
	ROWMAX(1, 5, 9, 13, 17, 21); \
	ROWMAX(2, 6, 10, 14, 18, 22); \
	ROWMAX(3, 7, 11, 15, 19, 23); \
	FMAX4S(0, 0, 1); \
	FMAX4S(4, 4, 5); \
	FMAX4S(2, 2, 3); \
	FMAX4S(6, 6, 7); \
	CLAMP(0); \
	CLAMP(4); \
	CLAMP(2); \
	CLAMP(6); \
	ADD    R1, R9, R10; \
	VST1.P [V0.S4], (R9)(R2); \
	VST1   [V4.S4], (R9); \
	VST1.P [V2.S4], (R10)(R2); \
	VST1   [V6.S4], (R10)

#define WHOLE \
	OUTPUT6(0, 4, 8, 12, 16, 20, 24, 25); \
	STOREROW(0, 4, 20, V0, V4, V20); \
	OUTPUT6(1, 5, 9, 13, 17, 21, 24, 25); \
	STOREROW(1, 5, 21, V1, V5, V21); \
	OUTPUT6(2, 6, 10, 14, 18, 22, 24, 25); \
	STOREROW(2, 6, 22, V2, V6, V22); \
	OUTPUT6(3, 7, 11, 15, 19, 23, 24, 25); \
	STOREROW(3, 7, 23, V3, V7, V23)

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
//	R5 rows left   R6 row of src   R7 pixel   R8 element of dst   R9 bytes of a column of dst   R10 row of dst
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
	ADD  $64, R0, R10

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
	MOVD   R10, R8
	ADD    $16, R10
	CMP    $5, R5
	CSEL   EQ, R0, R10, R10
	VST1.P [V0.S4], (R8)(R9)
	VST1.P [V2.S4], (R8)(R9)
	VST1.P [V3.S4], (R8)(R9)
	VST1.P [V4.S4], (R8)(R9)
	VST1.P [V5.S4], (R8)(R9)
	VST1   [V6.S4], (R8)
	SUBS   $1, R5
	BNE    row

	ADD  $576, R0
	ADD  R3<<2, R1
	SUBS $1, R4
	BNE  tile
	RET

// func WinogradFew1(dst []float32, rowStride, pixelStride int, v, w, bias []float32, tiles, filters int, pool bool, low, high float32)
//
// One tile and four filters at a time, transforms in registers. Needs ASIMD.
// The other kernels have the same registers.
//
//	V0-V23   columns of the half-transformed products
//	V16-V21  first the patch of a column   V20-V22 of the last two
//	V22-V27  weights; V27 u, V28-V30 m2, m3 and m4   V24, V25 later y2 and u   V28, V29 bounds   V31 2, 4, 8
//	R0 dst   R1 rowStride   R2 pixelStride   R3 v of the tile   R4 w   R5 bias
//	R7 filters left   R8 pool   R9 dst row   R10 dst element   R11 dst of the filters   R12 tiles left
//	R13 bytes from tile to tile of dst
TEXT ·WinogradFew1(SB), NOSPLIT, $0-140
	BEGIN

tile:
	TILE

filter:
	COLUMNS(PAIR1, SINGLE1)
	BOUNDS
	CBZ R8, whole
	POOLED

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
	WHOLE
	B next

// func WinogradFew3(dst []float32, rowStride, pixelStride int, v, w, bias []float32, tiles, filters int, pool bool, low, high float32)
TEXT ·WinogradFew3(SB), NOSPLIT, $0-140
	BEGIN

tile:
	TILE

filter:
	COLUMNS(PAIR3, SINGLE3)
	BOUNDS
	CBZ R8, whole
	POOLED

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
	WHOLE
	B next

// func WinogradFew4(dst []float32, rowStride, pixelStride int, v, w, bias []float32, tiles, filters int, pool bool, low, high float32)
TEXT ·WinogradFew4(SB), NOSPLIT, $0-140
	BEGIN

tile:
	TILE

filter:
	COLUMNS(PAIR4, SINGLE4)
	BOUNDS
	CBZ R8, whole
	POOLED

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
	WHOLE
	B next
