// The loops of matrix products, whatever they multiply. A file that includes this
// defines, besides, what is multiplied and how sums are stored:
//
//	ROW256(at, c0, c1)   adds an element of a at that distance from SI, times Y12 and Y13, to a row's sums
//	PAIR(at, x, c0, c1)  adds an element of a, times Z28 and Z29, to the sums of two panels
//	ONE(at, x, c)        adds an element of a, times Z28, to the sums of one
//	BOUNDS256, BOUNDS    prepare FINISH256(c) and FINISH(c), which end a vector of sums
//
// All products have the arguments
//
//	(dst []C, stride int, a []A, b []B, depth, tiles, panels int, start []C, startStride int, ...)
//
// of which C has four bytes.

// LOAD256 loads one row of sums and moves on to the next.
#define LOAD256(c0, c1) \
	VMOVUPS (AX), c0; \
	VMOVUPS 32(AX), c1; \
	ADDQ    R12, AX

#define ZERO256(c0, c1) \
	VXORPS c0, c0, c0; \
	VXORPS c1, c1, c1

// STORE256 ends and stores one row of sums and moves on to the next.
#define STORE256(c0, c1) \
	FINISH256(c0); \
	FINISH256(c1); \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 32(R15); \
	ADDQ    R13, R15

// ROWS256 does something with each row of sums.
#define ROWS256(do) \
	do(Y0, Y1); \
	do(Y2, Y3); \
	do(Y4, Y5); \
	do(Y6, Y7); \
	do(Y8, Y9); \
	do(Y10, Y11)

// STEP256 adds the products of element k of a group.
#define STEP256(k) \
	VMOVUPS (64*k)(DX), Y12; \
	VMOVUPS (64*k+32)(DX), Y13; \
	ROW256(4*k, Y14, Y0, Y1); \
	ROW256(4*k+32, Y15, Y2, Y3); \
	ROW256(4*k+64, Y14, Y4, Y5); \
	ROW256(4*k+96, Y15, Y6, Y7); \
	ROW256(4*k+128, Y14, Y8, Y9); \
	ROW256(4*k+160, Y15, Y10, Y11)

// EIGHT does the steps of a group.
#define EIGHT(step) \
	step(0); \
	step(1); \
	step(2); \
	step(3); \
	step(4); \
	step(5); \
	step(6); \
	step(7)

// PRODUCT256 multiplies tiles of six rows and panels of sixteen columns, from the
// registers
//
//	DI dst   R13 stride   BX b   R8 depth   R10 panels   R11 start or nil   R12 startStride
//
// with
//
//	Y0-Y11 sums, row by row   Y12, Y13 a row of b   Y14, Y15 temporary
//	SI a   DX row of b   R9 tiles left   R14 start of the tile   R15 dst of the row   CX depth left
#define PRODUCT256 \
	SHLQ $2, R13; \
	SHLQ $2, R12; \
panel: \
	MOVQ a_base+32(FP), SI; \
	MOVQ tiles+88(FP), R9; \
	MOVQ DI, R15; \
	MOVQ R11, R14; \
tile: \
	TESTQ R11, R11; \
	JEQ   zero; \
	MOVQ  R14, AX; \
	ROWS256(LOAD256); \
	MOVQ  AX, R14; \
	JMP   begin; \
zero: \
	ROWS256(ZERO256); \
begin: \
	MOVQ BX, DX; \
	MOVQ R8, CX; \
group: \
	EIGHT(STEP256); \
	ADDQ $192, SI; \
	ADDQ $512, DX; \
	SUBQ $8, CX; \
	JNE  group; \
	BOUNDS256; \
	ROWS256(STORE256); \
	DECQ R9; \
	JNE  tile; \
	MOVQ  DX, BX; \
	ADDQ  $64, DI; \
	TESTQ R11, R11; \
	JEQ   next; \
	ADDQ  $64, R11; \
next: \
	DECQ R10; \
	JNE  panel; \
	VZEROUPPER; \
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

#define ZEROPAIR(c0, c1) \
	VPXORD c0, c0, c0; \
	VPXORD c1, c1, c1

#define ZEROONE(c) VPXORD c, c, c

// STOREPAIR and STOREONE end and store a row of sums and move on to the next.
#define STOREPAIR(c0, c1) \
	FINISH(c0); \
	FINISH(c1); \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 64(R15); \
	ADDQ    R13, R15

#define STOREONE(c) \
	FINISH(c); \
	VMOVUPS c, (R15); \
	ADDQ    R13, R15

// PAIRS7 and PAIRS14 do something with each row of sums of two panels, ONES7 and
// ONES14 of one.
#define PAIRS7(do) \
	do(Z0, Z1); \
	do(Z2, Z3); \
	do(Z4, Z5); \
	do(Z6, Z7); \
	do(Z8, Z9); \
	do(Z10, Z11); \
	do(Z12, Z13)

#define PAIRS14(do) \
	PAIRS7(do); \
	do(Z14, Z15); \
	do(Z16, Z17); \
	do(Z18, Z19); \
	do(Z20, Z21); \
	do(Z22, Z23); \
	do(Z24, Z25); \
	do(Z26, Z27)

#define ONES7(do) \
	do(Z0); \
	do(Z1); \
	do(Z2); \
	do(Z3); \
	do(Z4); \
	do(Z5); \
	do(Z6)

