// Each loop keeps what belongs to some channels in registers while it walks over
// the pixels: to four vectors of b bytes while there are as many, then to one.
// All have these registers besides:
//
//	R8 stride   R9 pixels   CX channels left   DX pixels left
//
// in bytes but for the pixels.

// PIXELS does step for every pixel.
#define PIXELS(step, pixel) \
	MOVQ R9, DX; \
pixel: \
	step; \
	DECQ DX; \
	JNE  pixel

#define LOAD4(from, b, v0, v1, v2, v3) \
	VMOVUPS (from), v0; \
	VMOVUPS (1*b)(from), v1; \
	VMOVUPS (2*b)(from), v2; \
	VMOVUPS (3*b)(from), v3

#define STORE4(to, b, v0, v1, v2, v3) \
	VMOVUPS v0, (to); \
	VMOVUPS v1, (1*b)(to); \
	VMOVUPS v2, (2*b)(to); \
	VMOVUPS v3, (3*b)(to)

// SUM4 and SUM1: v0-v3 sums   AX row of v.
#define SUM4(b, v0, v1, v2, v3) \
	VADDPS (AX), v0, v0; \
	VADDPS (1*b)(AX), v1, v1; \
	VADDPS (2*b)(AX), v2, v2; \
	VADDPS (3*b)(AX), v3, v3; \
	ADDQ   R8, AX

#define SUM1(v0) \
	VADDPS (AX), v0, v0; \
	ADDQ   R8, AX

// DI sums   SI v
#define SUMCHANNELS(b, v0, v1, v2, v3) \
	SHLQ $2, R8; \
	SHLQ $2, CX; \
four: \
	CMPQ CX, $(4*b); \
	JLT  one; \
	LOAD4(DI, b, v0, v1, v2, v3); \
	MOVQ SI, AX; \
	PIXELS(SUM4(b, v0, v1, v2, v3), pixel4); \
	STORE4(DI, b, v0, v1, v2, v3); \
	ADDQ $(4*b), DI; \
	ADDQ $(4*b), SI; \
	SUBQ $(4*b), CX; \
	JMP  four; \
one: \
	TESTQ CX, CX; \
	JEQ   done; \
	VMOVUPS (DI), v0; \
	MOVQ SI, AX; \
	PIXELS(SUM1(v0), pixel1); \
	VMOVUPS v0, (DI); \
	ADDQ $b, DI; \
	ADDQ $b, SI; \
	SUBQ $b, CX; \
	JMP  one; \
done: \
	VZEROUPPER; \
	RET

// SQUARE adds to a sum; d is for the distance.
#define SQUARE(x, mean, sum, d) \
	VMOVUPS     x, d; \
	VSUBPS      mean, d, d; \
	VFMADD231PS d, d, sum

#define SQUARES4(b, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9) \
	SQUARE((AX), v4, v0, v8); \
	SQUARE((1*b)(AX), v5, v1, v9); \
	SQUARE((2*b)(AX), v6, v2, v8); \
	SQUARE((3*b)(AX), v7, v3, v9); \
	ADDQ R8, AX

#define SQUARES1(v0, v4, v8) \
	SQUARE((AX), v4, v0, v8); \
	ADDQ R8, AX

// v0-v3 sums   v4-v7 means   v8, v9 distances   DI sums   SI x   BX means   AX row of x
#define SUMSQUARES(b, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9) \
	SHLQ $2, R8; \
	SHLQ $2, CX; \
four: \
	CMPQ CX, $(4*b); \
	JLT  one; \
	LOAD4(DI, b, v0, v1, v2, v3); \
	LOAD4(BX, b, v4, v5, v6, v7); \
	MOVQ SI, AX; \
	PIXELS(SQUARES4(b, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9), pixel4); \
	STORE4(DI, b, v0, v1, v2, v3); \
	ADDQ $(4*b), DI; \
	ADDQ $(4*b), SI; \
	ADDQ $(4*b), BX; \
	SUBQ $(4*b), CX; \
	JMP  four; \
one: \
	TESTQ CX, CX; \
	JEQ   done; \
	VMOVUPS (DI), v0; \
	VMOVUPS (BX), v4; \
	MOVQ SI, AX; \
	PIXELS(SQUARES1(v0, v4, v8), pixel1); \
	VMOVUPS v0, (DI); \
	ADDQ $b, DI; \
	ADDQ $b, SI; \
	ADDQ $b, BX; \
	SUBQ $b, CX; \
	JMP  one; \
done: \
	VZEROUPPER; \
	RET

// SLOPE adds to both sums; g is for the gradient, d for the distance.
#define SLOPE(x, dy, mean, beta, gamma, g, d) \
	VMOVUPS     dy, g; \
	VMOVUPS     x, d; \
	VSUBPS      mean, d, d; \
	VADDPS      g, beta, beta; \
	VFMADD231PS g, d, gamma

