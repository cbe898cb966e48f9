#include "textflag.h"

// func Int8Depthwise(dst []int32, src []int8, rowStride, step, width, rows int, w, bias []int32, channels, pixels int)
//
// Eight channels at a time, of which all pixels follow each other. Needs AVX2.
//
//	Y0 sums   Y1 elements   Y2 bias
//	DI dst   R8 bytes from one pixel of dst to the next   SI src of the pixel   DX its row   AX its element
//	R9 rowStride   R10 step   R11 channels   R12 bias   R13 w   BX weight   R15 channels left
//	CX columns left
TEXT ·Int8Depthwise(SB), NOSPLIT, $24-144
	MOVQ bias_base+104(FP), R12
	MOVQ w_base+80(FP), R13
	MOVQ rowStride+48(FP), R9
	MOVQ step+56(FP), R10
	MOVQ channels+128(FP), R11
	LEAQ (R11*4), R8
	MOVQ R11, R15
	MOVQ dst_base+0(FP), AX
	MOVQ AX, dst-8(SP)
	MOVQ src_base+24(FP), AX
	MOVQ AX, src-16(SP)

group:
	VMOVDQU (R12), Y2
	MOVQ dst-8(SP), DI
	MOVQ src-16(SP), SI
	MOVQ pixels+136(FP), AX
	MOVQ AX, left-24(SP)

pixel:
	VMOVDQA Y2, Y0
	MOVQ    R13, BX
	MOVQ    SI, DX
	MOVQ    rows+72(FP), R14

row:
	MOVQ DX, AX
	MOVQ width+64(FP), CX

column:
	VPMOVSXBD (AX), Y1
	VPMULLD   (BX), Y1, Y1
	VPADDD    Y1, Y0, Y0
	ADDQ      $32, BX
	ADDQ      R11, AX
	DECQ      CX
	JNE       column
	ADDQ      R9, DX
	DECQ      R14
	JNE       row
	VMOVDQU   Y0, (DI)
	ADDQ      R8, DI
	ADDQ      R10, SI
	DECQ      left-24(SP)
	JNE       pixel
	MOVQ      BX, R13
	ADDQ      $32, R12
	ADDQ      $32, dst-8(SP)
	ADDQ      $8, src-16(SP)
	SUBQ      $8, R15
	JNE       group
	VZEROUPPER
	RET
