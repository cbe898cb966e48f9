#include "textflag.h"

// Numbers that the transforms multiply by.
DATA winogradFactors<>+0(SB)/4, $2.0
DATA winogradFactors<>+4(SB)/4, $4.0
DATA winogradFactors<>+8(SB)/4, $8.0
GLOBL winogradFactors<>(SB), RODATA|NOPTR, $12

// LOAD6 loads six vectors, one step apart, of which three and five are known.
#define LOAD6(base, step, three, five) \
	VMOVUPS (base), Y0; \
	VMOVUPS (base)(step*1), Y1; \
	VMOVUPS (base)(step*2), Y2; \
	VMOVUPS (base)(three*1), Y3; \
	VMOVUPS (base)(step*4), Y4; \
	VMOVUPS (base)(five*1), Y5

// INPUT6 multiplies Y0-Y5 by the transposed B of F(4,3); 4 in Y15.
//
//	t0 = 4*(d0-d2) + (d4-d2)
//	t1, t2 = (d4-4*d2) ± (d3-4*d1)
//	t3, t4 = (d4-d2) ± 2*(d3-d1)
//	t5 = (d5-d3) - 4*(d3-d1)
#define INPUT6 \
	VSUBPS       Y2, Y4, Y6; \
	VSUBPS       Y1, Y3, Y7; \
	VSUBPS       Y2, Y0, Y0; \
	VSUBPS       Y3, Y5, Y5; \
	VFMADD213PS  Y6, Y15, Y0; \
	VFNMADD231PS Y15, Y2, Y4; \
	VFNMADD231PS Y15, Y1, Y3; \
	VFNMADD231PS Y15, Y7, Y5; \
	VADDPS       Y7, Y7, Y7; \
	VADDPS       Y3, Y4, Y1; \
	VSUBPS       Y3, Y4, Y2; \
	VADDPS       Y7, Y6, Y3; \
	VSUBPS       Y7, Y6, Y4

// COLUMN transforms column j of the patch; its row i waits at 192*i+32*j.
#define COLUMN(j) \
	LOAD6(AX, R8, R10, R11); \
	INPUT6; \
	VMOVUPS Y0, t-1152+(32*j)(SP); \
	VMOVUPS Y1, t-1152+(192+32*j)(SP); \
	VMOVUPS Y2, t-1152+(384+32*j)(SP); \
	VMOVUPS Y3, t-1152+(576+32*j)(SP); \
	VMOVUPS Y4, t-1152+(768+32*j)(SP); \
	VMOVUPS Y5, t-1152+(960+32*j)(SP); \
	ADDQ    R9, AX

// LINE transforms row i and stores its six positions.
#define LINE(i) \
	VMOVUPS t-1152+(192*i)(SP), Y0; \
	VMOVUPS t-1152+(192*i+32)(SP), Y1; \
	VMOVUPS t-1152+(192*i+64)(SP), Y2; \
	VMOVUPS t-1152+(192*i+96)(SP), Y3; \
	VMOVUPS t-1152+(192*i+128)(SP), Y4; \
	VMOVUPS t-1152+(192*i+160)(SP), Y5; \
	INPUT6; \
	VMOVUPS Y0, (AX); \
	VMOVUPS Y1, (AX)(R12*1); \
	VMOVUPS Y2, (AX)(R12*2); \
	VMOVUPS Y3, (AX)(R13*1); \
	VMOVUPS Y4, (AX)(R12*4); \
	VMOVUPS Y5, (AX)(BX*1); \
	LEAQ    (AX)(R13*2), AX

// func WinogradInput(dst []float32, position, groupStride int, src []float32, rowStride, pixelStride, channels int)
//
// Eight channels at a time. Needs AVX2 and FMA.
//
//	Y0-Y5 a column or row   Y6, Y7 differences   Y15 4
//	DI dst   DX groupStride   SI src   CX channels left   AX column, then position
//	R8, R10, R11 1, 3, 5 rows   R9 pixelStride   R12, R13, BX 1, 3, 5 positions
TEXT ·WinogradInput(SB), 0, $1152-88
	MOVQ dst_base+0(FP), DI
	MOVQ position+24(FP), R12
	MOVQ groupStride+32(FP), DX
	MOVQ src_base+40(FP), SI
	MOVQ rowStride+64(FP), R8
	MOVQ pixelStride+72(FP), R9
	MOVQ channels+80(FP), CX
	SHLQ $2, R12
	SHLQ $2, DX
	SHLQ $2, R8
	SHLQ $2, R9
	LEAQ (R8)(R8*2), R10
	LEAQ (R8)(R8*4), R11
	LEAQ (R12)(R12*2), R13
	LEAQ (R12)(R12*4), BX
	VBROADCASTSS winogradFactors<>+4(SB), Y15

group:
	MOVQ SI, AX
	COLUMN(0)
	COLUMN(1)
	COLUMN(2)
	COLUMN(3)
	COLUMN(4)
	COLUMN(5)
	MOVQ DI, AX
	LINE(0)
	LINE(1)
	LINE(2)
	LINE(3)
	LINE(4)
	LINE(5)
	ADDQ $32, SI
	ADDQ DX, DI
	SUBQ $8, CX
	JNE  group
	VZEROUPPER
	RET

