#include "textflag.h"

// LOADROW loads one row of sums and moves on to the next.
#define LOADROW(c0, c1) \
	VMOVUPS (AX), c0; \
	VMOVUPS 32(AX), c1; \
	ADDQ    R12, AX

// STOREROW clamps and stores one row of sums and moves on to the next.
#define STOREROW(c0, c1) \
	VMAXPS  c0, Y12, c0; \
	VMAXPS  c1, Y12, c1; \
	VMINPS  c0, Y13, c0; \
	VMINPS  c1, Y13, c1; \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 32(R15); \
	ADDQ    R13, R15

#define ROW(at, x, c0, c1) \
	VBROADCASTSS (at)(SI), x; \
	VFMADD231PS  Y12, x, c0; \
	VFMADD231PS  Y13, x, c1

// STEP adds the products of element k of a group.
#define STEP(k) \
	VMOVUPS (64*k)(DX), Y12; \
	VMOVUPS (64*k+32)(DX), Y13; \
	ROW(4*k, Y14, Y0, Y1); \
	ROW(4*k+32, Y15, Y2, Y3); \
	ROW(4*k+64, Y14, Y4, Y5); \
	ROW(4*k+96, Y15, Y6, Y7); \
	ROW(4*k+128, Y14, Y8, Y9); \
	ROW(4*k+160, Y15, Y10, Y11)

// func GEMM(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, low, high float32)
//
// Needs AVX2 and FMA.
//
//	Y0-Y11 sums, row by row   Y12, Y13 a row of b, then low and high   Y14, Y15 elements of a
//	DI dst of the panel   R13 stride   SI a   BX b of the panel   DX its row   R8 depth
//	R9 tiles left   R10 panels left   R11 start of the panel or nil   R12 startStride
//	R14 start of the tile   R15 dst of the row   CX depth left
TEXT ·GEMM(SB), NOSPLIT, $0-144
	MOVQ dst_base+0(FP), DI
	MOVQ stride+24(FP), R13
	MOVQ b_base+56(FP), BX
	MOVQ depth+80(FP), R8
	MOVQ panels+96(FP), R10
	MOVQ start_base+104(FP), R11
	MOVQ startStride+128(FP), R12
	SHLQ $2, R13
	SHLQ $2, R12

panel:
	MOVQ a_base+32(FP), SI
	MOVQ tiles+88(FP), R9
	MOVQ DI, R15
	MOVQ R11, R14

tile:
	TESTQ  R11, R11
	JEQ    zero
	MOVQ   R14, AX
	LOADROW(Y0, Y1)
	LOADROW(Y2, Y3)
	LOADROW(Y4, Y5)
	LOADROW(Y6, Y7)
	LOADROW(Y8, Y9)
	LOADROW(Y10, Y11)
	MOVQ   AX, R14
	JMP    begin

zero:
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	VXORPS Y10, Y10, Y10
	VXORPS Y11, Y11, Y11

begin:
	MOVQ BX, DX
	MOVQ R8, CX

group:
	STEP(0)
	STEP(1)
	STEP(2)
	STEP(3)
	STEP(4)
	STEP(5)
	STEP(6)
	STEP(7)
	ADDQ $192, SI
	ADDQ $512, DX
	SUBQ $8, CX
	JNE  group

	VBROADCASTSS low+136(FP), Y12
	VBROADCASTSS high+140(FP), Y13
	STOREROW(Y0, Y1)
	STOREROW(Y2, Y3)
	STOREROW(Y4, Y5)
	STOREROW(Y6, Y7)
	STOREROW(Y8, Y9)
	STOREROW(Y10, Y11)
	DECQ R9
	JNE  tile

	MOVQ  DX, BX
	ADDQ  $64, DI
	TESTQ R11, R11
	JEQ   next
	ADDQ  $64, R11

next:
	DECQ R10
	JNE  panel
	VZEROUPPER
	RET

#define LOADROW512(c0, c1) \
	VMOVUPS (AX), c0; \
	VMOVUPS 64(AX), c1; \
	ADDQ    R12, AX

#define STOREROW512(c0, c1) \
	VMAXPS  c0, Z24, c0; \
	VMAXPS  c1, Z24, c1; \
	VMINPS  c0, Z25, c0; \
	VMINPS  c1, Z25, c1; \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 64(R15); \
	ADDQ    R13, R15

#define ROW512(at, x, c0, c1) \
	VBROADCASTSS (at)(SI), x; \
	VFMADD231PS  Z24, x, c0; \
	VFMADD231PS  Z25, x, c1

