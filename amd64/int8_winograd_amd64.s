#include "textflag.h"
#include "int8_requantize256_amd64.h"

// INPUT multiplies X0-X5 by the transposed B of F(4,3).
//
//	t0 = 4*(d0-d2) + (d4-d2)
//	t1, t2 = (d4-4*d2) ± (d3-4*d1)
//	t3, t4 = (d4-d2) ± 2*(d3-d1)
//	t5 = (d5-d3) - 4*(d3-d1)
#define INPUT \
	VPSUBW X2, X4, X6; \
	VPSUBW X1, X3, X7; \
	VPSUBW X2, X0, X0; \
	VPSUBW X3, X5, X5; \
	VPSLLW $2, X0, X0; \
	VPSLLW $2, X1, X1; \
	VPSLLW $2, X2, X2; \
	VPADDW X7, X7, X7; \
	VPADDW X6, X0, X0; \
	VPSUBW X1, X3, X3; \
	VPSUBW X2, X4, X4; \
	VPSUBW X7, X5, X5; \
	VPSUBW X7, X5, X5; \
	VPADDW X3, X4, X1; \
	VPSUBW X3, X4, X2; \
	VPADDW X7, X6, X3; \
	VPSUBW X7, X6, X4

// SIX does something with X0-X5 and as many places from AX on, one step apart, of
// which three and five are known.
#define SIX(do, step, three, five) \
	do(X0, (AX)); \
	do(X1, (AX)(step*1)); \
	do(X2, (AX)(step*2)); \
	do(X3, (AX)(three*1)); \
	do(X4, (AX)(step*4)); \
	do(X5, (AX)(five*1))

#define WIDEN(x, at) VPMOVSXBW at, x
#define LOAD(x, at) VMOVDQU at, x
#define STORE(x, at) VMOVDQU x, at

// ROW transforms row i of the patch, LINE column j of what came of that.
#define ROW \
	MOVQ SI, AX; \
	SIX(WIDEN, R9, R10, R11); \
	INPUT; \
	MOVQ DX, AX; \
	SIX(STORE, R12, R13, BX); \
	ADDQ R8, SI; \
	LEAQ (DX)(R13*2), DX

#define LINE \
	SIX(LOAD, R14, R15, CX); \
	INPUT; \
	SIX(STORE, R14, R15, CX); \
	ADDQ R12, AX

// func Int8WinogradInput(dst []int16, position int, src []int8, rowStride, pixelStride, groups int)
//
// Needs AVX2.
//
//	X0-X5 a row or column   X6, X7 differences   DI dst of the group   SI src of the group, then its row
//	AX pixel or position   DX row of dst   R8 rowStride   R9, R10, R11 1, 3, 5 pixels
//	R12, R13, BX 1, 3, 5 positions   R14, R15, CX 1, 3, 5 rows of positions
TEXT ·Int8WinogradInput(SB), NOSPLIT, $0-80
	MOVQ dst_base+0(FP), DI
	MOVQ position+24(FP), R12
	MOVQ src_base+32(FP), SI
	MOVQ rowStride+56(FP), R8
	MOVQ pixelStride+64(FP), R9
	LEAQ (R9)(R9*2), R10
	LEAQ (R9)(R9*4), R11
	SHLQ $1, R12
	LEAQ (R12)(R12*2), R13
	LEAQ (R12)(R12*4), BX
	LEAQ (R13*2), R14
	LEAQ (R14)(R14*2), R15
	LEAQ (R14)(R14*4), CX

group:
	MOVQ SI, src_base+32(FP)
	MOVQ DI, DX
	ROW
	ROW
	ROW
	ROW
	ROW
	ROW
	MOVQ DI, AX
	LINE
	LINE
	LINE
	LINE
	LINE
	LINE
	MOVQ src_base+32(FP), SI
	ADDQ $8, SI
	ADDQ $128, DI
	DECQ groups+72(FP)
	JNE  group
	VZEROUPPER
	RET

// TILE adds the products of two channels of tile t to its sums.
#define TILE(at, x, c) \
	VPBROADCASTD at(SI), x; \
	VPMADDWD     Y12, x, x; \
	VPADDD       x, c, c