#define SLOPES4(b, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13) \
	SLOPE((AX), (R13), v8, v0, v4, v12, v13); \
	SLOPE((1*b)(AX), (1*b)(R13), v9, v1, v5, v12, v13); \
	SLOPE((2*b)(AX), (2*b)(R13), v10, v2, v6, v12, v13); \
	SLOPE((3*b)(AX), (3*b)(R13), v11, v3, v7, v12, v13); \
	ADDQ R8, AX; \
	ADDQ R8, R13

#define SLOPES1(v0, v4, v8, v12, v13) \
	SLOPE((AX), (R13), v8, v0, v4, v12, v13); \
	ADDQ R8, AX; \
	ADDQ R8, R13

// v0-v3 offsets' sums   v4-v7 scales' sums   v8-v11 means   v12 gradient   v13 distance
// DI dbeta   R10 dgamma   SI x   R11 dy   BX means   AX row of x   R13 row of dy
#define SUMSLOPES(b, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13) \
	SHLQ $2, R8; \
	SHLQ $2, CX; \
four: \
	CMPQ CX, $(4*b); \
	JLT  one; \
	LOAD4(DI, b, v0, v1, v2, v3); \
	LOAD4(R10, b, v4, v5, v6, v7); \
	LOAD4(BX, b, v8, v9, v10, v11); \
	MOVQ SI, AX; \
	MOVQ R11, R13; \
	PIXELS(SLOPES4(b, v0, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, v12, v13), pixel4); \
	STORE4(DI, b, v0, v1, v2, v3); \
	STORE4(R10, b, v4, v5, v6, v7); \
	ADDQ $(4*b), DI; \
	ADDQ $(4*b), R10; \
	ADDQ $(4*b), SI; \
	ADDQ $(4*b), R11; \
	ADDQ $(4*b), BX; \
	SUBQ $(4*b), CX; \
	JMP  four; \
one: \
	TESTQ CX, CX; \
	JEQ   done; \
	VMOVUPS (DI), v0; \
	VMOVUPS (R10), v4; \
	VMOVUPS (BX), v8; \
	MOVQ SI, AX; \
	MOVQ R11, R13; \
	PIXELS(SLOPES1(v0, v4, v8, v12, v13), pixel1); \
	VMOVUPS v0, (DI); \
	VMOVUPS v4, (R10); \
	ADDQ $b, DI; \
	ADDQ $b, R10; \
	ADDQ $b, SI; \
	ADDQ $b, R11; \
	ADDQ $b, BX; \
	SUBQ $b, CX; \
	JMP  one; \
done: \
	VZEROUPPER; \
	RET

#define AFFINE(v0, v1, v2) \
	VMOVUPS     (AX), v2; \
	VFMADD213PS v1, v0, v2; \
	VMOVUPS     v2, (R13); \
	ADDQ        R8, AX; \
	ADDQ        R8, R13

// v0 scales   v1 offsets   v2 a pixel   DI y   SI x   BX scales   R10 offsets   AX row of x   R13 row of y
#define NORMALIZE(b, v0, v1, v2) \
	SHLQ $2, R8; \
	SHLQ $2, CX; \
one: \
	VMOVUPS (BX), v0; \
	VMOVUPS (R10), v1; \
	MOVQ SI, AX; \
	MOVQ DI, R13; \
	PIXELS(AFFINE(v0, v1, v2), pixel1); \
	ADDQ $b, DI; \
	ADDQ $b, SI; \
	ADDQ $b, BX; \
	ADDQ $b, R10; \
	SUBQ $b, CX; \
	JNE  one; \
	VZEROUPPER; \
	RET

#define BACK(v0, v1, v2, v3, v4, v5) \
	VMOVUPS      (AX), v4; \
	VMOVUPS      (R13), v5; \
	VSUBPS       v0, v4, v4; \
	VSUBPS       v2, v5, v5; \
	VFNMADD231PS v3, v4, v5; \
	VMULPS       v1, v5, v5; \
	VMOVUPS      v5, (R14); \
	ADDQ         R8, AX; \
	ADDQ         R8, R13; \
	ADDQ         R8, R14

// v0 means   v1 scales   v2 dbeta   v3 dgamma   v4 distance   v5 gradient   DI dx   SI x   R11 dy
// BX means   R10 scales   R12 dbeta   R15 dgamma   AX row of x   R13 row of dy   R14 row of dx
#define NORMALIZATIONGRADIENT(b, v0, v1, v2, v3, v4, v5) \
	SHLQ $2, R8; \
	SHLQ $2, CX; \
one: \
	VMOVUPS (BX), v0; \
	VMOVUPS (R10), v1; \
	VMOVUPS (R12), v2; \
	VMOVUPS (R15), v3; \
	MOVQ SI, AX; \
	MOVQ R11, R13; \
	MOVQ DI, R14; \
	PIXELS(BACK(v0, v1, v2, v3, v4, v5), pixel1); \
	ADDQ $b, DI; \
	ADDQ $b, SI; \
	ADDQ $b, R11; \
	ADDQ $b, BX; \
	ADDQ $b, R10; \
	ADDQ $b, R12; \
	ADDQ $b, R15; \
	SUBQ $b, CX; \
	JNE  one; \
	VZEROUPPER; \
	RET
