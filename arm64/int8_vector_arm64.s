//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "int8_requantize_arm64.h"

// The kernels of this file need ASIMD. They keep the zero point of the output
// (.8H) in V28 and its bounds (.16B) in V29 and V30, where they have any.

// PARAMETER loads the next element of R3 into all of v.
#define PARAMETER(v) VLD1R.P 4(R3), [v.S4]

// SCALE16 is SCALE4 for the four vectors a, b, c and d; V11-V14 are scratch.
#define SCALE16(a, b, c, d, left, multiplier, right) \
	SSHL4S(a, a, left); \
	SSHL4S(b, b, left); \
	SSHL4S(c, c, left); \
	SSHL4S(d, d, left); \
	SQRDMULH4S(a, a, multiplier); \
	SQRDMULH4S(b, b, multiplier); \
	SQRDMULH4S(c, c, multiplier); \
	SQRDMULH4S(d, d, multiplier); \
	AND16B(11, a, right); \
	AND16B(12, b, right); \
	AND16B(13, c, right); \
	AND16B(14, d, right); \
	SSHR4S(11, 11, 31); \
	SSHR4S(12, 12, 31); \
	SSHR4S(13, 13, 31); \
	SSHR4S(14, 14, 31); \
	SQADD4S(a, a, 11); \
	SQADD4S(b, b, 12); \
	SQADD4S(c, c, 13); \
	SQADD4S(d, d, 14); \
	SRSHL4S(a, a, right); \
	SRSHL4S(b, b, right); \
	SRSHL4S(c, c, right); \
	SRSHL4S(d, d, right)

// NARROW packs the four vectors a, b, c and d into the bytes of a.
#define NARROW(a, b, c, d) \
	SQXTN4H(a, a); \
	SQXTN4H(c, c); \
	SQXTN2_8H(a, b); \
	SQXTN2_8H(c, d); \
	SQADD8H(a, a, 28); \
	SQADD8H(c, c, 28); \
	PACK(a, a, c)

// COMBINED are the arguments of Int8Add, Int8Subtract and Int8Multiply.
//
//	R0 dst   R1 elements left   R2 left   R3 scales   R4 right
//	V16-V18 left shift, multiplier and right shift, negative, of the left input   V19-V21 of the right one
//	V22-V24 of the output   V25, V26 zero points of the inputs (.16B)
#define COMBINED \
	MOVD dst_base+0(FP), R0; \
	MOVD dst_len+8(FP), R1; \
	MOVD left_base+24(FP), R2; \
	MOVD right_base+48(FP), R4; \
	MOVD scales_base+72(FP), R3; \
	PARAMETER(V16); \
	PARAMETER(V17); \
	PARAMETER(V18); \
	PARAMETER(V19); \
	PARAMETER(V20); \
	PARAMETER(V21); \
	PARAMETER(V22); \
	PARAMETER(V23); \
	PARAMETER(V24); \
	PARAMETER(V25); \
	PARAMETER(V26); \
	PARAMETER(V28); \
	PARAMETER(V29); \
	PARAMETER(V30)

// INPUTS loads 16 elements of both inputs, less the zero points: V2 and V3, V4
// and V5.
#define INPUTS \
	VLD1.P 16(R2), [V0.B16]; \
	VLD1.P 16(R4), [V1.B16]; \
	SSUBL8H(2, 0, 25); \
	SSUBL2_8H(3, 0, 25); \
	SSUBL8H(4, 1, 26); \
	SSUBL2_8H(5, 1, 26)

// TERM widens the vectors a and b to d0-d3.
#define TERM(d0, d1, d2, d3, a, b) \
	SXTL4S(d0, a); \
	SXTL2_4S(d1, a); \
	SXTL4S(d2, b); \
	SXTL2_4S(d3, b)

// SUM leaves in V6-V9 the scaled left input op the scaled right one.
#define SUM(op) \
	TERM(6, 7, 8, 9, 2, 3); \
	SCALE16(6, 7, 8, 9, 16, 17, 18); \
	TERM(0, 1, 2, 3, 4, 5); \
	SCALE16(0, 1, 2, 3, 19, 20, 21); \
	op(6, 6, 0); \
	op(7, 7, 1); \
	op(8, 8, 2); \
	op(9, 9, 3)

// OUTPUT stores the 16 elements made of V6-V9.
#define OUTPUT \
	SCALE16(6, 7, 8, 9, 22, 23, 24); \
	NARROW(6, 7, 8, 9); \
	VST1.P [V6.B16], 16(R0); \
	SUBS   $16, R1

// func Int8Add(dst, left, right []int8, scales []int32)
TEXT ·Int8Add(SB), NOSPLIT, $0-96
	COMBINED

loop:
	INPUTS
	SUM(ADD4S)
	OUTPUT
	BNE loop
	RET

