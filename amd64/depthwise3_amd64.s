#include "textflag.h"

// ALL adds the products of three columns, LEFT of the first two and RIGHT of the
// last two, where R8-R10 point to the first that counts.
//
// STORE clamps and stores a pixel and moves on to the next.

#define ALL \
	VFMADD231PS (R8), Y0, Y12; \
	VFMADD231PS (R9), Y3, Y12; \
	VFMADD231PS (R10), Y6, Y12; \
	VFMADD231PS (R8)(R11*1), Y1, Y12; \
	VFMADD231PS (R9)(R11*1), Y4, Y12; \
	VFMADD231PS (R10)(R11*1), Y7, Y12; \
	VFMADD231PS (R8)(R11*2), Y2, Y12; \
	VFMADD231PS (R9)(R11*2), Y5, Y12; \
	VFMADD231PS (R10)(R11*2), Y8, Y12

#define LEFT \
	VFMADD231PS (R8), Y0, Y12; \
	VFMADD231PS (R9), Y3, Y12; \
	VFMADD231PS (R10), Y6, Y12; \
	VFMADD231PS (R8)(R11*1), Y1, Y12; \
	VFMADD231PS (R9)(R11*1), Y4, Y12; \
	VFMADD231PS (R10)(R11*1), Y7, Y12

#define RIGHT \
	VFMADD231PS (R8), Y1, Y12; \
	VFMADD231PS (R9), Y4, Y12; \
	VFMADD231PS (R10), Y7, Y12; \
	VFMADD231PS (R8)(R11*1), Y2, Y12; \
	VFMADD231PS (R9)(R11*1), Y5, Y12; \
	VFMADD231PS (R10)(R11*1), Y8, Y12

#define STORE \
	VMAXPS Y12, Y10, Y12; \
	VMINPS Y12, Y11, Y12; \
	VMOVUPS Y12, (DI); \
	ADDQ R11, DI; \
	ADDQ R12, R8; \
	ADDQ R12, R9; \
	ADDQ R12, R10

#define ALL512 \
	VFMADD231PS (R8), Z0, K1, Z12; \
	VFMADD231PS (R9), Z3, K1, Z12; \
	VFMADD231PS (R10), Z6, K1, Z12; \
	VFMADD231PS (R8)(R11*1), Z1, K1, Z12; \
	VFMADD231PS (R9)(R11*1), Z4, K1, Z12; \
	VFMADD231PS (R10)(R11*1), Z7, K1, Z12; \
	VFMADD231PS (R8)(R11*2), Z2, K1, Z12; \
	VFMADD231PS (R9)(R11*2), Z5, K1, Z12; \
	VFMADD231PS (R10)(R11*2), Z8, K1, Z12

#define LEFT512 \
	VFMADD231PS (R8), Z0, K1, Z12; \
	VFMADD231PS (R9), Z3, K1, Z12; \
	VFMADD231PS (R10), Z6, K1, Z12; \
	VFMADD231PS (R8)(R11*1), Z1, K1, Z12; \
	VFMADD231PS (R9)(R11*1), Z4, K1, Z12; \
	VFMADD231PS (R10)(R11*1), Z7, K1, Z12

#define RIGHT512 \
	VFMADD231PS (R8), Z1, K1, Z12; \
	VFMADD231PS (R9), Z4, K1, Z12; \
	VFMADD231PS (R10), Z7, K1, Z12; \
	VFMADD231PS (R8)(R11*1), Z2, K1, Z12; \
	VFMADD231PS (R9)(R11*1), Z5, K1, Z12; \
	VFMADD231PS (R10)(R11*1), Z8, K1, Z12

#define STORE512 \
	VMAXPS Z12, Z10, Z12; \
	VMINPS Z12, Z11, Z12; \
	VMOVUPS Z12, K1, (DI); \
	ADDQ R11, DI; \
	ADDQ R12, R8; \
	ADDQ R12, R9; \
	ADDQ R12, R10


