//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// REDUCE8 sums V0-V7 and V8-V15, one unit each, into sums at R0.
#define REDUCE8 \
	FADD4S(0, 0, 8); \
	FADD4S(1, 1, 9); \
	FADD4S(2, 2, 10); \
	FADD4S(3, 3, 11); \
	FADD4S(4, 4, 12); \
	FADD4S(5, 5, 13); \
	FADD4S(6, 6, 14); \
	FADD4S(7, 7, 15); \
	FADDP4S(0, 0, 1); \
	FADDP4S(2, 2, 3); \
	FADDP4S(4, 4, 5); \
	FADDP4S(6, 6, 7); \
	FADDP4S(0, 0, 2); \
	FADDP4S(4, 4, 6); \
	VST1.P [V0.S4], 16(R0); \
	VST1   [V4.S4], (R0)

// REDUCE2 sums V0, V2, V4, V6 and V1, V3, V5, V7 into two sums at R0.
#define REDUCE2 \
	FADD4S(0, 0, 2); \
	FADD4S(1, 1, 3); \
	FADD4S(4, 4, 6); \
	FADD4S(5, 5, 7); \
	FADD4S(0, 0, 4); \
	FADD4S(1, 1, 5); \
	FADDP4S(0, 0, 1); \
	FADDP4S(0, 0, 0); \
	FMOVD  F0, (R0)

#define ZERO(v) VEOR v.B16, v.B16, v.B16
#define ZERO8 \
	ZERO(V0); ZERO(V1); ZERO(V2); ZERO(V3); ZERO(V4); ZERO(V5); ZERO(V6); ZERO(V7)
#define ZERO16 \
	ZERO8; ZERO(V8); ZERO(V9); ZERO(V10); ZERO(V11); ZERO(V12); ZERO(V13); ZERO(V14); ZERO(V15)

// func Dense8(sums, x, w []float32)
//
//	V0-V7, V8-V15  sums of the even and odd fours   V16-V29 weights   V30, V31 x
//	R0 sums   R1 x   R2 elements left   R3 w
TEXT ·Dense8(SB), NOSPLIT, $0-72
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD x_len+32(FP), R2
	MOVD w_base+48(FP), R3
	ZERO16

loop:
	FLDPQ.P 32(R1), (F30, F31)
	VLD1.P  64(R3), [V16.S4, V17.S4, V18.S4, V19.S4]
	VLD1.P  64(R3), [V20.S4, V21.S4, V22.S4, V23.S4]
	PRFM    896(R3), PLDL1STRM
	PRFM    960(R3), PLDL1STRM
	FMLA4S(0, 16, 30)
	FMLA4S(1, 17, 30)
	FMLA4S(2, 18, 30)
	FMLA4S(3, 19, 30)
	FMLA4S(4, 20, 30)
	FMLA4S(5, 21, 30)
	FMLA4S(6, 22, 30)
	FMLA4S(7, 23, 30)
	VLD1.P  64(R3), [V16.S4, V17.S4, V18.S4, V19.S4]
	VLD1.P  64(R3), [V20.S4, V21.S4, V22.S4, V23.S4]
	PRFM    896(R3), PLDL1STRM
	PRFM    960(R3), PLDL1STRM
	FMLA4S(8, 16, 31)
	FMLA4S(9, 17, 31)
	FMLA4S(10, 18, 31)
	FMLA4S(11, 19, 31)
	FMLA4S(12, 20, 31)
	FMLA4S(13, 21, 31)
	FMLA4S(14, 22, 31)
	FMLA4S(15, 23, 31)
	SUBS    $8, R2
	BNE     loop
	REDUCE8
	RET

// func Dense2(sums, x, w []float32)
//
//	V0, V2, V4, V6  sums of unit 0   V1, V3, V5, V7 of unit 1   V16-V23 weights   V24-V27 x
//	R0 sums   R1 x   R2 elements left   R3 w
TEXT ·Dense2(SB), NOSPLIT, $0-72
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD x_len+32(FP), R2
	MOVD w_base+48(FP), R3
	ZERO8

loop:
	VLD1.P 64(R1), [V24.S4, V25.S4, V26.S4, V27.S4]
	VLD1.P 64(R3), [V16.S4, V17.S4, V18.S4, V19.S4]
	VLD1.P 64(R3), [V20.S4, V21.S4, V22.S4, V23.S4]
	PRFM   896(R3), PLDL1STRM
	PRFM   960(R3), PLDL1STRM
	FMLA4S(0, 16, 24)
	FMLA4S(1, 17, 24)
	FMLA4S(2, 18, 25)
	FMLA4S(3, 19, 25)
	FMLA4S(4, 20, 26)
	FMLA4S(5, 21, 26)
	FMLA4S(6, 22, 27)
	FMLA4S(7, 23, 27)
	SUBS   $16, R2
	BNE    loop
	REDUCE2
	RET

// func Dense8Half(sums, x []float32, w []uint16)
//
//	V0-V7, V8-V15  sums of the even and odd fours   V16-V19 weights   V20-V27 widened   V30, V31 x
//	R0 sums   R1 x   R2 elements left   R3 w
TEXT ·Dense8Half(SB), NOSPLIT, $0-72
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD x_len+32(FP), R2
	MOVD w_base+48(FP), R3
	ZERO16

