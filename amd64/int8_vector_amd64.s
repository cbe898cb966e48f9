#include "textflag.h"
#include "int8_requantize256_amd64.h"

DATA int8Half<>+0(SB)/4, $0x3effffff // just below 1/2
DATA int8Half<>+4(SB)/4, $0x80000000
DATA int8Half<>+8(SB)/4, $0x447a0000 // 1000
DATA int8Half<>+12(SB)/4, $0xc47a0000
GLOBL int8Half<>(SB), RODATA|NOPTR, $16

// QUANTIZE makes integers of eight elements: their quotients by the scale, 0
// where that is no number, rounded half away from zero by adding what is just
// below 1/2, and the zero point.
#define QUANTIZE(at, y) \
	VMOVUPS    at(SI), y; \
	VDIVPS     Y15, y, y; \
	VCMPPS     $7, y, y, Y4; \
	VANDPS     Y4, y, y; \
	VMINPS     Y10, y, y; \
	VMAXPS     Y11, y, y; \
	VANDPS     Y13, y, Y4; \
	VORPS      Y12, Y4, Y4; \
	VADDPS     Y4, y, y; \
	VCVTTPS2DQ y, y; \
	VPADDD     Y14, y, y

DATA int8Order<>+0(SB)/8, $0x0000000400000000
DATA int8Order<>+8(SB)/8, $0x0000000500000001
DATA int8Order<>+16(SB)/8, $0x0000000600000002
DATA int8Order<>+24(SB)/8, $0x0000000700000003
GLOBL int8Order<>(SB), RODATA|NOPTR, $32

// func Int8Quantize(dst []int8, src []float32, scale float32, zero int32)
//
// Needs AVX2.
//
//	Y0-Y3 elements   Y4 temporary   Y9 order   Y10, Y11 bounds   Y12 just below 1/2   Y13 sign   Y14 zero   Y15 scale
//	DI dst   SI src   CX elements left
TEXT ·Int8Quantize(SB), NOSPLIT, $0-56
	MOVQ         dst_base+0(FP), DI
	MOVQ         dst_len+8(FP), CX
	MOVQ         src_base+24(FP), SI
	VBROADCASTSS scale+48(FP), Y15
	MOVL         zero+52(FP), AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	VBROADCASTSS int8Half<>+0(SB), Y12
	VBROADCASTSS int8Half<>+4(SB), Y13
	VBROADCASTSS int8Half<>+8(SB), Y10
	VBROADCASTSS int8Half<>+12(SB), Y11
	VMOVDQU      int8Order<>(SB), Y9

elements:
	QUANTIZE(0, Y0)
	QUANTIZE(32, Y1)
	QUANTIZE(64, Y2)
	QUANTIZE(96, Y3)
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKSSWB Y2, Y0, Y0
	VPERMD    Y0, Y9, Y0
	VMOVDQU   Y0, (DI)
	ADDQ      $128, SI
	ADDQ      $32, DI
	SUBQ      $32, CX
	JNE       elements
	VZEROUPPER
	RET

// APPLY rescales eight numbers by the constants at R8, as REQUANTIZE does.
#define APPLY(x, at) \
	VPSLLVD at(R8), x, x; \
	RESCALE(x, Y14, Y13, R8, (at+96), (at+32), (at+32), (at+64), (at+64), (at+128))

// ADD makes the sums of eight elements of both inputs.
#define ADD(at, x) \
	VPMOVSXBD at(SI), x; \
	VPMOVSXBD at(BX), Y12; \
	VPSUBD    480(R8), x, x; \
	VPSUBD    512(R8), Y12, Y12; \
	APPLY(x, 0); \
	APPLY(Y12, 160); \
	VPADDD    Y12, x, x; \
	APPLY(x, 320); \
	VPADDD    544(R8), x, x

// func Int8Add(dst, left, right []int8, scales []int32)
//
// Needs AVX2.
//
//	Y0-Y3 sums   Y12-Y14 temporary   DI dst   SI left   BX right   R8 scales   CX elements left
TEXT ·Int8Add(SB), NOSPLIT, $0-96
	MOVQ     dst_base+0(FP), DI
	MOVQ     dst_len+8(FP), CX
	MOVQ     left_base+24(FP), SI
	MOVQ     right_base+48(FP), BX
	MOVQ     scales_base+72(FP), R8

elements:
	ADD(0, Y0)
	ADD(8, Y1)
	VEXTRACTI128 $1, Y0, X2
	VEXTRACTI128 $1, Y1, X3
	VPACKSSDW    X2, X0, X0
	VPACKSSDW    X3, X1, X1
	VPACKSSWB    X1, X0, X0
	VPMAXSB      576(R8), X0, X0
	VPMINSB      592(R8), X0, X0
	VMOVDQU      X0, (DI)
	ADDQ         $16, SI
	ADDQ         $16, BX
	ADDQ         $16, DI
	SUBQ         $16, CX
	JNE          elements
	VZEROUPPER
	RET

// func Int8Sum(sums []int32, src []int8, stride, pixels int)
//
// Needs AVX2.
//
//	Y0 sums   Y1 elements   DI sums   SI src   R8 stride   AX pixel   DX pixels left   CX channels left
TEXT ·Int8Sum(SB), NOSPLIT, $0-64
	MOVQ sums_base+0(FP), DI
	MOVQ sums_len+8(FP), CX
	MOVQ src_base+24(FP), SI
	MOVQ stride+48(FP), R8

channels:
	VPXOR Y0, Y0, Y0
	MOVQ  SI, AX
	MOVQ  pixels+56(FP), DX

pixel:
	VPMOVSXBD (AX), Y1
	VPADDD    Y1, Y0, Y0
	ADDQ      R8, AX
	DECQ      DX
	JNE       pixel
	VMOVDQU   Y0, (DI)
	ADDQ      $32, DI
	ADDQ      $8, SI
	SUBQ      $8, CX
	JNE       channels
	VZEROUPPER
	RET

// func Int8Max(dst, src []int8)
//
// Needs AVX2.
//
//	Y0 elements   DI dst   SI src   CX elements left   AX, BX elements
TEXT ·Int8Max(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), SI
	MOVQ src_len+32(FP), CX
	SUBQ $32, CX
	JLT  rest

whole:
	VMOVDQU (SI), Y0
	VPMAXSB (DI), Y0, Y0
	VMOVDQU Y0, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $32, CX
	JGE     whole

rest:
	ADDQ $32, CX
	JEQ  end

one:
	MOVBLSX (SI), AX
	MOVBLSX (DI), BX
	CMPL    AX, BX
	CMOVLLT BX, AX
	MOVB    AX, (DI)
	INCQ    SI
	INCQ    DI
	DECQ    CX
	JNE     one

end:
	VZEROUPPER
	RET
