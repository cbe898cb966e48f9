#include "textflag.h"
#include "int8_requantize256_amd64.h"

// PAIR adds the products of two taps.
#define PAIR(first, second, at) \
	VMOVDQU    first, Y2; \
	VMOVDQU    second, Y3; \
	VPUNPCKLWD Y3, Y2, Y4; \
	VPUNPCKHWD Y3, Y2, Y5; \
	VPMADDWD   at(DX), Y4, Y4; \
	VPMADDWD   (at+32)(DX), Y5, Y5; \
	VPADDD     Y4, Y0, Y0; \
	VPADDD     Y5, Y1, Y1

#define BIASES \
	VMOVDQU (R12), Y0; \
	VMOVDQU 224(R12), Y1

// OUTPUT makes and stores the outputs of a pixel.
#define OUTPUT \
	REQUANTIZE(Y0, 0); \
	REQUANTIZE(Y1, 224); \
	VPACKSSDW Y1, Y0, Y0; \
	VPADDSW   448(R12), Y0, Y0; \
	VPACKSSWB Y0, Y0, Y0; \
	VPERMQ    $0x08, Y0, Y0; \
	VPMAXSB   480(R12), X0, X0; \
	VPMINSB   496(R12), X0, X0; \
	VMOVDQU   X0, (DI); \
	ADDQ      R8, DI; \
	ADDQ      R9, SI; \
	DECQ      R15

// NEXT goes on to the next channels.
#define NEXT \
	ADDQ $16, dst_base+0(FP); \
	ADDQ $32, src_base+32(FP); \
	ADDQ $512, R12; \
	SUBQ $16, channels+136(FP)

#define ARGUMENTS \
	MOVQ dstStride+24(FP), R8; \
	MOVQ step+56(FP), R9; \
	MOVQ w_base+88(FP), DX; \
	MOVQ scales_base+112(FP), R12

#define CHANNELS \
	MOVQ dst_base+0(FP), DI; \
	MOVQ src_base+32(FP), SI; \
	MOVQ pixels+144(FP), R15

// func Int8Taps256(dst []int8, dstStride int, src []uint8, step int, taps []int, w []uint8, scales []int32, channels, pixels int)
//
// Needs AVX2.
//
//	Y0, Y1 sums   Y2-Y5 elements   DI dst of the pixel   R8 dstStride   SI src of the pixel   R9 step
//	R10 taps   R11 tap   DX weights   CX taps left   R12 scales   R13 w   R14 taps   R15 pixels left
TEXT ·Int8Taps256(SB), NOSPLIT, $0-152
	ARGUMENTS
	MOVQ DX, R13
	MOVQ taps_base+64(FP), R10
	MOVQ taps_len+72(FP), R14

channels:
	CHANNELS

pixel:
	BIASES
	MOVQ R10, R11
	MOVQ R13, DX
	MOVQ R14, CX

pair:
	MOVQ (R11), AX
	MOVQ 8(R11), BX
	PAIR((SI)(AX*1), (SI)(BX*1), 0)
	ADDQ $16, R11
	ADDQ $64, DX
	SUBQ $2, CX
	JNE  pair
	OUTPUT
	JNE  pixel
	MOVQ DX, R13
	NEXT
	JNE  channels
	VZEROUPPER
	RET

// func Int8NineTaps256(dst []int8, dstStride int, src []uint8, step int, taps []int, w []uint8, scales []int32, channels, pixels int)
//
// Needs AVX2. AX, BX, CX, R10, R11, R13 and R14 are taps, besides which registers are those of
// Int8Taps256.
TEXT ·Int8NineTaps256(SB), NOSPLIT, $0-152
	ARGUMENTS
	MOVQ taps_base+64(FP), R13
	MOVQ 8(R13), AX
	MOVQ 16(R13), BX
	MOVQ 24(R13), CX
	LEAQ (CX)(AX*1), R10
	LEAQ (CX)(BX*1), R11
	LEAQ (R10)(CX*1), R14
	LEAQ (R11)(CX*1), R13

channels:
	CHANNELS

pixel:
	BIASES
	PAIR((SI), (SI)(AX*1), 0)
	PAIR((SI)(BX*1), (SI)(CX*1), 64)
	PAIR((SI)(R10*1), (SI)(R11*1), 128)
	PAIR((SI)(CX*2), (SI)(R14*1), 192)
	VMOVDQU    (SI)(R13*1), Y3
	VPUNPCKLWD Y3, Y3, Y4
	VPUNPCKHWD Y3, Y3, Y5
	VPMADDWD   256(DX), Y4, Y4
	VPMADDWD   288(DX), Y5, Y5
	VPADDD     Y4, Y0, Y0
	VPADDD     Y5, Y1, Y1
	OUTPUT
	JNE  pixel
	ADDQ $320, DX
	NEXT
	JNE  channels
	VZEROUPPER
	RET
