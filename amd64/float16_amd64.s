#include "textflag.h"

// func Widen(dst []float32, src []byte, high float32)
//
// Needs AVX and F16C.
//
//	Y0 elements   Y1 high   DI dst   SI src   CX elements left
TEXT ·Widen(SB), NOSPLIT, $0-52
	MOVQ         dst_base+0(FP), DI
	MOVQ         dst_len+8(FP), CX
	MOVQ         src_base+24(FP), SI
	VBROADCASTSS high+48(FP), Y1

eight:
	VCVTPH2PS (SI), Y0
	VMINPS    Y1, Y0, Y0
	VMOVUPS   Y0, (DI)
	ADDQ      $16, SI
	ADDQ      $32, DI
	SUBQ      $8, CX
	JNE       eight
	VZEROUPPER
	RET

// func Narrow(dst []byte, src []float32, high float32)
//
// Needs AVX2 and F16C.
//
//	Y0 elements   Y1 high   Y2 -high   Y3 clamped   Y4 where no number is   Y5 one that is none
//	DI dst   SI src   CX elements left
TEXT ·Narrow(SB), NOSPLIT, $0-52
	MOVQ         dst_base+0(FP), DI
	MOVQ         src_base+24(FP), SI
	MOVQ         src_len+32(FP), CX
	VBROADCASTSS high+48(FP), Y1
	VPXOR        Y2, Y2, Y2
	VSUBPS       Y1, Y2, Y2
	MOVL         $0x7fc00000, AX
	MOVQ         AX, X5
	VPBROADCASTD X5, Y5

eight:
	VMOVUPS   (SI), Y0
	VMINPS    Y1, Y0, Y3
	VMAXPS    Y2, Y3, Y3
	VCMPPS    $3, Y0, Y0, Y4
	VBLENDVPS Y4, Y5, Y3, Y3
	VCVTPS2PH $0, Y3, (DI)
	ADDQ      $32, SI
	ADDQ      $16, DI
	SUBQ      $8, CX
	JNE       eight
	VZEROUPPER
	RET
