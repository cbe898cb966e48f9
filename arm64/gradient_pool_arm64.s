//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// func MaxPoolWindows(dx, x, y, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int)
//
// Four channels at a time.
//
//	V0 gradient left   V1 maxima   V2 a cell, and where it is the maximum   V3 its gradient   V4 dx
//	R0 dx   R1 x   R2 y   R3 dy   R4 rowStride   R5 stride   R6 step   R7 channels   R8 rows   R9 columns   R10 pixels left
//	R11 channels left   R12, R13 rows of dx and x   R14 rows left   R15, R16 cells of dx and x   R17 columns left
TEXT ·MaxPoolWindows(SB), NOSPLIT, $0-152
	MOVD dx_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD y_base+48(FP), R2
	MOVD dy_base+72(FP), R3
	MOVD rowStride+96(FP), R4
	MOVD stride+104(FP), R5
	MOVD step+112(FP), R6
	MOVD channels+120(FP), R7
	MOVD rows+128(FP), R8
	MOVD columns+136(FP), R9
	MOVD pixels+144(FP), R10
	SUB  R7, R6
	LSL  $2, R4
	LSL  $2, R6
	SUB  R7, R5, R19
	LSL  $2, R5
	LSL  $2, R19

pixel:
	MOVD R7, R11

channel:
	VLD1.P 16(R2), [V1.S4]
	VLD1.P 16(R3), [V0.S4]
	MOVD   R0, R12
	MOVD   R1, R13
	MOVD   R8, R14

row:
	MOVD R12, R15
	MOVD R13, R16
	MOVD R9, R17

cell:
	VLD1 (R16), [V2.S4]
	VLD1 (R15), [V4.S4]
	ADD  R5, R16
	FCMEQ4S(2, 2, 1)
	VAND V0.B16, V2.B16, V3.B16
	VEOR V3.B16, V0.B16, V0.B16
	FADD4S(4, 4, 3)
	VST1 [V4.S4], (R15)
	ADD  R5, R15
	SUBS $1, R17
	BNE  cell
	ADD  R4, R12
	ADD  R4, R13
	SUBS $1, R14
	BNE  row
	ADD  $16, R0
	ADD  $16, R1
	SUBS $4, R11
	BNE  channel
	ADD  R6, R0
	ADD  R6, R1
	ADD  R19, R2
	ADD  R19, R3
	SUBS $1, R10
	BNE  pixel
	RET

// func AveragePoolWindows(dx, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int, factor float32)
//
// Four channels at a time.
//
//	V0 gradient of each cell   V1 dx   V2 factor   R0 dx   R3 dy   R4 rowStride   R5 stride   R6 step   R7 channels
//	R8 rows   R9 columns   R10 pixels left   R11 channels left   R12 row   R14 rows left   R15 cell   R17 columns left
TEXT ·AveragePoolWindows(SB), NOSPLIT, $0-108
	MOVD  dx_base+0(FP), R0
	MOVD  dy_base+24(FP), R3
	MOVD  rowStride+48(FP), R4
	MOVD  stride+56(FP), R5
	MOVD  step+64(FP), R6
	MOVD  channels+72(FP), R7
	MOVD  rows+80(FP), R8
	MOVD  columns+88(FP), R9
	MOVD  pixels+96(FP), R10
	MOVWU factor+104(FP), R11
	VDUP  R11, V2.S4
	SUB   R7, R6
	LSL   $2, R4
	LSL   $2, R6
	SUB   R7, R5, R19
	LSL   $2, R5
	LSL   $2, R19

pixel:
	MOVD R7, R11

channel:
	VLD1.P 16(R3), [V0.S4]
	FMUL4S(0, 0, 2)
	MOVD   R0, R12
	MOVD   R8, R14

row:
	MOVD R12, R15
	MOVD R9, R17

cell:
	VLD1 (R15), [V1.S4]
	FADD4S(1, 1, 0)
	VST1 [V1.S4], (R15)
	ADD  R5, R15
	SUBS $1, R17
	BNE  cell
	ADD  R4, R12
	SUBS $1, R14
	BNE  row
	ADD  $16, R0
	SUBS $4, R11
	BNE  channel
	ADD  R6, R0
	ADD  R19, R3
	SUBS $1, R10
	BNE  pixel
	RET
