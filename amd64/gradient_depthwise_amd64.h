// AREA does step for every pixel of every row:
//
//	R13 row of x   R14 row of dy   AX, DX their pixels   R8 tap   R9 step   R12 stride   R11 rows left   R10 pixels left
#define AREA(step, row, pixel) \
	MOVQ SI, R13; \
	MOVQ BX, R14; \
	MOVQ rows+128(FP), R11; \
row: \
	MOVQ R13, AX; \
	MOVQ R14, DX; \
	MOVQ pixels+136(FP), R10; \
pixel: \
	step; \
	ADDQ R9, AX; \
	ADDQ R12, DX; \
	DECQ R10; \
	JNE  pixel; \
	MOVQ xRow+96(FP), AX; \
	LEAQ (R13)(AX*4), R13; \
	MOVQ dyRow+104(FP), AX; \
	LEAQ (R14)(AX*4), R14; \
	DECQ R11; \
	JNE  row

// TAPS adds a pixel to the sums a, of three taps, of one vector, TAP of one tap.
#define TAPS(x0, x1, x2, from, a0, a1, a2, g) \
	VMOVUPS     from, g; \
	VFMADD231PS x0, g, a0; \
	VFMADD231PS x1, g, a1; \
	VFMADD231PS x2, g, a2

#define TAP(a0, g) \
	VMOVUPS     (DX), g; \
	VFMADD231PS (AX), g, a0

#define PAIROFTAPS(b, v0, v1, v2, v3, v4, v5, v6, v7) \
	TAPS((AX), (AX)(R8*1), (AX)(R8*2), (DX), v0, v2, v4, v6); \
	TAPS(b(AX), b(AX)(R8*1), b(AX)(R8*2), b(DX), v1, v3, v5, v7)

#define ONEOFTAPS(v0, v2, v4, v6) \
	TAPS((AX), (AX)(R8*1), (AX)(R8*2), (DX), v0, v2, v4, v6)

// NEXT goes on by n bytes of channels.
#define NEXT(n) \
	ADDQ $(n), DI; \
	ADDQ $(n), SI; \
	ADDQ $(n), BX; \
	SUBQ $(n), CX

// WEIGHTGRADIENT sums vectors of b bytes: of three taps two at a time while there
// are as many.
//
//	v0-v5 sums, tap by tap   v6, v7 a pixel of dy   DI sums   SI x   BX dy   CX channels left   R15 taps
#define WEIGHTGRADIENT(b, v0, v1, v2, v3, v4, v5, v6, v7) \
	SHLQ $2, R12; \
	SHLQ $2, R8; \
	SHLQ $2, R9; \
	SHLQ $2, CX; \
	CMPQ R15, $1; \
	JEQ  tap; \
pair: \
	CMPQ CX, $(2*b); \
	JLT  one; \
	VMOVUPS (DI), v0; \
	VMOVUPS b(DI), v1; \
	VMOVUPS (DI)(R12*1), v2; \
	VMOVUPS b(DI)(R12*1), v3; \
	VMOVUPS (DI)(R12*2), v4; \
	VMOVUPS b(DI)(R12*2), v5; \
	AREA(PAIROFTAPS(b, v0, v1, v2, v3, v4, v5, v6, v7), pairRow, pairPixel); \
	VMOVUPS v0, (DI); \
	VMOVUPS v1, b(DI); \
	VMOVUPS v2, (DI)(R12*1); \
	VMOVUPS v3, b(DI)(R12*1); \
	VMOVUPS v4, (DI)(R12*2); \
	VMOVUPS v5, b(DI)(R12*2); \
	NEXT(2*b); \
	JMP  pair; \
one: \
	TESTQ CX, CX; \
	JEQ   done; \
	VMOVUPS (DI), v0; \
	VMOVUPS (DI)(R12*1), v2; \
	VMOVUPS (DI)(R12*2), v4; \
	AREA(ONEOFTAPS(v0, v2, v4, v6), oneRow, onePixel); \
	VMOVUPS v0, (DI); \
	VMOVUPS v2, (DI)(R12*1); \
	VMOVUPS v4, (DI)(R12*2); \
	NEXT(b); \
	JMP  one; \
tap: \
	VMOVUPS (DI), v0; \
	AREA(TAP(v0, v6), tapRow, tapPixel); \
	VMOVUPS v0, (DI); \
	NEXT(b); \
	JNE  tap; \
done: \
	VZEROUPPER; \
	RET

// SPREAD adds a pixel of dy, times the weights v0.
#define SPREAD(v0, v1) \
	VMOVUPS     (AX), v1; \
	VFMADD231PS (R13), v0, v1; \
	VMOVUPS     v1, (AX); \
	ADDQ        R8, AX; \
	ADDQ        R9, R13

// INPUTGRADIENT spreads vectors of b bytes.
//
//	v0 weights   v1 a pixel of dx   DI dx   SI w   BX dy   R8 step   R9 stride   CX channels left
//	R10 pixels   DX pixels left   AX pixel of dx   R13 pixel of dy
#define INPUTGRADIENT(b, v0, v1) \
	SHLQ $2, R8; \
	SHLQ $2, R9; \
	SHLQ $2, CX; \
channel: \
	VMOVUPS (SI), v0; \
	MOVQ DI, AX; \
	MOVQ BX, R13; \
	MOVQ R10, DX; \
pixel: \
	SPREAD(v0, v1); \
	DECQ DX; \
	JNE  pixel; \
	NEXT(b); \
	JNE  channel; \
	VZEROUPPER; \
	RET
