#include "textflag.h"

// LOADROW loads one row of sums and moves on to the next.
#define LOADROW(c0, c1) \
	VMOVUPS (AX), c0; \
	VMOVUPS 32(AX), c1; \
	ADDQ    R12, AX

// STOREROW stores one row of sums and moves on to the next.
#define STOREROW(c0, c1) \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 32(R15); \
	ADDQ    R13, R15

#define ROW(at, c0, c1) \
	VPBROADCASTD (at)(SI), Y14; \
	VPMADDWD     Y12, Y14, Y15; \
	VPADDD       Y15, c0, c0; \
	VPMADDWD     Y13, Y14, Y14; \
	VPADDD       Y14, c1, c1

// STEP adds the products of element k of a group.
#define STEP(k) \
	VMOVUPS (64*k)(DX), Y12; \
	VMOVUPS (64*k+32)(DX), Y13; \
	ROW(4*k, Y0, Y1); \
	ROW(4*k+32, Y2, Y3); \
	ROW(4*k+64, Y4, Y5); \
	ROW(4*k+96, Y6, Y7); \
	ROW(4*k+128, Y8, Y9); \
	ROW(4*k+160, Y10, Y11)

// func Int8Multiply(dst []int32, stride int, a, b []int16, depth, tiles, panels int, start []int32, startStride int)
//
// Needs AVX2.
//
//	Y0-Y11 sums, row by row   Y12, Y13 a row of b   Y14, Y15 elements of a and products
//	DI dst of the panel   R13 stride   SI a   BX b of the panel   DX its row   R8 depth
//	R9 tiles left   R10 panels left   R11 start of the panel or nil   R12 startStride
//	R14 start of the tile   R15 dst of the row   CX depth left
TEXT ·Int8Multiply(SB), NOSPLIT, $0-136
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

// LOADPAIR loads a row of sums of two panels, LOADONE of one, and both move on to
// the next row.
#define LOADPAIR(c0, c1) \
	VMOVUPS (R14), c0; \
	VMOVUPS 64(R14), c1; \
	ADDQ    R12, R14

#define LOADONE(c) \
	VMOVUPS (R14), c; \
	ADDQ    R12, R14

// STOREPAIR and STOREONE store a row of sums and move on to the next.
#define STOREPAIR(c0, c1) \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 64(R15); \
	ADDQ    R13, R15

#define STOREONE(c) \
	VMOVUPS c, (R15); \
	ADDQ    R13, R15

// PAIR adds the products of one element of a with a row of two panels of b, ONE
// of one panel.
#define PAIR(at, x, c0, c1) \
	VPBROADCASTD at, x; \
	VPDPBUSD  Z28, x, c0; \
	VPDPBUSD  Z29, x, c1

#define ONE(at, x, c) \
	VPBROADCASTD at, x; \
	VPDPBUSD  Z28, x, c

// STEPrXc adds the products of element k of a group of eight for r rows and c columns.
#define STEP14X32(k) \
	PREFETCHT0 (64*k)(DX)(R8*2); \
	PREFETCHT0 (64*k)(DX)(R10*1); \
	VMOVUPS (64*k)(DX), Z28; \
	VMOVUPS (64*k)(DX)(R8*1), Z29; \
	PAIR((4*k)(SI), Z30, Z0, Z1); \
	PAIR((4*k+32)(SI), Z31, Z2, Z3); \
	PAIR((4*k+64)(SI), Z30, Z4, Z5); \
	PAIR((4*k+96)(SI), Z31, Z6, Z7); \
	PAIR((4*k+128)(SI), Z30, Z8, Z9); \
	PAIR((4*k+160)(SI), Z31, Z10, Z11); \
	PAIR((4*k+192)(SI), Z30, Z12, Z13); \
	PAIR((4*k)(SI)(AX*1), Z30, Z14, Z15); \
	PAIR((4*k+32)(SI)(AX*1), Z31, Z16, Z17); \
	PAIR((4*k+64)(SI)(AX*1), Z30, Z18, Z19); \
	PAIR((4*k+96)(SI)(AX*1), Z31, Z20, Z21); \
	PAIR((4*k+128)(SI)(AX*1), Z30, Z22, Z23); \
	PAIR((4*k+160)(SI)(AX*1), Z31, Z24, Z25); \
	PAIR((4*k+192)(SI)(AX*1), Z30, Z26, Z27)

#define STEP7X32(k) \
	VMOVUPS (64*k)(DX), Z28; \
	VMOVUPS (64*k)(DX)(R8*1), Z29; \
	PAIR((4*k)(SI), Z30, Z0, Z1); \
	PAIR((4*k+32)(SI), Z31, Z2, Z3); \
	PAIR((4*k+64)(SI), Z30, Z4, Z5); \
	PAIR((4*k+96)(SI), Z31, Z6, Z7); \
	PAIR((4*k+128)(SI), Z30, Z8, Z9); \
	PAIR((4*k+160)(SI), Z31, Z10, Z11); \
	PAIR((4*k+192)(SI), Z30, Z12, Z13)