#define STEP512(k) \
	VMOVUPS (128*k)(DX), Z24; \
	VMOVUPS (128*k+64)(DX), Z25; \
	ROW512(4*k, Z26, Z0, Z1); \
	ROW512(4*k+32, Z27, Z2, Z3); \
	ROW512(4*k+64, Z28, Z4, Z5); \
	ROW512(4*k+96, Z29, Z6, Z7); \
	ROW512(4*k+128, Z30, Z8, Z9); \
	ROW512(4*k+160, Z31, Z10, Z11); \
	ROW512(4*k+192, Z26, Z12, Z13); \
	ROW512(4*k+224, Z27, Z14, Z15); \
	ROW512(4*k+256, Z28, Z16, Z17); \
	ROW512(4*k+288, Z29, Z18, Z19); \
	ROW512(4*k+320, Z30, Z20, Z21); \
	ROW512(4*k+352, Z31, Z22, Z23)

#define ZERO512(a, b, c, d) \
	VPXORD a, a, a; \
	VPXORD b, b, b; \
	VPXORD c, c, c; \
	VPXORD d, d, d

// func GEMM512(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, low, high float32)
//
// Needs AVX-512F.
//
//	Z0-Z23 sums, row by row   Z24, Z25 a row of b, then low and high   Z26-Z31 elements of a
//	DI dst of the panel   R13 stride   SI a   BX b of the panel   DX its row   R8 depth
//	R9 tiles left   R10 panels left   R11 start of the panel or nil   R12 startStride
//	R14 start of the tile   R15 dst of the row   CX depth left
TEXT ·GEMM512(SB), NOSPLIT, $0-144
	MOVQ dst_base+0(FP), DI
	MOVQ stride+24(FP), R13
	MOVQ b_base+56(FP), BX
	MOVQ depth+80(FP), R8
	MOVQ panels+96(FP), R10
	MOVQ start_base+104(FP), R11
	MOVQ startStride+128(FP), R12
	SHLQ $2, R13
	SHLQ $2, R12

panel:
	MOVQ a_base+32(FP), SI
	MOVQ tiles+88(FP), R9
	MOVQ DI, R15
	MOVQ R11, R14

tile:
	TESTQ R11, R11
	JEQ   zero
	MOVQ  R14, AX
	LOADROW512(Z0, Z1)
	LOADROW512(Z2, Z3)
	LOADROW512(Z4, Z5)
	LOADROW512(Z6, Z7)
	LOADROW512(Z8, Z9)
	LOADROW512(Z10, Z11)
	LOADROW512(Z12, Z13)
	LOADROW512(Z14, Z15)
	LOADROW512(Z16, Z17)
	LOADROW512(Z18, Z19)
	LOADROW512(Z20, Z21)
	LOADROW512(Z22, Z23)
	MOVQ  AX, R14
	JMP   begin

zero:
	ZERO512(Z0, Z1, Z2, Z3)
	ZERO512(Z4, Z5, Z6, Z7)
	ZERO512(Z8, Z9, Z10, Z11)
	ZERO512(Z12, Z13, Z14, Z15)
	ZERO512(Z16, Z17, Z18, Z19)
	ZERO512(Z20, Z21, Z22, Z23)

begin:
	MOVQ BX, DX
	MOVQ R8, CX

group:
	STEP512(0)
	STEP512(1)
	STEP512(2)
	STEP512(3)
	STEP512(4)
	STEP512(5)
	STEP512(6)
	STEP512(7)
	ADDQ $384, SI
	ADDQ $1024, DX
	SUBQ $8, CX
	JNE  group

	VBROADCASTSS low+136(FP), Z24
	VBROADCASTSS high+140(FP), Z25
	STOREROW512(Z0, Z1)
	STOREROW512(Z2, Z3)
	STOREROW512(Z4, Z5)
	STOREROW512(Z6, Z7)
	STOREROW512(Z8, Z9)
	STOREROW512(Z10, Z11)
	STOREROW512(Z12, Z13)
	STOREROW512(Z14, Z15)
	STOREROW512(Z16, Z17)
	STOREROW512(Z18, Z19)
	STOREROW512(Z20, Z21)
	STOREROW512(Z22, Z23)
	DECQ R9
	JNE  tile

	MOVQ  DX, BX
	ADDQ  $128, DI
	TESTQ R11, R11
	JEQ   next
	ADDQ  $128, R11

next:
	DECQ R10
	JNE  panel
	VZEROUPPER
	RET

// func Pack(dst, src []float32, stride, depth, rows int)
//
//	DI dst   SI src   R8 stride   R9 depth left   R10 rows   AX row   CX rows left
TEXT ·Pack(SB), NOSPLIT, $0-72
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), SI
	MOVQ stride+48(FP), R8
	MOVQ depth+56(FP), R9
	MOVQ rows+64(FP), R10
	SHLQ $2, R8

group:
	MOVQ SI, AX
	MOVQ R10, CX

row:
	VMOVUPS (AX), Y0
	VMOVUPS Y0, (DI)
	ADDQ    R8, AX
	ADDQ    $32, DI
	DECQ    CX
	JNE     row
	ADDQ    $32, SI
	SUBQ    $8, R9
	JNE     group
	VZEROUPPER
	RET
