#include "textflag.h"
#include "depthwise3_amd64.h"

// POINTERS moves the pointers to the three rows.
#define POINTERS(op, by) \
	op by, R8; \
	op by, R9; \
	op by, R10

// MULTIPLY adds the products of a column of the rows, at an offset of so many
// pixels, with the weights of that column.
#define MULTIPLY(a, b, c) \
	VFMADD231PS (R8), a, Y12; \
	VFMADD231PS (R9), b, Y12; \
	VFMADD231PS (R10), c, Y12

#define MULTIPLY1(a, b, c) \
	VFMADD231PS (R8)(R11*1), a, Y12; \
	VFMADD231PS (R9)(R11*1), b, Y12; \
	VFMADD231PS (R10)(R11*1), c, Y12

#define MULTIPLY2(a, b, c) \
	VFMADD231PS (R8)(R11*2), a, Y12; \
	VFMADD231PS (R9)(R11*2), b, Y12; \
	VFMADD231PS (R10)(R11*2), c, Y12

#define MASKED(a, b, c) \
	VFMADD231PS (R8), a, K1, Z12; \
	VFMADD231PS (R9), b, K1, Z12; \
	VFMADD231PS (R10), c, K1, Z12

#define MASKED1(a, b, c) \
	VFMADD231PS (R8)(R11*1), a, K1, Z12; \
	VFMADD231PS (R9)(R11*1), b, K1, Z12; \
	VFMADD231PS (R10)(R11*1), c, K1, Z12

#define MASKED2(a, b, c) \
	VFMADD231PS (R8)(R11*2), a, K1, Z12; \
	VFMADD231PS (R9)(R11*2), b, K1, Z12; \
	VFMADD231PS (R10)(R11*2), c, K1, Z12

// ALL adds the products of three columns, LEFT of the first two and RIGHT of the
// last two, where R8-R10 point to the first that counts.
#define LEFT \
	MULTIPLY(Y0, Y3, Y6); \
	MULTIPLY1(Y1, Y4, Y7)

#define RIGHT \
	MULTIPLY(Y1, Y4, Y7); \
	MULTIPLY1(Y2, Y5, Y8)

#define ALL \
	LEFT; \
	MULTIPLY2(Y2, Y5, Y8)

#define LEFT512 \
	MASKED(Z0, Z3, Z6); \
	MASKED1(Z1, Z4, Z7)

#define RIGHT512 \
	MASKED(Z1, Z4, Z7); \
	MASKED1(Z2, Z5, Z8)

#define ALL512 \
	LEFT512; \
	MASKED2(Z2, Z5, Z8)

// CELL adds the products of the cell at a pointer to the pixels of which it is in
// the right, the middle and the left column; CELL2 leaves out the first of them and
// CELL1 the first two.
#define CELL1(at, left) \
	VMOVUPS     (at), Y15; \
	VFMADD231PS Y15, left, Y14

#define CELL2(at, middle, left) \
	VMOVUPS     (at), Y15; \
	VFMADD231PS Y15, middle, Y13; \
	VFMADD231PS Y15, left, Y14

#define CELL(at, right, middle, left) \
	VMOVUPS     (at), Y15; \
	VFMADD231PS Y15, right, Y12; \
	VFMADD231PS Y15, middle, Y13; \
	VFMADD231PS Y15, left, Y14

#define MASKEDCELL1(at, left) \
	VMOVUPS.Z   (at), K1, Z15; \
	VFMADD231PS Z15, left, Z14

#define MASKEDCELL2(at, middle, left) \
	VMOVUPS.Z   (at), K1, Z15; \
	VFMADD231PS Z15, middle, Z13; \
	VFMADD231PS Z15, left, Z14

#define MASKEDCELL(at, right, middle, left) \
	VMOVUPS.Z   (at), K1, Z15; \
	VFMADD231PS Z15, right, Z12; \
	VFMADD231PS Z15, middle, Z13; \
	VFMADD231PS Z15, left, Z14

// COLUMN adds the products of one column and moves on to the next; SECOND and
// FIRST do with CELL2 and CELL1.
#define FIRST \
	CELL1(R8, Y0); \
	CELL1(R9, Y3); \
	CELL1(R10, Y6); \
	POINTERS(ADDQ, R11)

#define SECOND \
	CELL2(R8, Y1, Y0); \
	CELL2(R9, Y4, Y3); \
	CELL2(R10, Y7, Y6); \
	POINTERS(ADDQ, R11)

#define COLUMN \
	CELL(R8, Y2, Y1, Y0); \
	CELL(R9, Y5, Y4, Y3); \
	CELL(R10, Y8, Y7, Y6); \
	POINTERS(ADDQ, R11)

#define FIRST512 \
	MASKEDCELL1(R8, Z0); \
	MASKEDCELL1(R9, Z3); \
	MASKEDCELL1(R10, Z6); \
	POINTERS(ADDQ, R11)

#define SECOND512 \
	MASKEDCELL2(R8, Z1, Z0); \
	MASKEDCELL2(R9, Z4, Z3); \
	MASKEDCELL2(R10, Z7, Z6); \
	POINTERS(ADDQ, R11)

#define COLUMN512 \
	MASKEDCELL(R8, Z2, Z1, Z0); \
	MASKEDCELL(R9, Z5, Z4, Z3); \
	MASKEDCELL(R10, Z8, Z7, Z6); \
	POINTERS(ADDQ, R11)

// TURN makes the pixels' sums those of the next column.
#define TURN(bias, sum, next, after) \
	VMOVAPS next, sum; \
	VMOVAPS after, next; \
	VMOVAPS bias, after

