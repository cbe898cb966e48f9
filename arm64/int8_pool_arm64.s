//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "int8_requantize_arm64.h"

// The kernels of this file make 16 channels at a time and the last 16 again if
// some of them are left. They need ASIMD.
//
//	R0 dst of a pixel   R1 src of a pixel   R2 rowStride   R3 pixelStride   R4 rows   R5 columns   R6 step   R7 pixels left
//	R9 channels left    R10 src and R17 dst of 16 channels   R11 row   R12 element   R13 rows left   R14 columns left
//	R15 channels        R16 scratch   V29 low   V30 high (.16B)

// WINDOWS are the arguments of Int8MaxPool and Int8AveragePool.
#define WINDOWS \
	MOVD dst_base+0(FP), R0; \
	MOVD src_base+24(FP), R1; \
	MOVD rowStride+48(FP), R2; \
	MOVD pixelStride+56(FP), R3; \
	MOVD channels+64(FP), R15; \
	MOVD rows+72(FP), R4; \
	MOVD columns+80(FP), R5; \
	MOVD step+88(FP), R6; \
	MOVD pixels+96(FP), R7; \
	MOVB low+104(FP), R9; \
	VDUP R9, V29.B16; \
	MOVB high+105(FP), R9; \
	VDUP R9, V30.B16

// ADVANCE goes to the next 16 channels of size bytes each in dst, of which some
// may be done already, or to the label done.
#define ADVANCE(shift, group, done) \
	SUBS $16, R9; \
	BEQ  done; \
	CMP  $16, R9; \
	CSEL LT, R9, R8, R16; \
	ADD  R16, R10; \
	ADD  R16<<shift, R17; \
	SUB  R16, R8, R16; \
	ADD  R16, R9; \
	B    group

// NEXT goes to the next pixel.
#define NEXT(pixel) \
	ADD  R6, R1; \
	ADD  R15, R0; \
	SUBS $1, R7; \
	BNE  pixel; \
	RET

// SUM adds the 16 elements at R12 to V0-V3.
#define SUM \
	VLD1.P (R12)(R3), [V4.B16]; \
	SXTL8H(5, 4); \
	SXTL2_8H(6, 4); \
	SADDW4S(0, 0, 5); \
	SADDW2_4S(1, 1, 5); \
	SADDW4S(2, 2, 6); \
	SADDW2_4S(3, 3, 6)

#define CLEAR \
	VEOR V0.B16, V0.B16, V0.B16; \
	VEOR V1.B16, V1.B16, V1.B16; \
	VEOR V2.B16, V2.B16, V2.B16; \
	VEOR V3.B16, V3.B16, V3.B16

// func Int8MaxPool(dst, src []int8, rowStride, pixelStride, channels, rows, columns, step, pixels int, low, high int8)
//
//	V0 maxima   V1 elements
TEXT ·Int8MaxPool(SB), NOSPLIT, $0-106
	WINDOWS
	MOVD $16, R8

pixel:
	MOVD R1, R10
	MOVD R0, R17
	MOVD R15, R9

group:
	MOVD R10, R11
	MOVD R4, R13
	VMOV V29.B16, V0.B16

row:
	MOVD R11, R12
	ADD  R2, R11
	MOVD R5, R14

column:
	VLD1.P (R12)(R3), [V1.B16]
	SMAX16B(0, 0, 1)
	SUBS   $1, R14
	BNE    column
	SUBS   $1, R13
	BNE    row
	SMIN16B(0, 0, 30)
	VST1   [V0.B16], (R17)
	ADVANCE(0, group, next)

next:
	NEXT(pixel)

// DIVIDE makes the quotient of the integers in x, rounded half away from zero;
// t is scratch. As magnitudes are below 2^24, so that the nearest float32 of a
// quotient never reaches an integer above it, the result is exact.
//
//	V16 cells   V17 half of them, rounded down
#define DIVIDE(x, vx, t, vt) \
	SSHR4S(t, x, 31); \
	SCVTF4S(x, x); \
	FABS4S(x, x); \
	FADD4S(x, x, 17); \
	FDIV4S(x, x, 16); \
	FCVTZS4S(x, x); \
	VEOR vt.B16, vx.B16, vx.B16; \
	SUB4S(x, x, t)

// func Int8AveragePool(dst, src []int8, rowStride, pixelStride, channels, rows, columns, step, pixels int, low, high int8)
//
//	V0-V3 sums   V4-V6 elements, then V4-V7 signs
TEXT ·Int8AveragePool(SB), NOSPLIT, $0-106
	WINDOWS
	MOVD    $16, R8
	MUL     R4, R5, R9
	SCVTFWS R9, F16
	LSR     $1, R9
	SCVTFWS R9, F17
	VDUP    V16.S[0], V16.S4
	VDUP    V17.S[0], V17.S4

pixel:
	MOVD R1, R10
	MOVD R0, R17
	MOVD R15, R9

group:
	MOVD R10, R11
	MOVD R4, R13
	CLEAR

row:
	MOVD R11, R12
	ADD  R2, R11
	MOVD R5, R14

column:
	SUM
	SUBS $1, R14
	BNE  column
	SUBS $1, R13
	BNE  row
	DIVIDE(0, V0, 4, V4)
	DIVIDE(1, V1, 5, V5)
	DIVIDE(2, V2, 6, V6)
	DIVIDE(3, V3, 7, V7)
	SQXTN4H(0, 0)
	SQXTN2_8H(0, 1)
	SQXTN4H(2, 2)
	SQXTN2_8H(2, 3)
	PACK(0, 0, 2)
	VST1 [V0.B16], (R17)
	ADVANCE(0, group, next)

next:
	NEXT(pixel)

// func Int8Sums(dst []int32, src []int8, pixelStride, pixels int)
//
//	V0-V3 sums   V4-V6 elements   R5 pixels
TEXT ·Int8Sums(SB), NOSPLIT, $0-64
	MOVD dst_base+0(FP), R17
	MOVD dst_len+8(FP), R9
	MOVD src_base+24(FP), R10
	MOVD pixelStride+48(FP), R3
	MOVD pixels+56(FP), R5
	MOVD $16, R8

group:
	MOVD R10, R12
	MOVD R5, R14
	CLEAR

column:
	SUM
	SUBS $1, R14
	BNE  column
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R17)
	ADVANCE(2, group, done)

done:
	RET
