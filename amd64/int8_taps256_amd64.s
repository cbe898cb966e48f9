#include "textflag.h"
#include "int8_requantize256_amd64.h"

// func Int8Taps256(dst []int8, dstStride int, src []uint8, step int, taps []int, w []uint8, scales []int32, channels, pixels int)
//
// Needs AVX2.
//
//	Y0, Y1 sums   Y2-Y5 elements   DI dst of the pixel   R8 dstStride   SI src of the pixel   R9 step
//	R10 taps   R11 tap   DX weights   CX taps left   R12 scales   R13 w   R14 taps   R15 pixels left
TEXT ·Int8Taps256(SB), NOSPLIT, $0-152
	MOVQ dst_base+0(FP), DI
	MOVQ dstStride+24(FP), R8
	MOVQ src_base+32(FP), SI
	MOVQ step+56(FP), R9
	MOVQ taps_base+64(FP), R10
	MOVQ taps_len+72(FP), R14
	MOVQ w_base+88(FP), R13
	MOVQ scales_base+112(FP), R12
	MOVQ pixels+144(FP), R15

pixel:
	VMOVDQU (R12), Y0
	VMOVDQU 256(R12), Y1
	MOVQ    R10, R11
	MOVQ    R13, DX
	MOVQ    R14, CX

pair:
	MOVQ       (R11), AX
	MOVQ       8(R11), BX
	VMOVDQU    (SI)(AX*1), Y2
	VMOVDQU    (SI)(BX*1), Y3
	VPUNPCKLWD Y3, Y2, Y4
	VPUNPCKHWD Y3, Y2, Y5
	VPMADDWD   (DX), Y4, Y4
	VPMADDWD   32(DX), Y5, Y5
	VPADDD     Y4, Y0, Y0
	VPADDD     Y5, Y1, Y1
	ADDQ       $16, R11
	ADDQ       $64, DX
	SUBQ       $2, CX
	JNE        pair

	REQUANTIZE(Y0, 0)
	REQUANTIZE(Y1, 256)
	VPACKSSDW Y1, Y0, Y0
	VPADDSW   512(R12), Y0, Y0
	VPACKSSWB Y0, Y0, Y0
	VPERMQ    $0x08, Y0, Y0
	VPMAXSB   544(R12), X0, X0
	VPMINSB   560(R12), X0, X0
	VMOVDQU   X0, (DI)
	ADDQ      R8, DI
	ADDQ      R9, SI
	DECQ      R15
	JNE       pixel
	VZEROUPPER
	RET
