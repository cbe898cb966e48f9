//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// The kernels of this file share their registers. Needs ASIMD.
//
//	V0 x, reduced      V1 its integer part, as a float   V2, V3 that, halved, as powers of two
//	V4, V5 polynomial  V6 x as it was                    V7 temporary
//	V16 1/ln(2)   V17, V18 ln(2) in two parts   V19-V24 1/2! to 1/7!   V25 1   V26 least x   V27 largest x
//	V28 127, the bias of a float's exponent     V29, V30 of each kernel
//	R0 v   R1 elements left   R2 v to be written
DATA ·exponential<>+0(SB)/4, $0x3fb8aa3b
DATA ·exponential<>+4(SB)/4, $0x3f318000
DATA ·exponential<>+8(SB)/4, $0xb95e8083
DATA ·exponential<>+12(SB)/4, $0x3f000000
DATA ·exponential<>+16(SB)/4, $0x3e2aaaab
DATA ·exponential<>+20(SB)/4, $0x3d2aaaab
DATA ·exponential<>+24(SB)/4, $0x3c088889
DATA ·exponential<>+28(SB)/4, $0x3ab60b61
DATA ·exponential<>+32(SB)/4, $0x39500d01
DATA ·exponential<>+36(SB)/4, $0x3f800000
DATA ·exponential<>+40(SB)/4, $0xc2d00000
DATA ·exponential<>+44(SB)/4, $0x42b20000
DATA ·exponential<>+48(SB)/4, $127
GLOBL ·exponential<>(SB), RODATA|NOPTR, $52

#define CONSTANT(v) VLD1R.P 4(R3), [v.S4]

#define BEGIN \
	MOVD $·exponential<>(SB), R3; \
	CONSTANT(V16); \
	CONSTANT(V17); \
	CONSTANT(V18); \
	CONSTANT(V19); \
	CONSTANT(V20); \
	CONSTANT(V21); \
	CONSTANT(V22); \
	CONSTANT(V23); \
	CONSTANT(V24); \
	CONSTANT(V25); \
	CONSTANT(V26); \
	CONSTANT(V27); \
	CONSTANT(V28); \
	MOVD R0, R2; \
	CBZ  R1, done

// NEXT is the polynomial's next coefficient: to = c + from*x.
#define NEXT(c, vc, from, to, vto) \
	VMOV   vc.B16, vto.B16; \
	FMLA4S(to, from, 0)

// REDUCE makes exp(x)-1 of the reduced x in V4, and the power of two, its
// product with whom and one more is exp(x), as the product of V2 and V3.
#define REDUCE \
	FMIN4S(0, 0, 27); \
	FMAX4S(0, 0, 26); \
	FMUL4S(1, 0, 16); \
	FRINTN4S(1, 1); \
	FMLS4S(0, 1, 17); \
	FMLS4S(0, 1, 18); \
	FCVTNS4S(2, 1); \
	SRSHR4S(3, 2, 1); \
	SUB4S(2, 2, 3); \
	ADD4S(2, 2, 28); \
	ADD4S(3, 3, 28); \
	VSHL $23, V2.S4, V2.S4; \
	VSHL $23, V3.S4, V3.S4; \
	NEXT(23, V23, 24, 4, V4); \
	NEXT(22, V22, 4, 5, V5); \
	NEXT(21, V21, 5, 4, V4); \
	NEXT(20, V20, 4, 5, V5); \
	NEXT(19, V19, 5, 4, V4); \
	NEXT(25, V25, 4, 5, V5); \
	FMUL4S(4, 5, 0)

// EXP makes exp(x) in V0.
#define EXP \
	REDUCE; \
	FADD4S(0, 4, 25); \
	FMUL4S(0, 0, 2); \
	FMUL4S(0, 0, 3)

// EXPM1 makes exp(x)-1 in V0.
#define EXPM1 \
	REDUCE; \
	FMUL4S(2, 2, 3); \
	FSUB4S(0, 2, 25); \
	FMLA4S(0, 4, 2)

#define LOAD  VLD1.P 16(R0), [V0.S4]
#define STORE \
	VST1.P [V0.S4], 16(R2); \
	SUBS   $4, R1

// func Exp(v []float32)
TEXT ·Exp(SB), NOSPLIT, $0-24
	MOVD v_base+0(FP), R0
	MOVD v_len+8(FP), R1
	BEGIN

loop:
	LOAD
	EXP
	STORE
	BNE loop

done:
	RET