// OUTPUT6 multiplies Y0-Y5 by the transposed A of F(4,3) into Y0, Y7, Y6, Y3;
// 2, 4, 8 in Y13, Y14, Y15.
//
//	y0 = m0 + (m1+m2) + (m3+m4)
//	y1 = (m1-m2) + 2*(m3-m4)
//	y2 = (m1+m2) + 4*(m3+m4)
//	y3 = (m1-m2) + 8*(m3-m4) + m5
#define OUTPUT6 \
	VADDPS      Y2, Y1, Y6; \
	VSUBPS      Y2, Y1, Y7; \
	VADDPS      Y4, Y3, Y8; \
	VSUBPS      Y4, Y3, Y9; \
	VADDPS      Y6, Y0, Y0; \
	VADDPS      Y7, Y5, Y3; \
	VADDPS      Y8, Y0, Y0; \
	VFMADD231PS Y13, Y9, Y7; \
	VFMADD231PS Y14, Y8, Y6; \
	VFMADD231PS Y15, Y9, Y3

// PRODUCTS transforms column j of the products; its row i waits at 192*i+32*j.
#define PRODUCTS(j) \
	LOAD6(AX, R10, R11, R12); \
	OUTPUT6; \
	VMOVUPS Y0, t-768+(32*j)(SP); \
	VMOVUPS Y7, t-768+(192+32*j)(SP); \
	VMOVUPS Y6, t-768+(384+32*j)(SP); \
	VMOVUPS Y3, t-768+(576+32*j)(SP); \
	ADDQ    R9, AX

// RESULTS transforms row i.
#define RESULTS(i) \
	VMOVUPS t-768+(192*i)(SP), Y0; \
	VMOVUPS t-768+(192*i+32)(SP), Y1; \
	VMOVUPS t-768+(192*i+64)(SP), Y2; \
	VMOVUPS t-768+(192*i+96)(SP), Y3; \
	VMOVUPS t-768+(192*i+128)(SP), Y4; \
	VMOVUPS t-768+(192*i+160)(SP), Y5; \
	OUTPUT6

// FINISH adds the bias and clamps.
#define FINISH(y) \
	VADDPS Y10, y, y; \
	VMAXPS y, Y11, y; \
	VMINPS y, Y12, y

// PIXELS stores a row of four pixels.
#define PIXELS(i) \
	RESULTS(i); \
	FINISH(Y0); \
	FINISH(Y7); \
	FINISH(Y6); \
	FINISH(Y3); \
	VMOVUPS Y0, (AX); \
	VMOVUPS Y7, (AX)(R8*1); \
	VMOVUPS Y6, (AX)(R8*2); \
	VMOVUPS Y3, (AX)(R13*1); \
	ADDQ    DX, AX

// MAXIMA stores two maxima of rows i and i+1. Row i waits in its own place.
#define MAXIMA(i, next) \
	RESULTS(i); \
	VMAXPS  Y7, Y0, Y0; \
	VMAXPS  Y3, Y6, Y6; \
	VMOVUPS Y0, t-768+(192*i)(SP); \
	VMOVUPS Y6, t-768+(192*i+32)(SP); \
	RESULTS(next); \
	VMAXPS  Y7, Y0, Y0; \
	VMAXPS  Y3, Y6, Y6; \
	VMAXPS  t-768+(192*i)(SP), Y0, Y0; \
	VMAXPS  t-768+(192*i+32)(SP), Y6, Y6; \
	FINISH(Y0); \
	FINISH(Y6); \
	VMOVUPS Y0, (AX); \
	VMOVUPS Y6, (AX)(R8*1); \
	ADDQ    DX, AX

// func WinogradOutput(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, low, high float32)
//
// Eight filters at a time. Needs AVX2 and FMA.
//
//	Y0-Y5 a column or row   Y6-Y9 sums and differences   Y10 bias   Y11 low   Y12 high
//	Y13, Y14, Y15 2, 4, 8
//	DI dst   DX rowStride   R8, R13 1, 3 pixels   SI m   R9 position   R10, R11, R12 1, 3, 5
//	rows of positions   BX bias   CX filters left   R15 pool   AX column, then pixel
TEXT ·WinogradOutput(SB), 0, $768-116
	MOVQ    dst_base+0(FP), DI
	MOVQ    rowStride+24(FP), DX
	MOVQ    pixelStride+32(FP), R8
	MOVQ    m_base+40(FP), SI
	MOVQ    position+64(FP), R9
	MOVQ    bias_base+72(FP), BX
	MOVQ    filters+96(FP), CX
	MOVBLZX pool+104(FP), R15
	VBROADCASTSS low+108(FP), Y11
	VBROADCASTSS high+112(FP), Y12
	VBROADCASTSS winogradFactors<>+0(SB), Y13
	VBROADCASTSS winogradFactors<>+4(SB), Y14
	VBROADCASTSS winogradFactors<>+8(SB), Y15
	SHLQ    $2, DX
	SHLQ    $2, R8
	SHLQ    $2, R9
	LEAQ    (R8)(R8*2), R13
	LEAQ    (R9)(R9*2), R10
	ADDQ    R10, R10
	LEAQ    (R10)(R10*2), R11
	LEAQ    (R10)(R10*4), R12

group:
	MOVQ    SI, AX
	PRODUCTS(0)
	PRODUCTS(1)
	PRODUCTS(2)
	PRODUCTS(3)
	PRODUCTS(4)
	PRODUCTS(5)
	MOVQ    DI, AX
	VMOVUPS (BX), Y10
	TESTQ   R15, R15
	JEQ     whole
	MAXIMA(0, 1)
	MAXIMA(2, 3)
	JMP     next

whole:
	PIXELS(0)
	PIXELS(1)
	PIXELS(2)
	PIXELS(3)

next:
	ADDQ $32, DI
	ADDQ $32, SI
	ADDQ $32, BX
	SUBQ $8, CX
	JNE  group
	VZEROUPPER
	RET
