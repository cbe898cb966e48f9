//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// func Widen(dst []float32, src []byte, high float32)
//
// Needs ASIMD.
//
//	V0 float16   V1, V2 elements   V16 high   R0 dst   R1 elements left   R2 src
TEXT ·Widen(SB), NOSPLIT, $0-52
	MOVD  dst_base+0(FP), R0
	MOVD  dst_len+8(FP), R1
	MOVD  src_base+24(FP), R2
	MOVWU high+48(FP), R3
	VDUP  R3, V16.S4

eight:
	VLD1.P 16(R2), [V0.H8]
	FCVTL4S(1, 0)
	FCVTL2_4S(2, 0)
	FMINNM4S(1, 1, 16)
	FMINNM4S(2, 2, 16)
	VST1.P [V1.S4, V2.S4], 32(R0)
	SUBS   $8, R1
	BNE    eight
	RET

// func Narrow(dst []byte, src []float32, high float32)
//
// Needs ASIMD.
//
//	V0, V1 elements   V2, V3 clamped   V4, V5 where numbers are   V6 float16
//	V16 high   V17 -high   V18 one that is none   R0 dst   R1 elements left   R2 src
TEXT ·Narrow(SB), NOSPLIT, $0-52
	MOVD  dst_base+0(FP), R0
	MOVD  src_base+24(FP), R2
	MOVD  src_len+32(FP), R1
	MOVWU high+48(FP), R3
	VDUP  R3, V16.S4
	FNEG4S(17, 16)
	MOVD  $0x7fc00000, R3
	VDUP  R3, V18.S4

eight:
	VLD1.P 32(R2), [V0.S4, V1.S4]
	FMIN4S(2, 0, 16)
	FMIN4S(3, 1, 16)
	FMAX4S(2, 2, 17)
	FMAX4S(3, 3, 17)
	FCMEQ4S(4, 0, 0)
	FCMEQ4S(5, 1, 1)
	VBIF   V4.B16, V18.B16, V2.B16
	VBIF   V5.B16, V18.B16, V3.B16
	FCVTN4H(6, 2)
	FCVTN2_8H(6, 3)
	VST1.P [V6.H8], 16(R0)
	SUBS   $8, R1
	BNE    eight
	RET
