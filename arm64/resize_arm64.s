//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// func BlendColumns(dst []uint16, src []byte, offsets []uint32, weights []uint16)
//
// One pixel at a time. Needs ASIMD.
//
//	V0 a pixel and its neighbour   V1 weights   V2 the neighbour   V3 sums
//	R0 dst   R1 src   R2 offsets   R3 weights   R4 offsets left   R5 pixel   R6 bytes of a pixel of dst
TEXT ·BlendColumns(SB), NOSPLIT, $0-96
	MOVD dst_base+0(FP), R0
	MOVD src_base+24(FP), R1
	MOVD offsets_base+48(FP), R2
	MOVD offsets_len+56(FP), R4
	MOVD weights_base+72(FP), R3
	MOVD $6, R6

loop:
	MOVWU.P 4(R2), R5
	FMOVS.P 4(R3), F1
	ADD     R1, R5
	VLD1    (R5), [V0.B8]
	VUXTL   V0.B8, V0.H8
	VEXT    $6, V0.B16, V0.B16, V2.B16
	UMULL4S_LANE(3, 0, 1, 0)
	UMLAL4S_LANE(3, 2, 1, 1)
	SHRN4H(3, 3, 4)
	VST1.P  [V3.H4], (R0)(R6)
	SUBS    $1, R4
	BNE     loop
	RET

// func BlendRows(dst []byte, upper, lower []uint16, first, second uint16)
//
// Eight elements at a time. Needs ASIMD.
//
//	V0 upper   V1 lower   V2-V5 products   V15 first, second
//	R0 dst   R1 upper   R2 lower   R3 elements left
TEXT ·BlendRows(SB), NOSPLIT, $0-76
	MOVD  dst_base+0(FP), R0
	MOVD  dst_len+8(FP), R3
	MOVD  upper_base+24(FP), R1
	MOVD  lower_base+48(FP), R2
	MOVHU first+72(FP), R4
	VMOV  R4, V15.H[0]
	MOVHU second+74(FP), R4
	VMOV  R4, V15.H[1]

loop:
	VLD1.P 16(R1), [V0.H8]
	VLD1.P 16(R2), [V1.H8]
	UMULL4S_LANE(2, 0, 15, 0)
	UMULL2_4S_LANE(3, 0, 15, 0)
	UMULL4S_LANE(4, 1, 15, 1)
	UMULL2_4S_LANE(5, 1, 15, 1)
	VUZP2  V3.H8, V2.H8, V2.H8
	VUZP2  V5.H8, V4.H8, V4.H8
	ADD8H(2, 2, 4)
	RSHRN8B(2, 2, 2)
	VST1.P [V2.B8], 8(R0)
	SUBS   $8, R3
	BNE    loop
	RET
