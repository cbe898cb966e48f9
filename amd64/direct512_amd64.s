#include "textflag.h"
#include "tile_amd64.h"

// PAIR adds an element of the picture, times Z28 and Z29, to the sums of two
// panels, ONE times Z28 to those of one.
#define PAIR(at, x, c0, c1) \
	VBROADCASTSS at, x; \
	VFMADD231PS  Z28, x, c0; \
	VFMADD231PS  Z29, x, c1

#define ONE(at, x, c) \
	VBROADCASTSS at, x; \
	VFMADD231PS  Z28, x, c

// Where the biases are.
#define BIAS0 (AX)
#define BIAS1 64(AX)

// SUMS makes the sums of a tile: of rows rows of length elements.
#define SUMS(begin, step, row, element) \
	MOVQ bias_base+112(FP), AX; \
	begin; \
	MOVQ R14, R13; \
	MOVQ w_base+88(FP), DX; \
	MOVQ rows+80(FP), CX; \
row: \
	MOVQ R13, SI; \
	LEAQ (R13)(R12*1), BX; \
	MOVQ length+72(FP), AX; \
element: \
	step; \
	ADDQ $128, DX; \
	ADDQ $4, SI; \
	ADDQ $4, BX; \
	DECQ AX; \
	JNE  element; \
	MOVQ rowStride+56(FP), AX; \
	LEAQ (R13)(AX*4), R13; \
	DECQ CX; \
	JNE  row; \
	VBROADCASTSS low+152(FP), Z28; \
	VBROADCASTSS high+156(FP), Z29

// END2 bounds and stores the sums of a pixel of two panels, END1 of one.
#define END2(c0, c1) \
	VMAXPS  c1, Z28, c1; \
	VMINPS  c1, Z29, c1; \
	VMOVUPS c1, K2, 64(DI); \
	END1(c0)

#define END1(c) \
	VMAXPS  c, Z28, c; \
	VMINPS  c, Z29, c; \
	VMOVUPS c, K1, (DI); \
	ADDQ    R8, DI; \
	DECQ    R15; \
	JEQ     done

// func Direct512(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, filters, pixels int, low, high float32)
//
// Tiles of fourteen pixels by 32 filters or 16, and perhaps one of seven. Needs
// AVX-512F.
//
//	Z0-Z27 sums, pixel by pixel   Z28, Z29 weights   Z30, Z31 elements of the picture
//	K1, K2 filters   DI dst of the pixel   R8 dstStride   SI, BX src of the first and of the second seven pixels
//	R9 pixelStride   R10, R11, R12 three, five and seven times that   R13 row   R14 src of the tile
//	DX weights   AX elements left   CX rows left   R15 pixels left
TEXT ·Direct512(SB), NOSPLIT, $0-160
	MOVQ  dst_base+0(FP), DI
	MOVQ  dstStride+24(FP), R8
	MOVQ  src_base+32(FP), R14
	MOVQ  pixelStride+64(FP), R9
	MOVQ  pixels+144(FP), R15
	MOVQ  filters+136(FP), CX
	SHLQ  $2, R8
	SHLQ  $2, R9
	LEAQ  (R9)(R9*2), R10
	LEAQ  (R9)(R9*4), R11
	LEAQ  (R10)(R9*4), R12
	MOVQ  $1, AX
	SHLQ  CX, AX
	DECQ  AX
	KMOVW AX, K1
	SHRQ  $16, AX
	KMOVW AX, K2
	CMPQ  CX, $16
	JLE   one

pair:
	CMPQ R15, $7
	JLE  pair7
	SUMS(BEGIN2X14, STEP2X14, pair14Row, pair14Element)
	END2(Z0, Z1)
	END2(Z2, Z3)
	END2(Z4, Z5)
	END2(Z6, Z7)
	END2(Z8, Z9)
	END2(Z10, Z11)
	END2(Z12, Z13)
	END2(Z14, Z15)
	END2(Z16, Z17)
	END2(Z18, Z19)
	END2(Z20, Z21)
	END2(Z22, Z23)
	END2(Z24, Z25)
	END2(Z26, Z27)
	LEAQ (R14)(R12*2), R14
	JMP  pair

pair7:
	SUMS(BEGIN2X7, STEP2X7, pair7Row, pair7Element)
	END2(Z0, Z1)
	END2(Z2, Z3)
	END2(Z4, Z5)
	END2(Z6, Z7)
	END2(Z8, Z9)
	END2(Z10, Z11)
	END2(Z12, Z13)

one:
	CMPQ R15, $7
	JLE  one7
	SUMS(BEGIN1X14, STEP1X14, one14Row, one14Element)
	END1(Z0)
	END1(Z1)
	END1(Z2)
	END1(Z3)
	END1(Z4)
	END1(Z5)
	END1(Z6)
	END1(Z7)
	END1(Z8)
	END1(Z9)
	END1(Z10)
	END1(Z11)
	END1(Z12)
	END1(Z13)
	LEAQ (R14)(R12*2), R14
	JMP  one

one7:
	SUMS(BEGIN1X14, STEP1X7, one7Row, one7Element)
	END1(Z0)
	END1(Z1)
	END1(Z2)
	END1(Z3)
	END1(Z4)
	END1(Z5)
	END1(Z6)

done:
	VZEROUPPER
	RET