// CHANNELS adds those of channels 2*k and 2*k+1 of a group.
#define CHANNELS(k) \
	VMOVDQU (32*k)(DX), Y12; \
	TILE(4*k, Y13, Y0); \
	TILE(4*k+16, Y14, Y1); \
	TILE(4*k+32, Y15, Y2); \
	TILE(4*k+48, Y13, Y3); \
	TILE(4*k+64, Y14, Y4); \
	TILE(4*k+80, Y15, Y5); \
	TILE(4*k+96, Y13, Y6); \
	TILE(4*k+112, Y14, Y7)

// func Int8WinogradMultiply(dst []int32, a []int16, position int, b []int16, depth int)
//
// Needs AVX2.
//
//	Y0-Y7 sums, tile by tile   Y12 weights   Y13-Y15 elements and their products
//	DI dst   R8 a of the position   R9 position   SI a of the group   DX b   CX channels left   R10 positions left
TEXT ·Int8WinogradMultiply(SB), NOSPLIT, $0-88
	MOVQ dst_base+0(FP), DI
	MOVQ a_base+24(FP), R8
	MOVQ position+48(FP), R9
	MOVQ b_base+56(FP), DX
	MOVQ $36, R10
	SHLQ $1, R9

position:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	MOVQ  R8, SI
	MOVQ  depth+80(FP), CX

group:
	CHANNELS(0)
	CHANNELS(1)
	CHANNELS(2)
	CHANNELS(3)
	ADDQ    $128, SI
	ADDQ    $128, DX
	SUBQ    $8, CX
	JNE     group
	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VMOVDQU Y2, 64(DI)
	VMOVDQU Y3, 96(DI)
	VMOVDQU Y4, 128(DI)
	VMOVDQU Y5, 160(DI)
	VMOVDQU Y6, 192(DI)
	VMOVDQU Y7, 224(DI)
	ADDQ    $256, DI
	ADDQ    R9, R8
	DECQ    R10
	JNE     position
	VZEROUPPER
	RET

DATA int8Ninth<>+0(SB)/4, $954437177
GLOBL int8Ninth<>(SB), RODATA|NOPTR, $4

// OUTPUT multiplies Y0-Y5 by the transposed A of F(4,3) into Y0-Y3.
//
//	y0 = m0 + (m1+m2) + (m3+m4)
//	y1 = (m1-m2) + 2*(m3-m4)
//	y2 = (m1+m2) + 4*(m3+m4)
//	y3 = (m1-m2) + 8*(m3-m4) + 2*m5
#define OUTPUT \
	VPADDD Y2, Y1, Y6; \
	VPSUBD Y2, Y1, Y7; \
	VPADDD Y4, Y3, Y8; \
	VPSUBD Y4, Y3, Y9; \
	VPADDD Y9, Y9, Y9; \
	VPADDD Y5, Y5, Y5; \
	VPADDD Y6, Y0, Y0; \
	VPADDD Y9, Y7, Y1; \
	VPSLLD $2, Y9, Y9; \
	VPADDD Y5, Y7, Y3; \
	VPADDD Y8, Y0, Y0; \
	VPSLLD $2, Y8, Y8; \
	VPADDD Y9, Y3, Y3; \
	VPADDD Y8, Y6, Y2

// PRODUCTS transforms column j of the products; its row i waits at 192*i+32*j.
#define PRODUCTS(j) \
	VMOVDQU (256*j)(SI), Y0; \
	VMOVDQU (1536+256*j)(SI), Y1; \
	VMOVDQU (3072+256*j)(SI), Y2; \
	VMOVDQU (4608+256*j)(SI), Y3; \
	VMOVDQU (6144+256*j)(SI), Y4; \
	VMOVDQU (7680+256*j)(SI), Y5; \
	OUTPUT; \
	VMOVDQU Y0, t-768+(32*j)(SP); \
	VMOVDQU Y1, t-768+(192+32*j)(SP); \
	VMOVDQU Y2, t-768+(384+32*j)(SP); \
	VMOVDQU Y3, t-768+(576+32*j)(SP)

// ALL transforms all columns.
#define ALL \
	PRODUCTS(0); \
	PRODUCTS(1); \
	PRODUCTS(2); \
	PRODUCTS(3); \
	PRODUCTS(4); \
	PRODUCTS(5)

