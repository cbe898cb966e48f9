#include "textflag.h"

// func Depthwise(dst []float32, dstStride int, src []float32, rowStride, pixelStride, width, stride, rows int, w []float32, group int, bias []float32, channels, tiles int, low, high float32)
//
// Four pixels by eight channels at a time and perhaps by four more. Needs AVX2
// and FMA. Sixteen bytes of two groups of weights make one vector; advance leads
// from the end of two groups' weights to the next.
//
//	Y0-Y3 sums, pixel by pixel   Y4 weights   Y5 low   Y6 high
//	DI dst   R14 dstStride   SI src of the channels   DX its row   AX its pixel
//	R8 pixelStride   R9, R10 stride of 1, 3 output pixels   BX w   R11 group
//	R12 bias   R13 channels left   R15 rows left   CX cells of the row left
TEXT ·Depthwise(SB), NOSPLIT, $8-176
	MOVQ  dstStride+24(FP), R14
	MOVQ  pixelStride+64(FP), R8
	MOVQ  stride+80(FP), R9
	MOVQ  group+120(FP), R11
	SHLQ  $2, R14
	SHLQ  $2, R8
	SHLQ  $2, R11
	IMULQ R8, R9
	LEAQ  (R9)(R9*2), R10
	MOVQ  rows+88(FP), AX
	IMULQ width+72(FP), AX
	SHLQ  $4, AX
	LEAQ  (R11)(R11*1), CX
	SUBQ  AX, CX
	MOVQ  CX, advance-8(SP)
	VBROADCASTSS low+168(FP), Y5
	VBROADCASTSS high+172(FP), Y6

tile:
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+32(FP), SI
	MOVQ w_base+96(FP), BX
	MOVQ bias_base+128(FP), R12
	MOVQ channels+152(FP), R13
	SUBQ $8, R13
	JLT  four

eight:
	VMOVUPS (R12), Y0
	VMOVAPS Y0, Y1
	VMOVAPS Y0, Y2
	VMOVAPS Y0, Y3
	MOVQ    SI, DX
	MOVQ    rows+88(FP), R15

eightRow:
	MOVQ DX, AX
	MOVQ width+72(FP), CX

eightCell:
	VMOVUPS     (BX), X4
	VINSERTF128 $1, (BX)(R11*1), Y4, Y4
	VFMADD231PS (AX), Y4, Y0
	VFMADD231PS (AX)(R9*1), Y4, Y1
	VFMADD231PS (AX)(R9*2), Y4, Y2
	VFMADD231PS (AX)(R10*1), Y4, Y3
	ADDQ        $16, BX
	ADDQ        R8, AX
	DECQ        CX
	JNE         eightCell
	MOVQ        rowStride+56(FP), AX
	LEAQ        (DX)(AX*4), DX
	DECQ        R15
	JNE         eightRow
	VMAXPS  Y0, Y5, Y0
	VMINPS  Y0, Y6, Y0
	VMAXPS  Y1, Y5, Y1
	VMINPS  Y1, Y6, Y1
	VMAXPS  Y2, Y5, Y2
	VMINPS  Y2, Y6, Y2
	VMAXPS  Y3, Y5, Y3
	VMINPS  Y3, Y6, Y3
	LEAQ    (R14)(R14*2), AX
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, (DI)(R14*1)
	VMOVUPS Y2, (DI)(R14*2)
	VMOVUPS Y3, (DI)(AX*1)
	ADDQ    advance-8(SP), BX
	ADDQ    $32, DI
	ADDQ    $32, SI
	ADDQ    $32, R12
	SUBQ    $8, R13
	JGE     eight

four:
	ADDQ $8, R13
	JEQ  next
	VMOVUPS (R12), X0
	VMOVAPS X0, X1
	VMOVAPS X0, X2
	VMOVAPS X0, X3
	MOVQ    SI, DX
	MOVQ    rows+88(FP), R15

fourRow:
	MOVQ DX, AX
	MOVQ width+72(FP), CX

fourCell:
	VMOVUPS     (BX), X4
	VFMADD231PS (AX), X4, X0
	VFMADD231PS (AX)(R9*1), X4, X1
	VFMADD231PS (AX)(R9*2), X4, X2
	VFMADD231PS (AX)(R10*1), X4, X3
	ADDQ        $16, BX
	ADDQ        R8, AX
	DECQ        CX
	JNE         fourCell
	MOVQ        rowStride+56(FP), AX
	LEAQ        (DX)(AX*4), DX
	DECQ        R15
	JNE         fourRow
	VMAXPS  X0, X5, X0
	VMINPS  X0, X6, X0
	VMAXPS  X1, X5, X1
	VMINPS  X1, X6, X1
	VMAXPS  X2, X5, X2
	VMINPS  X2, X6, X2
	VMAXPS  X3, X5, X3
	VMINPS  X3, X6, X3
	LEAQ    (R14)(R14*2), AX
	VMOVUPS X0, (DI)
	VMOVUPS X1, (DI)(R14*1)
	VMOVUPS X2, (DI)(R14*2)
	VMOVUPS X3, (DI)(AX*1)

next:
	LEAQ (R14*4), AX
	ADDQ AX, dst_base+0(FP)
	LEAQ (R9*4), AX
	ADDQ AX, src_base+32(FP)
	DECQ tiles+160(FP)
	JNE  tile
	VZEROUPPER
	RET
