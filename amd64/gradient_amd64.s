#include "textflag.h"

// CELL gives the gradient left in Y0 to the elements of src that equal Y1.
#define CELL(src, dst) \
	VCMPPS  $0, src, Y1, Y2; \
	VANDPS  Y0, Y2, Y3; \
	VANDNPS Y0, Y2, Y0; \
	VMOVUPS Y3, dst

// func MaxPoolGradient(dx, x, y, dy []float32, rowStride, channels, pixels int, low float32)
//
// Eight channels at a time. Needs AVX2.
//
//	Y0 gradient left   Y1 maxima   Y2 where they are   Y3 their gradient   Y4 low
//	DI dx   SI x   R9 y   R10 dy   R8 rowStride   R11 channels   R12 both   CX channels left   R13 pixels left
TEXT ·MaxPoolGradient(SB), NOSPLIT, $0-124
	MOVQ dx_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), R9
	MOVQ dy_base+72(FP), R10
	MOVQ rowStride+96(FP), R8
	MOVQ channels+104(FP), R11
	MOVQ pixels+112(FP), R13
	SHLQ $2, R8
	SHLQ $2, R11
	LEAQ (R8)(R11*1), R12
	VBROADCASTSS low+120(FP), Y4

pixel:
	MOVQ R11, CX

eight:
	VMOVUPS (R9), Y1
	VCMPPS  $17, Y1, Y4, Y0 // low < y
	VANDPS  (R10), Y0, Y0
	VMOVUPS Y0, (R10)
	CELL((SI), (DI))
	CELL((SI)(R11*1), (DI)(R11*1))
	CELL((SI)(R8*1), (DI)(R8*1))
	CELL((SI)(R12*1), (DI)(R12*1))
	ADDQ $32, SI
	ADDQ $32, DI
	ADDQ $32, R9
	ADDQ $32, R10
	SUBQ $32, CX
	JNE  eight
	ADDQ R11, SI
	ADDQ R11, DI
	DECQ R13
	JNE  pixel
	VZEROUPPER
	RET

// func Transpose8(dst []float32, dstStride int, src []float32, stride, blocks int)
//
//	Y0-Y15 rows   DI dst   SI src   R8 stride   R9 three of it   R10 blocks left
//	R11 dstStride   R12 three of it   AX rows 4 to 7
TEXT ·Transpose8(SB), NOSPLIT, $0-72
	MOVQ dst_base+0(FP), DI
	MOVQ dstStride+24(FP), R11
	MOVQ src_base+32(FP), SI
	MOVQ stride+56(FP), R8
	MOVQ blocks+64(FP), R10
	SHLQ $2, R8
	SHLQ $2, R11
	LEAQ (R8)(R8*2), R9
	LEAQ (R11)(R11*2), R12

block:
	LEAQ    (SI)(R8*4), AX
	VMOVUPS (SI), Y0
	VMOVUPS (SI)(R8*1), Y1
	VMOVUPS (SI)(R8*2), Y2
	VMOVUPS (SI)(R9*1), Y3
	VMOVUPS (AX), Y4
	VMOVUPS (AX)(R8*1), Y5
	VMOVUPS (AX)(R8*2), Y6
	VMOVUPS (AX)(R9*1), Y7

	VUNPCKLPS Y1, Y0, Y8
	VUNPCKHPS Y1, Y0, Y9
	VUNPCKLPS Y3, Y2, Y10
	VUNPCKHPS Y3, Y2, Y11
	VUNPCKLPS Y5, Y4, Y12
	VUNPCKHPS Y5, Y4, Y13
	VUNPCKLPS Y7, Y6, Y14
	VUNPCKHPS Y7, Y6, Y15

	VSHUFPS $0x44, Y10, Y8, Y0
	VSHUFPS $0xEE, Y10, Y8, Y1
	VSHUFPS $0x44, Y11, Y9, Y2
	VSHUFPS $0xEE, Y11, Y9, Y3
	VSHUFPS $0x44, Y14, Y12, Y4
	VSHUFPS $0xEE, Y14, Y12, Y5
	VSHUFPS $0x44, Y15, Y13, Y6
	VSHUFPS $0xEE, Y15, Y13, Y7

	VPERM2F128 $0x20, Y4, Y0, Y8
	VPERM2F128 $0x20, Y5, Y1, Y9
	VPERM2F128 $0x20, Y6, Y2, Y10
	VPERM2F128 $0x20, Y7, Y3, Y11
	VPERM2F128 $0x31, Y4, Y0, Y12
	VPERM2F128 $0x31, Y5, Y1, Y13
	VPERM2F128 $0x31, Y6, Y2, Y14
	VPERM2F128 $0x31, Y7, Y3, Y15

	LEAQ    (DI)(R11*4), AX
	VMOVUPS Y8, (DI)
	VMOVUPS Y9, (DI)(R11*1)
	VMOVUPS Y10, (DI)(R11*2)
	VMOVUPS Y11, (DI)(R12*1)
	VMOVUPS Y12, (AX)
	VMOVUPS Y13, (AX)(R11*1)
	VMOVUPS Y14, (AX)(R11*2)
	VMOVUPS Y15, (AX)(R12*1)
	LEAQ    (AX)(R11*4), DI
	ADDQ    $32, SI
	DECQ    R10
	JNE     block
	VZEROUPPER
	RET
