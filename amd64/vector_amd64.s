#include "textflag.h"

// INTO combines src into dst, eight elements at a time and perhaps four more.
//
//	DI dst   SI src   CX elements left
#define INTO(op) \
	MOVQ    dst_base+0(FP), DI; \
	MOVQ    dst_len+8(FP), CX; \
	MOVQ    src_base+24(FP), SI; \
	SUBQ    $8, CX; \
	JLT     four; \
eight: \
	VMOVUPS (DI), Y0; \
	op      (SI), Y0, Y0; \
	VMOVUPS Y0, (DI); \
	ADDQ    $32, DI; \
	ADDQ    $32, SI; \
	SUBQ    $8, CX; \
	JGE     eight; \
four: \
	ADDQ    $8, CX; \
	JEQ     done; \
	VMOVUPS (DI), X0; \
	op      (SI), X0, X0; \
	VMOVUPS X0, (DI); \
done: \
	VZEROUPPER; \
	RET

// func AddInto(dst, src []float32)
//
// Needs AVX.
TEXT ·AddInto(SB), NOSPLIT, $0-48
	INTO(VADDPS)

// func SubtractInto(dst, src []float32)
//
// Needs AVX.
TEXT ·SubtractInto(SB), NOSPLIT, $0-48
	INTO(VSUBPS)

// func MultiplyInto(dst, src []float32)
//
// Needs AVX.
TEXT ·MultiplyInto(SB), NOSPLIT, $0-48
	INTO(VMULPS)

// func MaximumInto(dst, src []float32)
//
// Needs AVX.
TEXT ·MaximumInto(SB), NOSPLIT, $0-48
	INTO(VMAXPS)

// func MinimumInto(dst, src []float32)
//
// Needs AVX.
TEXT ·MinimumInto(SB), NOSPLIT, $0-48
	INTO(VMINPS)

// func Clamp(v []float32, low, high float32)
//
// Needs AVX2.
//
//	Y0 elements   Y1 low   Y2 high   DI v   CX elements left
TEXT ·Clamp(SB), NOSPLIT, $0-32
	MOVQ v_base+0(FP), DI
	MOVQ v_len+8(FP), CX
	VBROADCASTSS low+24(FP), Y1
	VBROADCASTSS high+28(FP), Y2
	SUBQ $8, CX
	JLT  four

eight:
	VMOVUPS (DI), Y0
	VMAXPS  Y0, Y1, Y0
	VMINPS  Y0, Y2, Y0
	VMOVUPS Y0, (DI)
	ADDQ    $32, DI
	SUBQ    $8, CX
	JGE     eight

four:
	ADDQ $8, CX
	JEQ  done
	VMOVUPS (DI), X0
	VMAXPS  X0, X1, X0
	VMINPS  X0, X2, X0
	VMOVUPS X0, (DI)

done:
	VZEROUPPER
	RET

// func MaxPool(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int)
//
// Eight channels at a time and perhaps four more. Needs AVX2.
//
//	Y0 maxima
//	DI dst   BX src of the window   SI and of its channels   CX channels left   DX row   AX pixel
//	R8 rowStride   R9 pixelStride   R10 columns left   R11 rows left   R12 step   R13 pixels left
TEXT ·MaxPool(SB), NOSPLIT, $0-104
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), BX
	MOVQ rowStride+48(FP), R8
	MOVQ pixelStride+56(FP), R9
	MOVQ step+88(FP), R12
	MOVQ pixels+96(FP), R13
	SHLQ $2, R8
	SHLQ $2, R9
	SHLQ $2, R12

window:
	MOVQ BX, SI
	MOVQ channels+64(FP), CX
	SUBQ $8, CX
	JLT  four

eight:
	VMOVUPS (SI), Y0
	MOVQ    SI, DX
	MOVQ    rows+72(FP), R11

eightRow:
	MOVQ DX, AX
	MOVQ columns+80(FP), R10

eightColumn:
	VMAXPS  (AX), Y0, Y0
	ADDQ R9, AX
	DECQ R10
	JNE  eightColumn
	ADDQ R8, DX
	DECQ R11
	JNE  eightRow
	VMOVUPS Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $8, CX
	JGE  eight

four:
	ADDQ $8, CX
	JEQ  next
	VMOVUPS (SI), X0
	MOVQ    SI, DX
	MOVQ    rows+72(FP), R11

fourRow:
	MOVQ DX, AX
	MOVQ columns+80(FP), R10

fourColumn:
	VMAXPS  (AX), X0, X0
	ADDQ R9, AX
	DECQ R10
	JNE  fourColumn
	ADDQ R8, DX
	DECQ R11
	JNE  fourRow
	VMOVUPS X0, (DI)
	ADDQ $16, SI
	ADDQ $16, DI

next:
	ADDQ R12, BX
	DECQ R13
	JNE  window
	VZEROUPPER
	RET

// func SumPool(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int, factor float32)
//
// Eight channels at a time and perhaps four more. Needs AVX2.
//
//	Y0 sums   Y1 factor
//	DI dst   BX src of the window   SI and of its channels   CX channels left   DX row   AX pixel
//	R8 rowStride   R9 pixelStride   R10 columns left   R11 rows left   R12 step   R13 pixels left
TEXT ·SumPool(SB), NOSPLIT, $0-108
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), BX
	MOVQ rowStride+48(FP), R8
	MOVQ pixelStride+56(FP), R9
	MOVQ step+88(FP), R12
	MOVQ pixels+96(FP), R13
	SHLQ $2, R8
	SHLQ $2, R9
	SHLQ $2, R12
	VBROADCASTSS factor+104(FP), Y1

window:
	MOVQ BX, SI
	MOVQ channels+64(FP), CX
	SUBQ $8, CX
	JLT  four

eight:
	VXORPS  Y0, Y0, Y0
	MOVQ    SI, DX
	MOVQ    rows+72(FP), R11

eightRow:
	MOVQ DX, AX
	MOVQ columns+80(FP), R10

eightColumn:
	VADDPS  (AX), Y0, Y0
	ADDQ R9, AX
	DECQ R10
	JNE  eightColumn
	ADDQ R8, DX
	DECQ R11
	JNE  eightRow
	VMULPS  Y1, Y0, Y0
	VMOVUPS Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	SUBQ $8, CX
	JGE  eight

four:
	ADDQ $8, CX
	JEQ  next
	VXORPS  X0, X0, X0
	MOVQ    SI, DX
	MOVQ    rows+72(FP), R11

fourRow:
	MOVQ DX, AX
	MOVQ columns+80(FP), R10

fourColumn:
	VADDPS  (AX), X0, X0
	ADDQ R9, AX
	DECQ R10
	JNE  fourColumn
	ADDQ R8, DX
	DECQ R11
	JNE  fourRow
	VMULPS  X1, X0, X0
	VMOVUPS X0, (DI)
	ADDQ $16, SI
	ADDQ $16, DI

next:
	ADDQ R12, BX
	DECQ R13
	JNE  window
	VZEROUPPER
	RET