#define STEP14X16(k) \
	VMOVUPS (64*k)(DX), Z28; \
	ONE((4*k)(SI), Z30, Z0); \
	ONE((4*k+32)(SI), Z31, Z1); \
	ONE((4*k+64)(SI), Z30, Z2); \
	ONE((4*k+96)(SI), Z31, Z3); \
	ONE((4*k+128)(SI), Z30, Z4); \
	ONE((4*k+160)(SI), Z31, Z5); \
	ONE((4*k+192)(SI), Z30, Z6); \
	ONE((4*k)(SI)(AX*1), Z30, Z7); \
	ONE((4*k+32)(SI)(AX*1), Z31, Z8); \
	ONE((4*k+64)(SI)(AX*1), Z30, Z9); \
	ONE((4*k+96)(SI)(AX*1), Z31, Z10); \
	ONE((4*k+128)(SI)(AX*1), Z30, Z11); \
	ONE((4*k+160)(SI)(AX*1), Z31, Z12); \
	ONE((4*k+192)(SI)(AX*1), Z30, Z13)

#define STEP7X16(k) \
	VMOVUPS (64*k)(DX), Z28; \
	ONE((4*k)(SI), Z30, Z0); \
	ONE((4*k+32)(SI), Z31, Z1); \
	ONE((4*k+64)(SI), Z30, Z2); \
	ONE((4*k+96)(SI), Z31, Z3); \
	ONE((4*k+128)(SI), Z30, Z4); \
	ONE((4*k+160)(SI), Z31, Z5); \
	ONE((4*k+192)(SI), Z30, Z6)

// GROUPS walks through the depth, group by group.
#define GROUPS(step, loop) \
	MOVQ BX, DX; \
	MOVQ depth+80(FP), CX; \
loop: \
	step(0); \
	step(1); \
	step(2); \
	step(3); \
	step(4); \
	step(5); \
	step(6); \
	step(7); \
	ADDQ $224, SI; \
	ADDQ $512, DX; \
	SUBQ $8, CX; \
	JNE  loop

#define ZERO7(a, b, c, d, e, f, g) \
	VPXORD a, a, a; \
	VPXORD b, b, b; \
	VPXORD c, c, c; \
	VPXORD d, d, d; \
	VPXORD e, e, e; \
	VPXORD f, f, f; \
	VPXORD g, g, g

// func Int8MultiplyDot(dst []int32, stride int, a []uint8, b []int8, depth, tiles, panels int, start []int32, startStride int)
//
// Two tiles of rows and two panels at a time and, where one is left, one. Needs
// AVX512_VNNI.
//
//	Z0-Z27 sums, row by row   Z28, Z29 a row of b   Z30, Z31 elements of a
//	DI dst of the panels   R13 stride   SI a   AX from one tile of a to the next
//	BX b of the panels   DX its row   R8 from one panel of b to the next
//	R10 three times that   R9 tiles left   R11 start of the panels or nil   R12 startStride
//	R14 start of the row   R15 dst of the row   CX depth left
TEXT ·Int8MultiplyDot(SB), NOSPLIT, $0-136
	MOVQ  dst_base+0(FP), DI
	MOVQ  stride+24(FP), R13
	MOVQ  b_base+56(FP), BX
	MOVQ  depth+80(FP), R8
	MOVQ  start_base+104(FP), R11
	MOVQ  startStride+128(FP), R12
	IMUL3Q $28, R8, AX
	SHLQ  $6, R8
	SHLQ  $2, R13
	SHLQ  $2, R12
	LEAQ  (R8)(R8*2), R10
	SUBQ  $2, panels+96(FP)
	JLT   one

pair:
	MOVQ a_base+32(FP), SI
	MOVQ tiles+88(FP), R9
	MOVQ DI, R15
	MOVQ R11, R14
	SUBQ $2, R9
	JLT  pairSingle

pairDouble:
	TESTQ R11, R11
	JEQ   pairDoubleZero
	LOADPAIR(Z0, Z1)
	LOADPAIR(Z2, Z3)
	LOADPAIR(Z4, Z5)
	LOADPAIR(Z6, Z7)
	LOADPAIR(Z8, Z9)
	LOADPAIR(Z10, Z11)
	LOADPAIR(Z12, Z13)
	LOADPAIR(Z14, Z15)
	LOADPAIR(Z16, Z17)
	LOADPAIR(Z18, Z19)
	LOADPAIR(Z20, Z21)
	LOADPAIR(Z22, Z23)
	LOADPAIR(Z24, Z25)
	LOADPAIR(Z26, Z27)
	JMP   pairDoubleBegin