// COLUMN adds the products of one column to the pixels of which it is the right,
// the middle and the left one, and moves on to the next; SECOND leaves out the
// first of them and FIRST the first two. TURN makes the pixels' sums those of the
// next column.
#define COLUMN \
	VMOVUPS (R8), Y15; \
	VFMADD231PS Y15, Y2, Y12; \
	VFMADD231PS Y15, Y1, Y13; \
	VFMADD231PS Y15, Y0, Y14; \
	VMOVUPS (R9), Y15; \
	VFMADD231PS Y15, Y5, Y12; \
	VFMADD231PS Y15, Y4, Y13; \
	VFMADD231PS Y15, Y3, Y14; \
	VMOVUPS (R10), Y15; \
	VFMADD231PS Y15, Y8, Y12; \
	VFMADD231PS Y15, Y7, Y13; \
	VFMADD231PS Y15, Y6, Y14; \
	ADDQ R11, R8; \
	ADDQ R11, R9; \
	ADDQ R11, R10

#define SECOND \
	VMOVUPS (R8), Y15; \
	VFMADD231PS Y15, Y1, Y13; \
	VFMADD231PS Y15, Y0, Y14; \
	VMOVUPS (R9), Y15; \
	VFMADD231PS Y15, Y4, Y13; \
	VFMADD231PS Y15, Y3, Y14; \
	VMOVUPS (R10), Y15; \
	VFMADD231PS Y15, Y7, Y13; \
	VFMADD231PS Y15, Y6, Y14; \
	ADDQ R11, R8; \
	ADDQ R11, R9; \
	ADDQ R11, R10

#define FIRST \
	VMOVUPS (R8), Y15; \
	VFMADD231PS Y15, Y0, Y14; \
	VMOVUPS (R9), Y15; \
	VFMADD231PS Y15, Y3, Y14; \
	VMOVUPS (R10), Y15; \
	VFMADD231PS Y15, Y6, Y14; \
	ADDQ R11, R8; \
	ADDQ R11, R9; \
	ADDQ R11, R10

#define TURN \
	VMOVAPS Y13, Y12; \
	VMOVAPS Y14, Y13; \
	VMOVAPS Y9, Y14

#define STOREPIXEL \
	VMAXPS Y12, Y10, Y12; \
	VMINPS Y12, Y11, Y12; \
	VMOVUPS Y12, (DI); \
	ADDQ R11, DI

#define COLUMN512 \
	VMOVUPS.Z (R8), K1, Z15; \
	VFMADD231PS Z15, Z2, Z12; \
	VFMADD231PS Z15, Z1, Z13; \
	VFMADD231PS Z15, Z0, Z14; \
	VMOVUPS.Z (R9), K1, Z15; \
	VFMADD231PS Z15, Z5, Z12; \
	VFMADD231PS Z15, Z4, Z13; \
	VFMADD231PS Z15, Z3, Z14; \
	VMOVUPS.Z (R10), K1, Z15; \
	VFMADD231PS Z15, Z8, Z12; \
	VFMADD231PS Z15, Z7, Z13; \
	VFMADD231PS Z15, Z6, Z14; \
	ADDQ R11, R8; \
	ADDQ R11, R9; \
	ADDQ R11, R10

#define SECOND512 \
	VMOVUPS.Z (R8), K1, Z15; \
	VFMADD231PS Z15, Z1, Z13; \
	VFMADD231PS Z15, Z0, Z14; \
	VMOVUPS.Z (R9), K1, Z15; \
	VFMADD231PS Z15, Z4, Z13; \
	VFMADD231PS Z15, Z3, Z14; \
	VMOVUPS.Z (R10), K1, Z15; \
	VFMADD231PS Z15, Z7, Z13; \
	VFMADD231PS Z15, Z6, Z14; \
	ADDQ R11, R8; \
	ADDQ R11, R9; \
	ADDQ R11, R10

#define FIRST512 \
	VMOVUPS.Z (R8), K1, Z15; \
	VFMADD231PS Z15, Z0, Z14; \
	VMOVUPS.Z (R9), K1, Z15; \
	VFMADD231PS Z15, Z3, Z14; \
	VMOVUPS.Z (R10), K1, Z15; \
	VFMADD231PS Z15, Z6, Z14; \
	ADDQ R11, R8; \
	ADDQ R11, R9; \
	ADDQ R11, R10

