#include "textflag.h"

// LANES requantizes eight sums.
//
//	x<<left, times the multiplier, the upper half rounded; then its quotient by
//	1<<right, to which one is added where the remainder exceeds half of that or,
//	below zero, is more than half of it
#define LANES \
	VMOVDQU   (SI), Y0; \
	VPSLLVD   (R10), Y0, Y0; \
	VMOVDQU   (R9), Y1; \
	VPMULDQ   Y1, Y0, Y2; \
	VPSRLQ    $32, Y0, Y0; \
	VPSRLQ    $32, Y1, Y1; \
	VPMULDQ   Y1, Y0, Y0; \
	VPADDQ    Y15, Y2, Y2; \
	VPADDQ    Y15, Y0, Y0; \
	VPSRLQ    $31, Y2, Y2; \
	VPADDQ    Y0, Y0, Y0; \
	VPBLENDD  $0xaa, Y0, Y2, Y0; \
	VMOVDQU   (R11), Y3; \
	VPSLLVD   Y3, Y14, Y4; \
	VPADDD    Y13, Y4, Y4; \
	VPAND     Y4, Y0, Y5; \
	VPSRLD    $1, Y4, Y4; \
	VPSRLD    $31, Y0, Y6; \
	VPADDD    Y6, Y4, Y4; \
	VPCMPGTD  Y4, Y5, Y5; \
	VPSRAVD   Y3, Y0, Y0; \
	VPSUBD    Y5, Y0, Y0; \
	VPMAXSD   Y10, Y0, Y0; \
	VPMINSD   Y11, Y0, Y0; \
	VPADDD    Y12, Y0, Y0

// func Requantize(dst []int8, dstStride int, sums []int32, stride, channels, pixels int, multipliers, left, right []int32, low, high, zero int32)
//
// Eight channels at a time. Needs AVX2.
//
//	Y0-Y6 temporary   Y10 low   Y11 high   Y12 zero   Y13 -1   Y14 1   Y15 1<<30
//	DI dst of the pixel   BX dst   DX sums of the pixel   SI sums   R9, R10, R11 multipliers, left, right
//	R12 dstStride   R13 stride   CX channels left   R8 pixels left   AX argument
TEXT ·Requantize(SB), NOSPLIT, $0-164
	MOVQ         dst_base+0(FP), DI
	MOVQ         dstStride+24(FP), R12
	MOVQ         sums_base+32(FP), DX
	MOVQ         stride+56(FP), R13
	MOVQ         pixels+72(FP), R8
	SHLQ         $2, R13
	MOVL         low+152(FP), AX
	VMOVD        AX, X10
	VPBROADCASTD X10, Y10
	MOVL         high+156(FP), AX
	VMOVD        AX, X11
	VPBROADCASTD X11, Y11
	MOVL         zero+160(FP), AX
	VMOVD        AX, X12
	VPBROADCASTD X12, Y12
	VPCMPEQD     Y13, Y13, Y13
	VPSRLD       $31, Y13, Y14
	VPSRLQ       $63, Y13, Y15
	VPSLLQ       $30, Y15, Y15

pixel:
	MOVQ DI, BX
	MOVQ DX, SI
	MOVQ multipliers_base+80(FP), R9
	MOVQ left_base+104(FP), R10
	MOVQ right_base+128(FP), R11
	MOVQ channels+64(FP), CX

eight:
	LANES
	VEXTRACTI128 $1, Y0, X1
	VPACKSSDW    X1, X0, X0
	VPACKSSWB    X0, X0, X0
	VMOVQ        X0, (BX)
	ADDQ         $8, BX
	ADDQ         $32, SI
	ADDQ         $32, R9
	ADDQ         $32, R10
	ADDQ         $32, R11
	SUBQ         $8, CX
	JNE          eight
	ADDQ         R12, DI
	ADDQ         R13, DX
	DECQ         R8
	JNE          pixel
	VZEROUPPER
	RET
