//go:build !purego

#include "textflag.h"

// func Int8Interleave(dst, a, b, c []int8)
//
//	V0-V2  16 of a, b and c
//	R0 dst   R1 a   R2 b   R3 c   R4 left
TEXT ·Int8Interleave(SB), NOSPLIT, $0-96
	MOVD dst_base+0(FP), R0
	MOVD a_base+24(FP), R1
	MOVD a_len+32(FP), R4
	MOVD b_base+48(FP), R2
	MOVD c_base+72(FP), R3

loop:
	VLD1.P 16(R1), [V0.B16]
	VLD1.P 16(R2), [V1.B16]
	VLD1.P 16(R3), [V2.B16]
	VST3.P [V0.B16, V1.B16, V2.B16], 48(R0)
	SUBS   $16, R4
	BNE    loop
	RET
