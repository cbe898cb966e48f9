#include "textflag.h"
#include "int8_requantize_amd64.h"

// func Int8Taps(dst []int8, dstStride int, src []uint8, step int, taps []int, w []uint8, scales []int32, channels, pixels int)
//
// Needs AVX512_VNNI.
//
//	Z0-Z3 sums   Z4-Z11 elements   K1 channels   K2 even lanes   K3-K6 lanes to shift
//	DI dst of the pixel   R8 dstStride   SI src of the pixel   R9 step   R10 taps   DX weights
//	R11 tap   CX fours of taps left   R12 scales   R15 pixels left
TEXT ·Int8Taps(SB), NOSPLIT, $0-152
	MOVQ      dst_base+0(FP), DI
	MOVQ      dstStride+24(FP), R8
	MOVQ      src_base+32(FP), SI
	MOVQ      step+56(FP), R9
	MOVQ      taps_base+64(FP), R10
	MOVQ      scales_base+112(FP), R12
	MOVQ      pixels+144(FP), R15
	MOVQ      channels+136(FP), CX
	NEGQ      CX
	MOVQ      $-1, AX
	SHRQ      CX, AX
	KMOVQ     AX, K1
	MOVL      $0x5555, AX
	KMOVW     AX, K2
	VMOVDQU32 384(R12), Z0
	VPTESTMD  Z0, Z0, K3
	VMOVDQU32 (448+384)(R12), Z0
	VPTESTMD  Z0, Z0, K4
	VMOVDQU32 (896+384)(R12), Z0
	VPTESTMD  Z0, Z0, K5
	VMOVDQU32 (1344+384)(R12), Z0
	VPTESTMD  Z0, Z0, K6

pixel:
	VMOVDQU32 (R12), Z0
	VMOVDQU32 448(R12), Z1
	VMOVDQU32 896(R12), Z2
	VMOVDQU32 1344(R12), Z3
	MOVQ      R10, R11
	MOVQ      w_base+88(FP), DX
	MOVQ      taps_len+72(FP), CX

four:
	MOVQ       (R11), AX
	VMOVDQU32  (SI)(AX*1), Z4
	MOVQ       8(R11), BX
	VMOVDQU32  (SI)(BX*1), Z5
	MOVQ       16(R11), AX
	VMOVDQU32  (SI)(AX*1), Z6
	MOVQ       24(R11), BX
	VMOVDQU32  (SI)(BX*1), Z7
	VPUNPCKLBW Z5, Z4, Z8
	VPUNPCKHBW Z5, Z4, Z9
	VPUNPCKLBW Z7, Z6, Z10
	VPUNPCKHBW Z7, Z6, Z11
	VPUNPCKLWD Z10, Z8, Z4
	VPUNPCKHWD Z10, Z8, Z5
	VPUNPCKLWD Z11, Z9, Z6
	VPUNPCKHWD Z11, Z9, Z7
	VPDPBUSD   (DX), Z4, Z0
	VPDPBUSD   64(DX), Z5, Z1
	VPDPBUSD   128(DX), Z6, Z2
	VPDPBUSD   192(DX), Z7, Z3
	ADDQ       $32, R11
	ADDQ       $256, DX
	SUBQ       $4, CX
	JNE        four

	REQUANTIZE(Z0, 0, K3)
	REQUANTIZE(Z1, 448, K4)
	REQUANTIZE(Z2, 896, K5)
	REQUANTIZE(Z3, 1344, K6)
	VPACKSSDW Z1, Z0, Z0
	VPACKSSDW Z3, Z2, Z2
	VPADDSW   1792(R12), Z0, Z0
	VPADDSW   1792(R12), Z2, Z2
	VPACKSSWB Z2, Z0, Z0
	VPMAXSB   1856(R12), Z0, Z0
	VPMINSB   1920(R12), Z0, Z0
	VMOVDQU8  Z0, K1, (DI)
	ADDQ      R8, DI
	ADDQ      R9, SI
	DECQ      R15
	JNE       pixel
	VZEROUPPER
	RET