pairDoubleZero:
	ZERO7(Z0, Z1, Z2, Z3, Z4, Z5, Z6)
	ZERO7(Z7, Z8, Z9, Z10, Z11, Z12, Z13)
	ZERO7(Z14, Z15, Z16, Z17, Z18, Z19, Z20)
	ZERO7(Z21, Z22, Z23, Z24, Z25, Z26, Z27)

pairDoubleBegin:
	GROUPS(STEP14X32, pairDoubleGroup)
	STOREPAIR(Z0, Z1)
	STOREPAIR(Z2, Z3)
	STOREPAIR(Z4, Z5)
	STOREPAIR(Z6, Z7)
	STOREPAIR(Z8, Z9)
	STOREPAIR(Z10, Z11)
	STOREPAIR(Z12, Z13)
	STOREPAIR(Z14, Z15)
	STOREPAIR(Z16, Z17)
	STOREPAIR(Z18, Z19)
	STOREPAIR(Z20, Z21)
	STOREPAIR(Z22, Z23)
	STOREPAIR(Z24, Z25)
	STOREPAIR(Z26, Z27)
	ADDQ AX, SI
	SUBQ $2, R9
	JGE  pairDouble

pairSingle:
	ADDQ $2, R9
	JEQ  pairNext

pairLast:
	TESTQ R11, R11
	JEQ   pairLastZero
	LOADPAIR(Z0, Z1)
	LOADPAIR(Z2, Z3)
	LOADPAIR(Z4, Z5)
	LOADPAIR(Z6, Z7)
	LOADPAIR(Z8, Z9)
	LOADPAIR(Z10, Z11)
	LOADPAIR(Z12, Z13)
	JMP   pairLastBegin

pairLastZero:
	ZERO7(Z0, Z1, Z2, Z3, Z4, Z5, Z6)
	ZERO7(Z7, Z8, Z9, Z10, Z11, Z12, Z13)

pairLastBegin:
	GROUPS(STEP7X32, pairLastGroup)
	STOREPAIR(Z0, Z1)
	STOREPAIR(Z2, Z3)
	STOREPAIR(Z4, Z5)
	STOREPAIR(Z6, Z7)
	STOREPAIR(Z8, Z9)
	STOREPAIR(Z10, Z11)
	STOREPAIR(Z12, Z13)

pairNext:
	LEAQ  (BX)(R8*2), BX
	ADDQ  $128, DI
	TESTQ R11, R11
	JEQ   pairEnd
	ADDQ  $128, R11

pairEnd:
	SUBQ $2, panels+96(FP)
	JGE  pair

one:
	ADDQ $2, panels+96(FP)
	JEQ  done

	MOVQ a_base+32(FP), SI
	MOVQ tiles+88(FP), R9
	MOVQ DI, R15
	MOVQ R11, R14
	SUBQ $2, R9
	JLT  oneSingle

oneDouble:
	TESTQ R11, R11
	JEQ   oneDoubleZero
	LOADONE(Z0)
	LOADONE(Z1)
	LOADONE(Z2)
	LOADONE(Z3)
	LOADONE(Z4)
	LOADONE(Z5)
	LOADONE(Z6)
	LOADONE(Z7)
	LOADONE(Z8)
	LOADONE(Z9)
	LOADONE(Z10)
	LOADONE(Z11)
	LOADONE(Z12)
	LOADONE(Z13)
	JMP   oneDoubleBegin

oneDoubleZero:
	ZERO7(Z0, Z1, Z2, Z3, Z4, Z5, Z6)
	ZERO7(Z7, Z8, Z9, Z10, Z11, Z12, Z13)

oneDoubleBegin:
	GROUPS(STEP14X16, oneDoubleGroup)
	STOREONE(Z0)
	STOREONE(Z1)
	STOREONE(Z2)
	STOREONE(Z3)
	STOREONE(Z4)
	STOREONE(Z5)
	STOREONE(Z6)
	STOREONE(Z7)
	STOREONE(Z8)
	STOREONE(Z9)
	STOREONE(Z10)
	STOREONE(Z11)
	STOREONE(Z12)
	STOREONE(Z13)
	ADDQ AX, SI
	SUBQ $2, R9
	JGE  oneDouble

oneSingle:
	ADDQ $2, R9
	JEQ  done

oneLast:
	TESTQ R11, R11
	JEQ   oneLastZero
	LOADONE(Z0)
	LOADONE(Z1)
	LOADONE(Z2)
	LOADONE(Z3)
	LOADONE(Z4)
	LOADONE(Z5)
	LOADONE(Z6)
	JMP   oneLastBegin

oneLastZero:
	ZERO7(Z0, Z1, Z2, Z3, Z4, Z5, Z6)

oneLastBegin:
	GROUPS(STEP7X16, oneLastGroup)
	STOREONE(Z0)
	STOREONE(Z1)
	STOREONE(Z2)
	STOREONE(Z3)
	STOREONE(Z4)
	STOREONE(Z5)
	STOREONE(Z6)

done:
	VZEROUPPER
	RET