loop:
	FLDPQ.P 32(R1), (F30, F31)
	VLD1.P  64(R3), [V16.H8, V17.H8, V18.H8, V19.H8]
	PRFM    448(R3), PLDL1STRM
	FCVTL4S(20, 16)
	FCVTL2_4S(21, 16)
	FCVTL4S(22, 17)
	FCVTL2_4S(23, 17)
	FCVTL4S(24, 18)
	FCVTL2_4S(25, 18)
	FCVTL4S(26, 19)
	FCVTL2_4S(27, 19)
	FMLA4S(0, 20, 30)
	FMLA4S(1, 21, 30)
	FMLA4S(2, 22, 30)
	FMLA4S(3, 23, 30)
	FMLA4S(4, 24, 30)
	FMLA4S(5, 25, 30)
	FMLA4S(6, 26, 30)
	FMLA4S(7, 27, 30)
	VLD1.P  64(R3), [V16.H8, V17.H8, V18.H8, V19.H8]
	PRFM    448(R3), PLDL1STRM
	FCVTL4S(20, 16)
	FCVTL2_4S(21, 16)
	FCVTL4S(22, 17)
	FCVTL2_4S(23, 17)
	FCVTL4S(24, 18)
	FCVTL2_4S(25, 18)
	FCVTL4S(26, 19)
	FCVTL2_4S(27, 19)
	FMLA4S(8, 20, 31)
	FMLA4S(9, 21, 31)
	FMLA4S(10, 22, 31)
	FMLA4S(11, 23, 31)
	FMLA4S(12, 24, 31)
	FMLA4S(13, 25, 31)
	FMLA4S(14, 26, 31)
	FMLA4S(15, 27, 31)
	SUBS    $8, R2
	BNE     loop
	REDUCE8
	RET

// func Dense2Half(sums, x []float32, w []uint16)
//
//	V0, V2, V4, V6  sums of unit 0   V1, V3, V5, V7 of unit 1   V16-V19 weights, widened in V20-V27   V28-V31 x
//	R0 sums   R1 x   R2 elements left   R3 w
TEXT ·Dense2Half(SB), NOSPLIT, $0-72
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD x_len+32(FP), R2
	MOVD w_base+48(FP), R3
	ZERO8

loop:
	VLD1.P 64(R1), [V28.S4, V29.S4, V30.S4, V31.S4]
	VLD1.P 64(R3), [V16.H8, V17.H8, V18.H8, V19.H8]
	PRFM   448(R3), PLDL1STRM
	FCVTL4S(20, 16)
	FCVTL2_4S(21, 16)
	FCVTL4S(22, 17)
	FCVTL2_4S(23, 17)
	FCVTL4S(24, 18)
	FCVTL2_4S(25, 18)
	FCVTL4S(26, 19)
	FCVTL2_4S(27, 19)
	FMLA4S(0, 20, 28)
	FMLA4S(1, 21, 28)
	FMLA4S(2, 22, 29)
	FMLA4S(3, 23, 29)
	FMLA4S(4, 24, 30)
	FMLA4S(5, 25, 30)
	FMLA4S(6, 26, 31)
	FMLA4S(7, 27, 31)
	SUBS   $16, R2
	BNE    loop
	REDUCE2
	RET

// NARROW makes float16 of four x, in both halves of d; LONG multiplies four k of
// two units by them.
#define NARROW(d, x) \
	FCVTN4H(d, x); \
	FCVTN2_8H(d, x)

#define LONG(s0, s1, w, x) \
	FMLAL4S(s0, w, x); \
	FMLAL2_4S(s1, w, x)

// func Dense8Long(sums, x []float32, w []uint16)
//
// Needs FHM.
//
//	V0-V7, V8-V15  sums of the even and odd fours   V16-V23 weights   V24, V25 x in float16   V30, V31 x
//	R0 sums   R1 x   R2 elements left   R3 w
TEXT ·Dense8Long(SB), NOSPLIT, $0-72
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD x_len+32(FP), R2
	MOVD w_base+48(FP), R3
	ZERO16

loop:
	FLDPQ.P 32(R1), (F30, F31)
	VLD1.P  64(R3), [V16.H8, V17.H8, V18.H8, V19.H8]
	VLD1.P  64(R3), [V20.H8, V21.H8, V22.H8, V23.H8]
	PRFM    448(R3), PLDL1STRM
	PRFM    512(R3), PLDL1STRM
	NARROW(24, 30)
	NARROW(25, 31)
	LONG(0, 1, 16, 24)
	LONG(2, 3, 17, 24)
	LONG(4, 5, 18, 24)
	LONG(6, 7, 19, 24)
	LONG(8, 9, 20, 25)
	LONG(10, 11, 21, 25)
	LONG(12, 13, 22, 25)
	LONG(14, 15, 23, 25)
	SUBS    $8, R2
	BNE     loop
	REDUCE8
	RET

// func Dense2Long(sums, x []float32, w []uint16)
//
// Needs FHM.
//
//	V0, V2, V4, V6  sums of unit 0   V1, V3, V5, V7 of unit 1   V16-V19 weights   V24-V27 x in float16   V28-V31 x
//	R0 sums   R1 x   R2 elements left   R3 w
TEXT ·Dense2Long(SB), NOSPLIT, $0-72
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD x_len+32(FP), R2
	MOVD w_base+48(FP), R3
	ZERO8

loop:
	VLD1.P 64(R1), [V28.S4, V29.S4, V30.S4, V31.S4]
	VLD1.P 64(R3), [V16.H8, V17.H8, V18.H8, V19.H8]
	PRFM   448(R3), PLDL1STRM
	NARROW(24, 28)
	NARROW(25, 29)
	NARROW(26, 30)
	NARROW(27, 31)
	LONG(0, 1, 16, 24)
	LONG(2, 3, 17, 25)
	LONG(4, 5, 18, 26)
	LONG(6, 7, 19, 27)
	SUBS   $16, R2
	BNE    loop
	REDUCE2
	RET
