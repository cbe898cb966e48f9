#include "textflag.h"

// WEIGHTS adds to as many rows of sums as each names, over all pixels, and moves
// on to the rows that follow:
//
//	DI sums   R13 stride   SI x   R8 xStep   BX dy   R9 dyStep   R10 rows of sums left
//	R15 row of sums   AX row of x   DX row of dy   R11 rows left   R12 x   R14 dy   CX pixels left
#define WEIGHTS(each, count, load, panel, step, store, row, pixel) \
	MOVQ DI, R15; \
	each(load); \
	MOVQ SI, AX; \
	MOVQ BX, DX; \
	MOVQ rows+120(FP), R11; \
row: \
	MOVQ AX, R12; \
	MOVQ DX, R14; \
	MOVQ pixels+112(FP), CX; \
pixel: \
	panel; \
	each(step); \
	ADDQ R8, R12; \
	ADDQ R9, R14; \
	DECQ CX; \
	JNE  pixel; \
	MOVQ xRow+64(FP), R12; \
	MOVQ dyRow+104(FP), R14; \
	LEAQ (AX)(R12*4), AX; \
	LEAQ (DX)(R14*4), DX; \
	DECQ R11; \
	JNE  row; \
	MOVQ DI, R15; \
	each(store); \
	MOVQ R15, DI; \
	ADDQ $(4*count), SI; \
	SUBQ $count, R10

#define ARGUMENTS \
	MOVQ sums_base+0(FP), DI; \
	MOVQ stride+24(FP), R13; \
	MOVQ x_base+32(FP), SI; \
	MOVQ xStep+56(FP), R8; \
	MOVQ dy_base+72(FP), BX; \
	MOVQ dyStep+96(FP), R9; \
	MOVQ count+128(FP), R10; \
	SHLQ $2, R13; \
	SHLQ $2, R8; \
	SHLQ $2, R9

#define LOAD256(i, c0, c1) \
	VMOVUPS (R15), c0; \
	VMOVUPS 32(R15), c1; \
	ADDQ    R13, R15

#define STORE256(i, c0, c1) \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 32(R15); \
	ADDQ    R13, R15

#define PANEL256 \
	VMOVUPS (R14), Y12; \
	VMOVUPS 32(R14), Y13

#define STEP256(i, c0, c1) \
	VBROADCASTSS (4*i)(R12), Y14; \
	VFMADD231PS  Y12, Y14, c0; \
	VFMADD231PS  Y13, Y14, c1

#define ONE256(do) do(0, Y0, Y1)

#define THREE256(do) \
	do(0, Y0, Y1); \
	do(1, Y2, Y3); \
	do(2, Y4, Y5)

#define SIX256(do) \
	THREE256(do); \
	do(3, Y6, Y7); \
	do(4, Y8, Y9); \
	do(5, Y10, Y11)

// func WeightGradient(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int)
//
// Needs AVX2 and FMA. WEIGHTS says which register holds what.
//
//	Y0-Y11 sums, row by row   Y12, Y13 a pixel of dy   Y14 an element of x
TEXT ·WeightGradient(SB), NOSPLIT, $0-136
	ARGUMENTS

six:
	CMPQ R10, $6
	JLT  three
	WEIGHTS(SIX256, 6, LOAD256, PANEL256, STEP256, STORE256, row6, pixel6)
	JMP  six

three:
	CMPQ R10, $3
	JLT  one
	WEIGHTS(THREE256, 3, LOAD256, PANEL256, STEP256, STORE256, row3, pixel3)

one:
	TESTQ R10, R10
	JEQ   done
	WEIGHTS(ONE256, 1, LOAD256, PANEL256, STEP256, STORE256, row1, pixel1)
	JMP   one

done:
	VZEROUPPER
	RET

#define LOAD512(i, c0, c1) \
	VMOVUPS (R15), c0; \
	VMOVUPS 64(R15), c1; \
	ADDQ    R13, R15

#define STORE512(i, c0, c1) \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 64(R15); \
	ADDQ    R13, R15

#define PANEL512 \
	VMOVUPS (R14), Z28; \
	VMOVUPS 64(R14), Z29

#define STEP512(i, c0, c1) \
	VBROADCASTSS (4*i)(R12), Z30; \
	VFMADD231PS  Z28, Z30, c0; \
	VFMADD231PS  Z29, Z30, c1

#define ONE512(do) do(0, Z0, Z1)

#define THREE512(do) \
	do(0, Z0, Z1); \
	do(1, Z2, Z3); \
	do(2, Z4, Z5)

#define NINE512(do) \
	THREE512(do); \
	do(3, Z6, Z7); \
	do(4, Z8, Z9); \
	do(5, Z10, Z11); \
	do(6, Z12, Z13); \
	do(7, Z14, Z15); \
	do(8, Z16, Z17)

#define TWELVE512(do) \
	NINE512(do); \
	do(9, Z18, Z19); \
	do(10, Z20, Z21); \
	do(11, Z22, Z23)

// func WeightGradient512(sums []float32, stride int, x []float32, xStep, xRow int, dy []float32, dyStep, dyRow, pixels, rows, count int)
//
// Needs AVX-512F. WEIGHTS says which register holds what.
//
//	Z0-Z23 sums, row by row   Z28, Z29 a pixel of dy   Z30 an element of x
TEXT ·WeightGradient512(SB), NOSPLIT, $0-136
	ARGUMENTS

twelve:
	CMPQ R10, $12
	JLT  nine
	WEIGHTS(TWELVE512, 12, LOAD512, PANEL512, STEP512, STORE512, row12, pixel12)
	JMP  twelve

nine:
	CMPQ R10, $9
	JLT  three
	WEIGHTS(NINE512, 9, LOAD512, PANEL512, STEP512, STORE512, row9, pixel9)

three:
	CMPQ R10, $3
	JLT  one
	WEIGHTS(THREE512, 3, LOAD512, PANEL512, STEP512, STORE512, row3, pixel3)
	JMP  three

one:
	TESTQ R10, R10
	JEQ   done
	WEIGHTS(ONE512, 1, LOAD512, PANEL512, STEP512, STORE512, row1, pixel1)
	JMP   one

done:
	VZEROUPPER
	RET