#define ONES14(do) \
	ONES7(do); \
	do(Z7); \
	do(Z8); \
	do(Z9); \
	do(Z10); \
	do(Z11); \
	do(Z12); \
	do(Z13)

// STEPrXc adds the products of element k of a group for r rows and c columns.
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

#define STEP14X32(k) \
	PREFETCHT1 (64*k)(DX)(R8*2); \
	PREFETCHT1 (64*k)(DX)(R10*1); \
	STEP7X32(k); \
	PAIR((4*k)(SI)(AX*1), Z30, Z14, Z15); \
	PAIR((4*k+32)(SI)(AX*1), Z31, Z16, Z17); \
	PAIR((4*k+64)(SI)(AX*1), Z30, Z18, Z19); \
	PAIR((4*k+96)(SI)(AX*1), Z31, Z20, Z21); \
	PAIR((4*k+128)(SI)(AX*1), Z30, Z22, Z23); \
	PAIR((4*k+160)(SI)(AX*1), Z31, Z24, Z25); \
	PAIR((4*k+192)(SI)(AX*1), Z30, Z26, Z27)

#define STEP7X16(k) \
	VMOVUPS (64*k)(DX), Z28; \
	ONE((4*k)(SI), Z30, Z0); \
	ONE((4*k+32)(SI), Z31, Z1); \
	ONE((4*k+64)(SI), Z30, Z2); \
	ONE((4*k+96)(SI), Z31, Z3); \
	ONE((4*k+128)(SI), Z30, Z4); \
	ONE((4*k+160)(SI), Z31, Z5); \
	ONE((4*k+192)(SI), Z30, Z6)

#define STEP14X16(k) \
	STEP7X16(k); \
	ONE((4*k)(SI)(AX*1), Z30, Z7); \
	ONE((4*k+32)(SI)(AX*1), Z31, Z8); \
	ONE((4*k+64)(SI)(AX*1), Z30, Z9); \
	ONE((4*k+96)(SI)(AX*1), Z31, Z10); \
	ONE((4*k+128)(SI)(AX*1), Z30, Z11); \
	ONE((4*k+160)(SI)(AX*1), Z31, Z12); \
	ONE((4*k+192)(SI)(AX*1), Z30, Z13)

// TILES does rows of sums: those that each names, loaded or zero, through the
// depth group by group, and stored.
#define TILES(each, load, clear, step, store, zero, begin, group) \
	TESTQ R11, R11; \
	JEQ   zero; \
	each(load); \
	JMP   begin; \
zero: \
	each(clear); \
begin: \
	MOVQ BX, DX; \
	MOVQ depth+80(FP), CX; \
group: \
	EIGHT(step); \
	ADDQ $224, SI; \
	ADDQ $512, DX; \
	SUBQ $8, CX; \
	JNE  group; \
	BOUNDS; \
	each(store)

// COLUMNS does all rows of one panel or two: fourteen at a time and perhaps seven
// more.
#define COLUMNS(each14, each7, load, clear, step14, step7, store, double, zero14, begin14, group14, single, zero7, begin7, group7, end) \
	MOVQ a_base+32(FP), SI; \
	MOVQ tiles+88(FP), R9; \
	MOVQ DI, R15; \
	MOVQ R11, R14; \
	SUBQ $2, R9; \
	JLT  single; \
double: \
	TILES(each14, load, clear, step14, store, zero14, begin14, group14); \
	ADDQ AX, SI; \
	SUBQ $2, R9; \
	JGE  double; \
single: \
	ADDQ $2, R9; \
	JEQ  end; \
	TILES(each7, load, clear, step7, store, zero7, begin7, group7)

// PRODUCT512 multiplies tiles of seven rows and panels of sixteen columns, two of
// either at a time and, where one is left, one, from the registers
//
//	DI dst   R13 stride   BX b   R8 depth   R11 start or nil   R12 startStride
//
// with
//
//	Z0-Z27 sums, row by row   Z28, Z29 a row of b   Z30, Z31 elements of a
//	SI a   AX from one tile of a to the next   DX row of b   R8 from one panel of b to the next
//	R10 three times that   R9 tiles left   R14 start of the row   R15 dst of the row   CX depth left
#define PRODUCT512 \
	IMUL3Q $28, R8, AX; \
	SHLQ   $6, R8; \
	SHLQ   $2, R13; \
	SHLQ   $2, R12; \
	LEAQ   (R8)(R8*2), R10; \
	SUBQ   $2, panels+96(FP); \
	JLT    one; \
pair: \
	COLUMNS(PAIRS14, PAIRS7, LOADPAIR, ZEROPAIR, STEP14X32, STEP7X32, STOREPAIR, pairDouble, pairZero14, pairBegin14, pairGroup14, pairSingle, pairZero7, pairBegin7, pairGroup7, pairNext); \
pairNext: \
	LEAQ  (BX)(R8*2), BX; \
	ADDQ  $128, DI; \
	TESTQ R11, R11; \
	JEQ   pairEnd; \
	ADDQ  $128, R11; \
pairEnd: \
	SUBQ $2, panels+96(FP); \
	JGE  pair; \
one: \
	ADDQ $2, panels+96(FP); \
	JEQ  done; \
	COLUMNS(ONES14, ONES7, LOADONE, ZEROONE, STEP14X16, STEP7X16, STOREONE, oneDouble, oneZero14, oneBegin14, oneGroup14, oneSingle, oneZero7, oneBegin7, oneGroup7, done); \
done: \
	VZEROUPPER; \
	RET
