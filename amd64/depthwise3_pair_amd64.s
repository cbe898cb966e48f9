#include "textflag.h"
#include "depthwise3_amd64.h"

// CELLA adds the products of Z15 with the weights of a row of the kernel to the sums
// of the first row: of the pixels of which it is in the right, the middle and the
// left column. CELLB does so for the second row.
#define CELLA(left, middle, right) \
	VFMADD231PS Z15, right, Z12; \
	VFMADD231PS Z15, middle, Z13; \
	VFMADD231PS Z15, left, Z14

#define CELLB(left, middle, right) \
	VFMADD231PS Z15, right, Z16; \
	VFMADD231PS Z15, middle, Z17; \
	VFMADD231PS Z15, left, Z18

// COLUMN adds the products of one column of the four rows and moves on to the next.
#define COLUMN \
	VMOVUPS.Z (R8)(R12*1), K1, Z15; \
	CELLA(Z0, Z1, Z2); \
	VMOVUPS.Z (R9)(R12*1), K1, Z15; \
	CELLA(Z3, Z4, Z5); \
	CELLB(Z0, Z1, Z2); \
	VMOVUPS.Z (R10)(R12*1), K1, Z15; \
	CELLA(Z6, Z7, Z8); \
	CELLB(Z3, Z4, Z5); \
	VMOVUPS.Z (R11)(R12*1), K1, Z15; \
	CELLB(Z6, Z7, Z8); \
	ADDQ BX, R12

// TURN makes the pixels' sums those of the next column.
#define TURN \
	VMOVAPS Z13, Z12; \
	VMOVAPS Z17, Z16; \
	VMOVAPS Z14, Z13; \
	VMOVAPS Z18, Z17; \
	VMOVAPS Z9, Z14; \
	VMOVAPS Z9, Z18

// STORE clamps and stores a pixel of both rows.
#define STORE \
	VMAXPS  Z12, Z10, Z12; \
	VMAXPS  Z16, Z10, Z16; \
	VMINPS  Z12, Z11, Z12; \
	VMINPS  Z16, Z11, Z16; \
	VMOVUPS Z12, K1, (DI); \
	VMOVUPS Z16, K1, (SI); \
	ADDQ    BX, DI; \
	ADDQ    BX, SI

// func Depthwise3Pair512(dst, second, first, upper, lower, last, w, bias []float32, channels, left, pixels, right int, low, high float32)
//
// Sixteen channels at a time and perhaps some more, of which all pixels follow each other. Needs AVX-512F.
//
//	Z0-Z8 weights   Z9 bias   Z10 low   Z11 high   Z12-Z14 sums of this pixel and the next two   Z16-Z18 and of the second row   Z15 element
//	DI, SI the two rows of dst   R8, R9, R10, R11 the rows under them   R12 from there to the column   BX from one pixel to the next
//	R13 bytes of the channels done   R14 w   R15 bias   CX pixels left   DX channels left
TEXT ·Depthwise3Pair512(SB), NOSPLIT, $0-232
	MOVQ first_base+48(FP), R8
	MOVQ upper_base+72(FP), R9
	MOVQ lower_base+96(FP), R10
	MOVQ last_base+120(FP), R11
	MOVQ w_base+144(FP), R14
	MOVQ bias_base+168(FP), R15
	MOVQ channels+192(FP), DX
	LEAQ (DX*4), BX
	XORQ R13, R13
	VBROADCASTSS low+224(FP), Z10
	VBROADCASTSS high+228(FP), Z11
	MOVL $0xffff, AX
	KMOVW AX, K1

group:
	MASK512(AX)

whole:
	WEIGHTS512
	VMOVAPS Z9, Z12
	VMOVAPS Z9, Z13
	VMOVAPS Z9, Z14
	VMOVAPS Z9, Z16
	VMOVAPS Z9, Z17
	VMOVAPS Z9, Z18
	MOVQ dst_base+0(FP), DI
	MOVQ second_base+24(FP), SI
	ADDQ R13, DI
	ADDQ R13, SI
	MOVQ R13, R12
	CMPQ left+200(FP), $0
	JNE  middle
	COLUMN
	TURN

middle:
	COLUMN
	TURN
	MOVQ left+200(FP), CX
	ADDQ pixels+208(FP), CX
	JEQ  end

columns:
	COLUMN
	STORE
	TURN
	DECQ CX
	JNE  columns

end:
	CMPQ right+216(FP), $0
	JEQ  next
	STORE

next:
	NEXT512
	VZEROUPPER
	RET