#define TURN512 \
	VMOVAPS Z13, Z12; \
	VMOVAPS Z14, Z13; \
	VMOVAPS Z9, Z14

#define STOREPIXEL512 \
	VMAXPS Z12, Z10, Z12; \
	VMINPS Z12, Z11, Z12; \
	VMOVUPS Z12, K1, (DI); \
	ADDQ R11, DI

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
	MOVQ dst_base+0(FP), DI
	MOVQ top_base+24(FP), R8
	MOVQ middle_base+48(FP), R9
	MOVQ bottom_base+72(FP), R10
	ADDQ R13, DI
	ADDQ R13, R8
	ADDQ R13, R9
	ADDQ R13, R10
	CMPQ R12, R11
	JEQ  slide
	CMPQ left+160(FP), $0
	JEQ  inside
	VMOVAPS Y9, Y12
	RIGHT
	SUBQ R11, R8
	SUBQ R11, R9
	SUBQ R11, R10
	STORE

inside:
	MOVQ pixels+168(FP), CX
	TESTQ CX, CX
	JEQ  last

pixel:
	VMOVAPS Y9, Y12
	ALL
	STORE
	DECQ CX
	JNE  pixel

last:
	CMPQ right+176(FP), $0
	JEQ  next
	VMOVAPS Y9, Y12
	LEFT
	STORE
	JMP  next

slide:
	VMOVAPS Y9, Y13
	VMOVAPS Y9, Y14
	CMPQ left+160(FP), $0
	JNE  second
	FIRST
	TURN

second:
	SECOND
	TURN
	MOVQ left+160(FP), CX
	ADDQ pixels+168(FP), CX
	JEQ  slid

column:
	COLUMN
	STOREPIXEL
	TURN
	DECQ CX
	JNE  column

slid:
	CMPQ right+176(FP), $0
	JEQ  next
	STOREPIXEL

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
	CMPQ DX, $16
	JGE  whole
	MOVQ DX, CX
	MOVL $1, BX
	SHLL CX, BX
	DECL BX
	KMOVW BX, K1

whole:
	VMOVUPS (R14), Z0
	VMOVUPS 64(R14), Z1
	VMOVUPS 128(R14), Z2
	VMOVUPS 192(R14), Z3
	VMOVUPS 256(R14), Z4
	VMOVUPS 320(R14), Z5
	VMOVUPS 384(R14), Z6
	VMOVUPS 448(R14), Z7
	VMOVUPS 512(R14), Z8
	VMOVUPS (R15), Z9
	MOVQ dst_base+0(FP), DI
	MOVQ top_base+24(FP), R8
	MOVQ middle_base+48(FP), R9
	MOVQ bottom_base+72(FP), R10
	ADDQ R13, DI
	ADDQ R13, R8
	ADDQ R13, R9
	ADDQ R13, R10
	CMPQ R12, R11
	JEQ  slide
	CMPQ left+160(FP), $0
	JEQ  inside
	VMOVAPS Z9, Z12
	RIGHT512
	SUBQ R11, R8
	SUBQ R11, R9
	SUBQ R11, R10
	STORE512

inside:
	MOVQ pixels+168(FP), CX
	TESTQ CX, CX
	JEQ  last

pixel:
	VMOVAPS Z9, Z12
	ALL512
	STORE512
	DECQ CX
	JNE  pixel

last:
	CMPQ right+176(FP), $0
	JEQ  next
	VMOVAPS Z9, Z12
	LEFT512
	STORE512
	JMP  next

slide:
	VMOVAPS Z9, Z13
	VMOVAPS Z9, Z14
	CMPQ left+160(FP), $0
	JNE  second
	FIRST512
	TURN512

second:
	SECOND512
	TURN512
	MOVQ left+160(FP), CX
	ADDQ pixels+168(FP), CX
	JEQ  slid

column:
	COLUMN512
	STOREPIXEL512
	TURN512
	DECQ CX
	JNE  column

slid:
	CMPQ right+176(FP), $0
	JEQ  next
	STOREPIXEL512

next:
	ADDQ $576, R14
	ADDQ $64, R15
	ADDQ $64, R13
	SUBQ $16, DX
	JGT  group
	VZEROUPPER
	RET
