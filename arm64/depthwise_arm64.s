//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// The kernels of this file share their registers. Needs ASIMD.
//
//	V0-V3    sums of four pixels
//	V4-V20   inputs of one row, then its weights; V28 low   V29 high
//	R0 dst   R1 dstStride   R2 src of the tile   R3 rowStride   R4 pixelStride   R5 rows
//	R7 group   R9 bytes from tile to tile of src   R10 channels left   R11 src of four channels   R12 row
//	R13 pixel   R14 w of the row   R15 rows left   R16 dst of a pixel   R17 w   R19 bias   R20 dst of four channels
//	R21 tiles left

#define ARGUMENTS \
	MOVD  dst_base+0(FP), R0; \
	MOVD  dstStride+24(FP), R1; \
	MOVD  src_base+32(FP), R2; \
	MOVD  rowStride+56(FP), R3; \
	MOVD  pixelStride+64(FP), R4; \
	MOVD  rows+72(FP), R5; \
	MOVD  group+104(FP), R7; \
	MOVD  tiles+144(FP), R21; \
	MOVD  $low+152(FP), R10; \
	VLD1R (R10), [V28.S4]; \
	MOVD  $high+156(FP), R10; \
	VLD1R (R10), [V29.S4]; \
	LSL   $2, R1; \
	LSL   $2, R3; \
	LSL   $2, R4; \
	LSL   $2, R7

// TILE and GROUP begin four pixels, and four channels of them.
#define TILE \
	MOVD R2, R11; \
	MOVD R0, R20; \
	MOVD channels+136(FP), R10; \
	MOVD w_base+80(FP), R17; \
	MOVD bias_base+112(FP), R19

#define GROUP \
	VLD1.P 16(R19), [V0.S4]; \
	VMOV   V0.B16, V1.B16; \
	VMOV   V0.B16, V2.B16; \
	VMOV   V0.B16, V3.B16; \
	MOVD   R11, R12; \
	MOVD   R17, R14; \
	MOVD   R5, R15; \
	ADD    $16, R11; \
	ADD    R7, R17

// ROW moves on to the next row.
#define ROW \
	MOVD R12, R13; \
	ADD  R3, R12

#define LOAD(v) VLD1.P (R13)(R4), [v.S4]

#define CLAMP(d) \
	FMAX4S(d, d, 28); \
	FMIN4S(d, d, 29)

// PUT stores the four pixels.
#define PUT \
	CLAMP(0); CLAMP(1); CLAMP(2); CLAMP(3); \
	MOVD   R20, R16; \
	ADD    $16, R20; \
	VST1.P [V0.S4], (R16)(R1); \
	VST1.P [V1.S4], (R16)(R1); \
	VST1.P [V2.S4], (R16)(R1); \
	VST1   [V3.S4], (R16)

// TAP adds the products of four pixels with one weight.
#define TAP(w, a, b, c, d) \
	FMLA4S(0, a, w); \
	FMLA4S(1, b, w); \
	FMLA4S(2, c, w); \
	FMLA4S(3, d, w)

// func Depthwise3(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)
TEXT ·Depthwise3(SB), NOSPLIT, $0-160
	ARGUMENTS
	LSL $2, R4, R9

tile:
	TILE

group:
	GROUP

row:
	ROW
	LOAD(V4)
	LOAD(V5)
	LOAD(V6)
	LOAD(V7)
	LOAD(V8)
	LOAD(V9)
	VLD1.P 48(R14), [V10.S4, V11.S4, V12.S4]
	TAP(10, 4, 5, 6, 7)
	TAP(11, 5, 6, 7, 8)
	TAP(12, 6, 7, 8, 9)
	SUBS $1, R15
	BNE  row
	PUT
	SUBS $4, R10
	BNE  group
	ADD  R9, R2
	ADD  R1<<2, R0
	SUBS $1, R21
	BNE  tile
	RET

// func Depthwise3Stride2(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)
TEXT ·Depthwise3Stride2(SB), NOSPLIT, $0-160
	ARGUMENTS
	LSL $3, R4, R9

tile:
	TILE

group:
	GROUP

row:
	ROW
	LOAD(V4)
	LOAD(V5)
	LOAD(V6)
	LOAD(V7)
	LOAD(V8)
	LOAD(V9)
	LOAD(V10)
	LOAD(V11)
	LOAD(V12)
	VLD1.P 48(R14), [V13.S4, V14.S4, V15.S4]
	TAP(13, 4, 6, 8, 10)
	TAP(14, 5, 7, 9, 11)
	TAP(15, 6, 8, 10, 12)
	SUBS $1, R15
	BNE  row
	PUT
	SUBS $4, R10
	BNE  group
	ADD  R9, R2
	ADD  R1<<2, R0
	SUBS $1, R21
	BNE  tile
	RET

// func Depthwise5(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)
TEXT ·Depthwise5(SB), NOSPLIT, $0-160
	ARGUMENTS
	LSL $2, R4, R9

tile:
	TILE

group:
	GROUP

row:
	ROW
	LOAD(V4)
	LOAD(V5)
	LOAD(V6)
	LOAD(V7)
	LOAD(V8)
	LOAD(V9)
	LOAD(V10)
	LOAD(V11)
	VLD1.P 64(R14), [V12.S4, V13.S4, V14.S4, V15.S4]
	VLD1.P 16(R14), [V16.S4]
	TAP(12, 4, 5, 6, 7)
	TAP(13, 5, 6, 7, 8)
	TAP(14, 6, 7, 8, 9)
	TAP(15, 7, 8, 9, 10)
	TAP(16, 8, 9, 10, 11)
	SUBS $1, R15
	BNE  row
	PUT
	SUBS $4, R10
	BNE  group
	ADD  R9, R2
	ADD  R1<<2, R0
	SUBS $1, R21
	BNE  tile
	RET

// func Depthwise5Stride2(dst []float32, dstStride int, src []float32, rowStride, pixelStride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)
TEXT ·Depthwise5Stride2(SB), NOSPLIT, $0-160
	ARGUMENTS
	LSL $3, R4, R9

tile:
	TILE

group:
	GROUP

row:
	ROW
	LOAD(V4)
	LOAD(V5)
	LOAD(V6)
	LOAD(V7)
	LOAD(V8)
	LOAD(V9)
	LOAD(V10)
	LOAD(V11)
	LOAD(V12)
	LOAD(V13)
	LOAD(V14)
	VLD1.P 64(R14), [V15.S4, V16.S4, V17.S4, V18.S4]
	VLD1.P 16(R14), [V19.S4]
	TAP(15, 4, 6, 8, 10)
	TAP(16, 5, 7, 9, 11)
	TAP(17, 6, 8, 10, 12)
	TAP(18, 7, 9, 11, 13)
	TAP(19, 8, 10, 12, 14)
	SUBS $1, R15
	BNE  row
	PUT
	SUBS $4, R10
	BNE  group
	ADD  R9, R2
	ADD  R1<<2, R0
	SUBS $1, R21
	BNE  tile
	RET