// RESULTS transforms row i and divides it by 9, by Y11.
#define RESULTS(i) \
	VMOVDQU t-768+(192*(i))(SP), Y0; \
	VMOVDQU t-768+(192*(i)+32)(SP), Y1; \
	VMOVDQU t-768+(192*(i)+64)(SP), Y2; \
	VMOVDQU t-768+(192*(i)+96)(SP), Y3; \
	VMOVDQU t-768+(192*(i)+128)(SP), Y4; \
	VMOVDQU t-768+(192*(i)+160)(SP), Y5; \
	OUTPUT; \
	VPMULLD Y11, Y0, Y0; \
	VPMULLD Y11, Y1, Y1; \
	VPMULLD Y11, Y2, Y2; \
	VPMULLD Y11, Y3, Y3

// MAXIMA makes those of two by two of rows i and i+1.
#define MAXIMA(i, left, right) \
	RESULTS(i); \
	VPMAXSD Y0, Y1, left; \
	VPMAXSD Y2, Y3, right; \
	RESULTS(i+1); \
	VPMAXSD Y0, left, left; \
	VPMAXSD Y2, right, right; \
	VPMAXSD Y1, left, left; \
	VPMAXSD Y3, right, right

// SUM makes twice a sum of its 64-fold and requantizes it.
#define SUM(y) \
	VPADDD (R12), y, y; \
	VPSRAD $5, y, y; \
	REQUANTIZE(y, 0)

#define FOUR(a, b, c, d) \
	SUM(a); \
	SUM(b); \
	SUM(c); \
	SUM(d); \
	PACK(a, b, c, d)

// PIXELS makes and stores row i.
#define PIXELS(i) \
	RESULTS(i); \
	FOUR(Y0, Y1, Y2, Y3); \
	VMOVQ   X12, (AX); \
	VMOVHPS X12, (AX)(R9*1); \
	VMOVQ   X13, (AX)(R9*2); \
	VMOVHPS X13, (AX)(R10*1); \
	ADDQ    R8, AX

#define ARGUMENTS \
	MOVQ         dst_base+0(FP), DI; \
	MOVQ         rowStride+24(FP), R8; \
	MOVQ         pixelStride+32(FP), R9; \
	MOVQ         src_base+40(FP), SI; \
	MOVQ         scales_base+64(FP), R12; \
	MOVQ         tiles+88(FP), CX; \
	VPBROADCASTD int8Ninth<>(SB), Y11

// func Int8WinogradOutput(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int)
//
// Needs AVX2.
//
//	Y0-Y3 pixels   Y4-Y10, Y12-Y15 temporary   Y11 the inverse of 9   DI dst   AX its row   R8 rowStride
//	R9, R10 1, 3 pixels   SI src   R12 scales   CX tiles left
TEXT ·Int8WinogradOutput(SB), 0, $768-96
	ARGUMENTS
	LEAQ (R9)(R9*2), R10

tile:
	ALL
	MOVQ DI, AX
	PIXELS(0)
	PIXELS(1)
	PIXELS(2)
	PIXELS(3)
	ADDQ $32, SI
	LEAQ (DI)(R9*4), DI
	DECQ CX
	JNE  tile
	VZEROUPPER
	RET

// func Int8WinogradPool(dst []int8, rowStride, pixelStride int, src, scales []int32, tiles int)
//
// Needs AVX2. Registers are those of Int8WinogradOutput.
TEXT ·Int8WinogradPool(SB), 0, $768-96
	ARGUMENTS

tile:
	ALL
	MAXIMA(0, Y10, Y14)
	MAXIMA(2, Y12, Y15)
	VMOVDQA Y12, Y0
	VMOVDQA Y14, Y1
	VMOVDQA Y15, Y2
	FOUR(Y10, Y1, Y0, Y2)
	LEAQ    (DI)(R8*1), AX
	VMOVQ   X12, (DI)
	VMOVHPS X12, (DI)(R9*1)
	VMOVQ   X13, (AX)
	VMOVHPS X13, (AX)(R9*1)
	ADDQ    $32, SI
	LEAQ    (DI)(R9*2), DI
	DECQ    CX
	JNE  tile
	VZEROUPPER
	RET
