#include "textflag.h"

// Constants of the kernels of this file, each for eight lanes: 1/ln(2), ln(2) in
// two parts, 1/7! to 1/2!, 1, the least and the largest x, the bias of a float's
// exponent, 2, and the sign bit.
DATA exponential<>+0(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA exponential<>+8(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA exponential<>+16(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA exponential<>+24(SB)/8, $0x3fb8aa3b3fb8aa3b
DATA exponential<>+32(SB)/8, $0x3f3180003f318000
DATA exponential<>+40(SB)/8, $0x3f3180003f318000
DATA exponential<>+48(SB)/8, $0x3f3180003f318000
DATA exponential<>+56(SB)/8, $0x3f3180003f318000
DATA exponential<>+64(SB)/8, $0xb95e8083b95e8083
DATA exponential<>+72(SB)/8, $0xb95e8083b95e8083
DATA exponential<>+80(SB)/8, $0xb95e8083b95e8083
DATA exponential<>+88(SB)/8, $0xb95e8083b95e8083
DATA exponential<>+96(SB)/8, $0x39500d0139500d01
DATA exponential<>+104(SB)/8, $0x39500d0139500d01
DATA exponential<>+112(SB)/8, $0x39500d0139500d01
DATA exponential<>+120(SB)/8, $0x39500d0139500d01
DATA exponential<>+128(SB)/8, $0x3ab60b613ab60b61
DATA exponential<>+136(SB)/8, $0x3ab60b613ab60b61
DATA exponential<>+144(SB)/8, $0x3ab60b613ab60b61
DATA exponential<>+152(SB)/8, $0x3ab60b613ab60b61
DATA exponential<>+160(SB)/8, $0x3c0888893c088889
DATA exponential<>+168(SB)/8, $0x3c0888893c088889
DATA exponential<>+176(SB)/8, $0x3c0888893c088889
DATA exponential<>+184(SB)/8, $0x3c0888893c088889
DATA exponential<>+192(SB)/8, $0x3d2aaaab3d2aaaab
DATA exponential<>+200(SB)/8, $0x3d2aaaab3d2aaaab
DATA exponential<>+208(SB)/8, $0x3d2aaaab3d2aaaab
DATA exponential<>+216(SB)/8, $0x3d2aaaab3d2aaaab
DATA exponential<>+224(SB)/8, $0x3e2aaaab3e2aaaab
DATA exponential<>+232(SB)/8, $0x3e2aaaab3e2aaaab
DATA exponential<>+240(SB)/8, $0x3e2aaaab3e2aaaab
DATA exponential<>+248(SB)/8, $0x3e2aaaab3e2aaaab
DATA exponential<>+256(SB)/8, $0x3f0000003f000000
DATA exponential<>+264(SB)/8, $0x3f0000003f000000
DATA exponential<>+272(SB)/8, $0x3f0000003f000000
DATA exponential<>+280(SB)/8, $0x3f0000003f000000
DATA exponential<>+288(SB)/8, $0x3f8000003f800000
DATA exponential<>+296(SB)/8, $0x3f8000003f800000
DATA exponential<>+304(SB)/8, $0x3f8000003f800000
DATA exponential<>+312(SB)/8, $0x3f8000003f800000
DATA exponential<>+320(SB)/8, $0xc2d00000c2d00000
DATA exponential<>+328(SB)/8, $0xc2d00000c2d00000
DATA exponential<>+336(SB)/8, $0xc2d00000c2d00000
DATA exponential<>+344(SB)/8, $0xc2d00000c2d00000
DATA exponential<>+352(SB)/8, $0x42b2000042b20000
DATA exponential<>+360(SB)/8, $0x42b2000042b20000
DATA exponential<>+368(SB)/8, $0x42b2000042b20000
DATA exponential<>+376(SB)/8, $0x42b2000042b20000
DATA exponential<>+384(SB)/8, $0x0000007f0000007f
DATA exponential<>+392(SB)/8, $0x0000007f0000007f
DATA exponential<>+400(SB)/8, $0x0000007f0000007f
DATA exponential<>+408(SB)/8, $0x0000007f0000007f
DATA exponential<>+416(SB)/8, $0x4000000040000000
DATA exponential<>+424(SB)/8, $0x4000000040000000
DATA exponential<>+432(SB)/8, $0x4000000040000000
DATA exponential<>+440(SB)/8, $0x4000000040000000
DATA exponential<>+448(SB)/8, $0x8000000080000000
DATA exponential<>+456(SB)/8, $0x8000000080000000
DATA exponential<>+464(SB)/8, $0x8000000080000000
DATA exponential<>+472(SB)/8, $0x8000000080000000
GLOBL exponential<>(SB), RODATA|NOPTR, $480

#define LOG2E exponential<>+0(SB)
#define LN2HIGH exponential<>+32(SB)
#define LN2LOW exponential<>+64(SB)
#define C7 exponential<>+96(SB)
#define C6 exponential<>+128(SB)
#define C5 exponential<>+160(SB)
#define C4 exponential<>+192(SB)
#define C3 exponential<>+224(SB)
#define C2 exponential<>+256(SB)
#define ONE1 exponential<>+288(SB)
#define LEAST exponential<>+320(SB)
#define LARGEST exponential<>+352(SB)
#define BIAS exponential<>+384(SB)
#define TWO exponential<>+416(SB)
#define SIGN exponential<>+448(SB)

// REDUCE makes exp(x)-1 of the reduced x of Y0 in Y4, and the power of two, whose
// product with that and one more is exp(x), as the product of Y2 and Y3. Y1 and
// Y5 are temporary.
#define REDUCE \
	VMINPS LARGEST, Y0, Y0; \
	VMAXPS LEAST, Y0, Y0; \
	VMULPS LOG2E, Y0, Y1; \
	VROUNDPS $0, Y1, Y1; \
	VFNMADD231PS LN2HIGH, Y1, Y0; \
	VFNMADD231PS LN2LOW, Y1, Y0; \
	VCVTPS2DQ Y1, Y2; \
	VPSRAD $1, Y2, Y3; \
	VPSUBD Y3, Y2, Y2; \
	VPADDD BIAS, Y2, Y2; \
	VPADDD BIAS, Y3, Y3; \
	VPSLLD $23, Y2, Y2; \
	VPSLLD $23, Y3, Y3; \
	VMOVUPS C7, Y4; \
	VFMADD213PS C6, Y0, Y4; \
	VFMADD213PS C5, Y0, Y4; \
	VFMADD213PS C4, Y0, Y4; \
	VFMADD213PS C3, Y0, Y4; \
	VFMADD213PS C2, Y0, Y4; \
	VFMADD213PS ONE1, Y0, Y4; \
	VMULPS Y0, Y4, Y4

// EXP makes exp(x) of Y0, EXPM1 exp(x)-1.
#define EXP \
	REDUCE; \
	VADDPS ONE1, Y4, Y0; \
	VMULPS Y2, Y0, Y0; \
	VMULPS Y3, Y0, Y0

#define EXPM1 \
	REDUCE; \
	VMULPS Y3, Y2, Y2; \
	VSUBPS ONE1, Y2, Y0; \
	VFMADD231PS Y2, Y4, Y0

// ALL does work, a kernel on Y0, for all elements: eight at a time and perhaps
// four more.
//
//	DI v   CX elements left
#define ALL8(work) \
	MOVQ v_base+0(FP), DI; \
	MOVQ v_len+8(FP), CX; \
	SUBQ $8, CX; \
	JLT  four; \
eight: \
	VMOVUPS (DI), Y0; \
	work; \
	VMOVUPS Y0, (DI); \
	ADDQ $32, DI; \
	SUBQ $8, CX; \
	JGE  eight; \
four: \
	ADDQ $8, CX; \
	JEQ  done; \
	VMOVUPS (DI), X0; \
	work; \
	VMOVUPS X0, (DI); \
done: \
	VZEROUPPER; \
	RET

// func Exp(v []float32)
//
// Needs AVX2 and FMA.
TEXT ·Exp(SB), NOSPLIT, $0-24
	ALL8(EXP)

#define SIGMOID \
	VXORPS SIGN, Y0, Y0; \
	EXP; \
	VADDPS ONE1, Y0, Y0; \
	VMOVUPS ONE1, Y1; \
	VDIVPS Y0, Y1, Y0

// func Sigmoid(v []float32)
//
// Needs AVX2 and FMA.
TEXT ·Sigmoid(SB), NOSPLIT, $0-24
	ALL8(SIGMOID)

#define SWISH \
	VMOVAPS Y0, Y6; \
	VXORPS SIGN, Y0, Y0; \
	EXP; \
	VADDPS ONE1, Y0, Y0; \
	VDIVPS Y0, Y6, Y0

// func Swish(v []float32)
//
// Needs AVX2 and FMA.
//
//	Y6 x
TEXT ·Swish(SB), NOSPLIT, $0-24
	ALL8(SWISH)

#define ELUS \
	VMAXPS Y7, Y0, Y6; \
	VMINPS Y7, Y0, Y0; \
	EXPM1; \
	VMULPS Y9, Y0, Y0; \
	VFMADD231PS Y8, Y6, Y0

// func ELU(v []float32, positive, negative float32)
//
// Needs AVX2 and FMA.
//
//	Y6 what is positive of x   Y7 0   Y8 positive   Y9 negative
TEXT ·ELU(SB), NOSPLIT, $0-32
	VXORPS       Y7, Y7, Y7
	VBROADCASTSS positive+24(FP), Y8
	VBROADCASTSS negative+28(FP), Y9
	ALL8(ELUS)

#define TANH \
	VANDPS SIGN, Y0, Y6; \
	VORPS SIGN, Y0, Y0; \
	VADDPS Y0, Y0, Y0; \
	EXPM1; \
	VADDPS TWO, Y0, Y1; \
	VXORPS SIGN, Y0, Y0; \
	VDIVPS Y1, Y0, Y0; \
	VORPS Y6, Y0, Y0

// func Tanh(v []float32)
//
// Needs AVX2 and FMA.
//
//	Y6 sign of x
TEXT ·Tanh(SB), NOSPLIT, $0-24
	ALL8(TANH)

#define SCALE \
	VFMADD213PS Y2, Y1, Y0

// func Scale(v []float32, factor, offset float32)
//
// Needs AVX2 and FMA.
//
//	Y1 factor   Y2 offset
TEXT ·Scale(SB), NOSPLIT, $0-32
	VBROADCASTSS factor+24(FP), Y1
	VBROADCASTSS offset+28(FP), Y2
	ALL8(SCALE)