// STORE clamps and stores a pixel.
#define STORE \
	VMAXPS  Y12, Y10, Y12; \
	VMINPS  Y12, Y11, Y12; \
	VMOVUPS Y12, (DI); \
	ADDQ    R11, DI

#define STORE512 \
	VMAXPS  Z12, Z10, Z12; \
	VMINPS  Z12, Z11, Z12; \
	VMOVUPS Z12, K1, (DI); \
	ADDQ    R11, DI

// ROW does a row's pixels for a group of channels: one by one, atLeft and atRight
// the ones at the borders, or, where the
// pixels follow each other without a step between them, column by column.
#define ROW(bias, sum, following, after, atLeft, atRight, all, store, first, second, column) \
	MOVQ dst_base+0(FP), DI; \
	MOVQ top_base+24(FP), R8; \
	MOVQ middle_base+48(FP), R9; \
	MOVQ bottom_base+72(FP), R10; \
	ADDQ R13, DI; \
	POINTERS(ADDQ, R13); \
	CMPQ R12, R11; \
	JEQ  slide; \
	CMPQ left+160(FP), $0; \
	JEQ  inside; \
	VMOVAPS bias, sum; \
	atLeft; \
	POINTERS(SUBQ, R11); \
	store; \
	POINTERS(ADDQ, R12); \
inside: \
	MOVQ pixels+168(FP), CX; \
	TESTQ CX, CX; \
	JEQ  last; \
pixel: \
	VMOVAPS bias, sum; \
	all; \
	store; \
	POINTERS(ADDQ, R12); \
	DECQ CX; \
	JNE  pixel; \
last: \
	CMPQ right+176(FP), $0; \
	JEQ  next; \
	VMOVAPS bias, sum; \
	atRight; \
	store; \
	JMP  next; \
slide: \
	VMOVAPS bias, following; \
	VMOVAPS bias, after; \
	CMPQ left+160(FP), $0; \
	JNE  fromSecond; \
	first; \
	TURN(bias, sum, following, after); \
fromSecond: \
	second; \
	TURN(bias, sum, following, after); \
	MOVQ left+160(FP), CX; \
	ADDQ pixels+168(FP), CX; \
	JEQ  slid; \
columns: \
	column; \
	store; \
	TURN(bias, sum, following, after); \
	DECQ CX; \
	JNE  columns; \
slid: \
	CMPQ right+176(FP), $0; \
	JEQ  next; \
	store

// func Depthwise3(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, low, high float32)
//
// Eight channels at a time, of which all pixels follow each other. Needs AVX2 and FMA.
//
//	Y0-Y8 weights   Y9 bias   Y10 low   Y11 high   Y12 sums   Y13, Y14 and of the next pixels   Y15 element
//	DI dst   R8, R9, R10 the rows under the pixel   R11, R12 from one pixel to the next, of dst and of the rows
//	R13 bytes of the channels done   R14 w   R15 bias   AX the row's width so far   CX pixels left   DX channels left
TEXT ·Depthwise3(SB), NOSPLIT, $0-192
	MOVQ channels+144(FP), DX
	MOVQ step+152(FP), R12
	MOVQ w_base+96(FP), R14
	MOVQ bias_base+120(FP), R15
	LEAQ (DX*4), R11
	SHLQ $2, R12
	XORQ R13, R13
	VBROADCASTSS low+184(FP), Y10
	VBROADCASTSS high+188(FP), Y11

group:
	VMOVUPS (R14), Y0
	VMOVUPS 32(R14), Y1
	VMOVUPS 64(R14), Y2
	VMOVUPS 96(R14), Y3
	VMOVUPS 128(R14), Y4
	VMOVUPS 160(R14), Y5
	VMOVUPS 192(R14), Y6
	VMOVUPS 224(R14), Y7
	VMOVUPS 256(R14), Y8
	VMOVUPS (R15), Y9
	ROW(Y9, Y12, Y13, Y14, RIGHT, LEFT, ALL, STORE, FIRST, SECOND, COLUMN)

next:
	ADDQ $288, R14
	ADDQ $32, R15
	ADDQ $32, R13
	SUBQ $8, DX
	JGT  group
	VZEROUPPER
	RET

// func Depthwise3On512(dst, top, middle, bottom, w, bias []float32, channels, step, left, pixels, right int, low, high float32)
//
// Sixteen channels at a time and perhaps some more, of which all pixels follow each other. Needs AVX-512F.
//
//	Z0-Z8 weights   Z9 bias   Z10 low   Z11 high   Z12 sums   Z13, Z14 and of the next pixels   Z15 element
//	DI dst   R8, R9, R10 the rows under the pixel   R11, R12 from one pixel to the next, of dst and of the rows
//	R13 bytes of the channels done   R14 w   R15 bias   AX the row's width so far   CX pixels left   DX channels left
TEXT ·Depthwise3On512(SB), NOSPLIT, $0-192
	MOVQ channels+144(FP), DX
	MOVQ step+152(FP), R12
	MOVQ w_base+96(FP), R14
	MOVQ bias_base+120(FP), R15
	LEAQ (DX*4), R11
	SHLQ $2, R12
	XORQ R13, R13
	VBROADCASTSS low+184(FP), Z10
	VBROADCASTSS high+188(FP), Z11
	MOVL $0xffff, BX
	KMOVW BX, K1

group:
	MASK512(BX)

whole:
	WEIGHTS512
	ROW(Z9, Z12, Z13, Z14, RIGHT512, LEFT512, ALL512, STORE512, FIRST512, SECOND512, COLUMN512)

next:
	NEXT512
	VZEROUPPER
	RET