// func Sigmoid(v []float32)
TEXT ·Sigmoid(SB), NOSPLIT, $0-24
	MOVD v_base+0(FP), R0
	MOVD v_len+8(FP), R1
	BEGIN

loop:
	LOAD
	FNEG4S(0, 0)
	EXP
	FADD4S(0, 0, 25)
	FDIV4S(0, 25, 0)
	STORE
	BNE loop

done:
	RET

// func Swish(v []float32)
TEXT ·Swish(SB), NOSPLIT, $0-24
	MOVD v_base+0(FP), R0
	MOVD v_len+8(FP), R1
	BEGIN

loop:
	LOAD
	VMOV V0.B16, V6.B16
	FNEG4S(0, 0)
	EXP
	FADD4S(0, 0, 25)
	FDIV4S(0, 6, 0)
	STORE
	BNE loop

done:
	RET

// func ELU(v []float32, positive, negative float32)
//
//	V27 0   V29 positive   V30 negative
TEXT ·ELU(SB), NOSPLIT, $0-32
	MOVD v_base+0(FP), R0
	MOVD v_len+8(FP), R1
	BEGIN
	MOVD  $positive+24(FP), R3
	VLD1R (R3), [V29.S4]
	MOVD  $negative+28(FP), R3
	VLD1R (R3), [V30.S4]
	VEOR  V27.B16, V27.B16, V27.B16

loop:
	LOAD
	FMAX4S(6, 0, 27)
	EXPM1
	FMUL4S(0, 0, 30)
	FMLA4S(0, 6, 29)
	STORE
	BNE loop

done:
	RET

// func Tanh(v []float32)
//
//	V6 sign of x   V29 2   V30 the sign bit
TEXT ·Tanh(SB), NOSPLIT, $0-24
	MOVD v_base+0(FP), R0
	MOVD v_len+8(FP), R1
	BEGIN
	FMOVS $2.0, F29
	VDUP  V29.S[0], V29.S4
	VMOVI $0x80, V30.B16
	VSHL  $24, V30.S4, V30.S4

loop:
	LOAD
	VAND   V0.B16, V30.B16, V6.B16
	FABS4S(0, 0)
	FMUL4S(0, 0, 29)
	FNEG4S(0, 0)
	EXPM1
	FADD4S(1, 0, 29)
	FNEG4S(0, 0)
	FDIV4S(0, 0, 1)
	VORR   V6.B16, V0.B16, V0.B16
	STORE
	BNE loop

done:
	RET

// func Softplus(v []float32)
//
//	V6 max(x, 0)   V8-V13 1/3 to 1/13   V29 0   V30 2
DATA ·softplus<>+0(SB)/4, $0x3eaaaaab
DATA ·softplus<>+4(SB)/4, $0x3e4ccccd
DATA ·softplus<>+8(SB)/4, $0x3e124925
DATA ·softplus<>+12(SB)/4, $0x3de38e39
DATA ·softplus<>+16(SB)/4, $0x3dba2e8c
DATA ·softplus<>+20(SB)/4, $0x3d9d89d9
GLOBL ·softplus<>(SB), RODATA|NOPTR, $24

TEXT ·Softplus(SB), NOSPLIT, $0-24
	MOVD v_base+0(FP), R0
	MOVD v_len+8(FP), R1
	BEGIN
	MOVD $·softplus<>(SB), R3
	CONSTANT(V8)
	CONSTANT(V9)
	CONSTANT(V10)
	CONSTANT(V11)
	CONSTANT(V12)
	CONSTANT(V13)
	VEOR  V29.B16, V29.B16, V29.B16
	FMOVS $2.0, F30
	VDUP  V30.S[0], V30.S4

loop:
	LOAD
	FMAX4S(6, 0, 29)
	FABS4S(0, 0)
	FNEG4S(0, 0)
	EXP
	FADD4S(1, 0, 30)
	FDIV4S(1, 0, 1)
	FMUL4S(0, 1, 1)
	NEXT(12, V12, 13, 4, V4)
	NEXT(11, V11, 4, 5, V5)
	NEXT(10, V10, 5, 4, V4)
	NEXT(9, V9, 4, 5, V5)
	NEXT(8, V8, 5, 4, V4)
	NEXT(25, V25, 4, 5, V5)
	FMUL4S(1, 1, 30)
	FMLA4S(6, 5, 1)
	VMOV V6.B16, V0.B16
	STORE
	BNE loop

done:
	RET
