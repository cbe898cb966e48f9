#include "textflag.h"
#include "int8_dense_amd64.h"

// ROW adds the products of sixteen elements and weights to a sum.
#define ROW(at, c) \
	VPMOVSXBW at(DX), Y9; \
	VPMADDWD  Y8, Y9, Y9; \
	VPADDD    Y9, c, c

// func Int8Dense8On256(sums []int32, x []uint8, w []int8)
//
// Needs AVX2.
//
//	Y0-Y7 sums   Y8 elements   Y9 temporary   DI sums   SI x   DX w   CX bytes of x left
TEXT ·Int8Dense8On256(SB), NOSPLIT, $0-72
	ARGUMENTS
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7

group:
	VMOVDQU (SI), Y8
	ROW(0, Y0)
	ROW(16, Y1)
	ROW(32, Y2)
	ROW(48, Y3)
	ROW(64, Y4)
	ROW(80, Y5)
	ROW(96, Y6)
	ROW(112, Y7)
	ADDQ $32, SI
	ADDQ $128, DX
	SUBQ $32, CX
	JNE  group
	TOTAL(Y0, X0, 0)
	TOTAL(Y1, X1, 4)
	TOTAL(Y2, X2, 8)
	TOTAL(Y3, X3, 12)
	TOTAL(Y4, X4, 16)
	TOTAL(Y5, X5, 20)
	TOTAL(Y6, X6, 24)
	TOTAL(Y7, X7, 28)
	VZEROUPPER
	RET

// func Int8Dense2On256(sums []int32, x []uint8, w []int8)
//
// Needs AVX2. Registers are those of Int8Dense8On256.
TEXT ·Int8Dense2On256(SB), NOSPLIT, $0-72
	ARGUMENTS
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1

group:
	VMOVDQU (SI), Y8
	ROW(0, Y0)
	ROW(16, Y1)
	ADDQ $32, SI
	ADDQ $32, DX
	SUBQ $32, CX
	JNE  group
	TOTAL(Y0, X0, 0)
	TOTAL(Y1, X1, 4)
	VZEROUPPER
	RET
