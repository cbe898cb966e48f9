#include "textflag.h"

#define PIXEL(at, x, c0, c1) \
	VBROADCASTSS at, x; \
	VFMADD231PS  Y12, x, c0; \
	VFMADD231PS  Y13, x, c1

// STORE clamps and stores one pixel and moves on to the next.
#define STORE(c0, c1) \
	VMAXPS  c0, Y12, c0; \
	VMAXPS  c1, Y12, c1; \
	VMINPS  c0, Y13, c0; \
	VMINPS  c1, Y13, c1; \
	VMOVUPS c0, (R15); \
	VMOVUPS c1, 32(R15); \
	ADDQ    R13, R15

// func Direct(dst []float32, dstStride int, src []float32, rowStride, pixelStride, length, rows int, w, bias []float32, tiles, panels int, low, high float32)
//
// Six pixels by sixteen filters at a time. Needs AVX2 and FMA.
//
//	Y0-Y11 sums, pixel by pixel   Y12, Y13 weights, then low and high   Y14, Y15 elements of src
//	DI dst of the panel   R15 dst   R13 dstStride   SI src of the tile   R14 its row   AX its element
//	R8, R11, R12 1, 3, 5 pixels   BX w   DX rows left   CX length left   R9 tiles left   R10 bias
TEXT ·Direct(SB), NOSPLIT, $0-160
	MOVQ dst_base+0(FP), DI
	MOVQ dstStride+24(FP), R13
	MOVQ pixelStride+64(FP), R8
	MOVQ bias_base+112(FP), R10
	SHLQ $2, R13
	SHLQ $2, R8
	LEAQ (R8)(R8*2), R11
	LEAQ (R8)(R8*4), R12

panel:
	MOVQ src_base+32(FP), SI
	MOVQ tiles+136(FP), R9
	MOVQ DI, R15

tile:
	VMOVUPS (R10), Y0
	VMOVUPS 32(R10), Y1
	VMOVAPS Y0, Y2
	VMOVAPS Y1, Y3
	VMOVAPS Y0, Y4
	VMOVAPS Y1, Y5
	VMOVAPS Y0, Y6
	VMOVAPS Y1, Y7
	VMOVAPS Y0, Y8
	VMOVAPS Y1, Y9
	VMOVAPS Y0, Y10
	VMOVAPS Y1, Y11
	MOVQ    w_base+88(FP), BX
	MOVQ    SI, R14
	MOVQ    rows+80(FP), DX

row:
	MOVQ R14, AX
	MOVQ length+72(FP), CX

element:
	VMOVUPS (BX), Y12
	VMOVUPS 32(BX), Y13
	PIXEL((AX), Y14, Y0, Y1)
	PIXEL((AX)(R8*1), Y15, Y2, Y3)
	PIXEL((AX)(R8*2), Y14, Y4, Y5)
	PIXEL((AX)(R11*1), Y15, Y6, Y7)
	PIXEL((AX)(R8*4), Y14, Y8, Y9)
	PIXEL((AX)(R12*1), Y15, Y10, Y11)
	ADDQ    $64, BX
	ADDQ    $4, AX
	DECQ    CX
	JNE     element
	MOVQ    rowStride+56(FP), AX
	LEAQ    (R14)(AX*4), R14
	DECQ    DX
	JNE     row

	VBROADCASTSS low+152(FP), Y12
	VBROADCASTSS high+156(FP), Y13
	STORE(Y0, Y1)
	STORE(Y2, Y3)
	STORE(Y4, Y5)
	STORE(Y6, Y7)
	STORE(Y8, Y9)
	STORE(Y10, Y11)
	LEAQ (SI)(R11*2), SI
	DECQ R9
	JNE  tile

	MOVQ BX, w_base+88(FP)
	ADDQ $64, DI
	ADDQ $64, R10
	DECQ panels+144(FP)
	JNE  panel
	VZEROUPPER
	RET