// func Int8Subtract(dst, left, right []int8, scales []int32)
TEXT ·Int8Subtract(SB), NOSPLIT, $0-96
	COMBINED

loop:
	INPUTS
	SUM(SUB4S)
	OUTPUT
	BNE loop
	RET

// func Int8Multiply(dst, left, right []int8, scales []int32)
TEXT ·Int8Multiply(SB), NOSPLIT, $0-96
	COMBINED

loop:
	INPUTS
	SMULL4S(6, 2, 4)
	SMULL2_4S(7, 2, 4)
	SMULL4S(8, 3, 5)
	SMULL2_4S(9, 3, 5)
	OUTPUT
	BNE loop
	RET

// func Int8Table(dst, src []int8, table *[256]int8)
//
//	V0 elements, less 64 for each quarter of the table   V1 results   V2 64   V16-V31 table
//	R0 dst   R1 elements left   R2 src   R3 table
TEXT ·Int8Table(SB), NOSPLIT, $0-56
	MOVD   dst_base+0(FP), R0
	MOVD   dst_len+8(FP), R1
	MOVD   src_base+24(FP), R2
	MOVD   table+48(FP), R3
	VLD1.P 64(R3), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R3), [V20.B16, V21.B16, V22.B16, V23.B16]
	VLD1.P 64(R3), [V24.B16, V25.B16, V26.B16, V27.B16]
	VLD1.P 64(R3), [V28.B16, V29.B16, V30.B16, V31.B16]
	VMOVI  $64, V2.B16

loop:
	VLD1.P 16(R2), [V0.B16]
	VTBL   V0.B16, [V16.B16, V17.B16, V18.B16, V19.B16], V1.B16
	VSUB   V2.B16, V0.B16, V0.B16
	VTBX   V0.B16, [V20.B16, V21.B16, V22.B16, V23.B16], V1.B16
	VSUB   V2.B16, V0.B16, V0.B16
	VTBX   V0.B16, [V24.B16, V25.B16, V26.B16, V27.B16], V1.B16
	VSUB   V2.B16, V0.B16, V0.B16
	VTBX   V0.B16, [V28.B16, V29.B16, V30.B16, V31.B16], V1.B16
	VST1.P [V1.B16], 16(R0)
	SUBS   $16, R1
	BNE    loop
	RET

// func Int8Quantize(dst []int8, src []float32, scale float32, zero int8)
//
//	V0-V3 elements   V16 scale   R0 dst   R1 elements left   R2 src
TEXT ·Int8Quantize(SB), NOSPLIT, $0-53
	MOVD  dst_base+0(FP), R0
	MOVD  dst_len+8(FP), R1
	MOVD  src_base+24(FP), R2
	FMOVS scale+48(FP), F16
	VDUP  V16.S[0], V16.S4
	MOVB  zero+52(FP), R3
	VDUP  R3, V28.H8

loop:
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	FDIV4S(0, 0, 16)
	FDIV4S(1, 1, 16)
	FDIV4S(2, 2, 16)
	FDIV4S(3, 3, 16)
	FCVTAS4S(0, 0)
	FCVTAS4S(1, 1)
	FCVTAS4S(2, 2)
	FCVTAS4S(3, 3)
	SQXTN4H(0, 0)
	SQXTN2_8H(0, 1)
	SQXTN4H(2, 2)
	SQXTN2_8H(2, 3)
	SQADD8H(0, 0, 28)
	SQADD8H(2, 2, 28)
	SQXTN8B(0, 0)
	SQXTN2_16B(0, 2)
	VST1.P [V0.B16], 16(R0)
	SUBS   $16, R1
	BNE    loop
	RET

// func Int8Dequantize(dst []float32, src []int8, scale float32, zero int8)
//
//	V0-V3 elements   V4-V6 narrow   V16 scale   V17 zero point (.16B)   R0 dst   R1 elements left   R2 src
TEXT ·Int8Dequantize(SB), NOSPLIT, $0-53
	MOVD  dst_base+0(FP), R0
	MOVD  dst_len+8(FP), R1
	MOVD  src_base+24(FP), R2
	FMOVS scale+48(FP), F16
	VDUP  V16.S[0], V16.S4
	MOVB  zero+52(FP), R3
	VDUP  R3, V17.B16

loop:
	VLD1.P 16(R2), [V4.B16]
	SSUBL8H(5, 4, 17)
	SSUBL2_8H(6, 4, 17)
	TERM(0, 1, 2, 3, 5, 6)
	SCVTF4S(0, 0)
	SCVTF4S(1, 1)
	SCVTF4S(2, 2)
	SCVTF4S(3, 3)
	FMUL4S(0, 0, 16)
	FMUL4S(1, 1, 16)
	FMUL4S(2, 2, 16)
	FMUL4S(3, 3, 16)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	SUBS   $16, R1
	BNE    loop
	RET
