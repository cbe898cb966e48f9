#include "textflag.h"
#include "pool_amd64.h"

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

// NOTHING begins a sum, MEAN8 and MEAN4 make a mean of it.
#define NOTHING(v) VXORPS v, v, v
#define MEAN8 VMULPS Y1, Y0, Y0
#define MEAN4 VMULPS X1, X0, X0

// func MaxPool(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int)
//
// Needs AVX2. Y0 holds maxima, and POOL says what other registers do.
TEXT ·MaxPool(SB), NOSPLIT, $0-104
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), BX
	MOVQ rowStride+48(FP), R8
	MOVQ pixelStride+56(FP), R9
	MOVQ step+88(FP), R12
	MOVQ pixels+96(FP), R13
	POOL(FIRSTPIXEL, VMAXPS, KEEP, KEEP)

// func SumPool(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int, factor float32)
//
// Needs AVX2. Y0 holds sums and Y1 the factor, and POOL says what other registers do.
TEXT ·SumPool(SB), NOSPLIT, $0-108
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), BX
	MOVQ rowStride+48(FP), R8
	MOVQ pixelStride+56(FP), R9
	MOVQ step+88(FP), R12
	MOVQ pixels+96(FP), R13
	VBROADCASTSS factor+104(FP), Y1
	POOL(NOTHING, VADDPS, MEAN8, MEAN4)

// BLEND adds the products p of as many elements as they hold with the weights w.
#define BLEND(p0, p1, p2, p3, w0, w1, w2, w3) \
	VMULPS  (SI)(AX*4), w0, p0; \
	VMULPS  (R8)(AX*4), w1, p1; \
	VMULPS  (R9)(AX*4), w2, p2; \
	VMULPS  (R10)(AX*4), w3, p3; \
	VADDPS  p1, p0, p0; \
	VADDPS  p2, p0, p0; \
	VADDPS  p3, p0, p0; \
	VMOVUPS p0, (DI)(AX*4)

// func Blend(dst, a, b, c, d []float32, wa, wb, wc, wd float32)
//
// Needs AVX.
//
//	Y0-Y3 products   Y4-Y7 weights   DI dst   SI, R8, R9, R10 sources   CX elements left
TEXT ·Blend(SB), NOSPLIT, $0-136
	MOVQ dst_base+0(FP), DI
	MOVQ dst_len+8(FP), CX
	MOVQ a_base+24(FP), SI
	MOVQ b_base+48(FP), R8
	MOVQ c_base+72(FP), R9
	MOVQ d_base+96(FP), R10
	VBROADCASTSS wa+120(FP), Y4
	VBROADCASTSS wb+124(FP), Y5
	VBROADCASTSS wc+128(FP), Y6
	VBROADCASTSS wd+132(FP), Y7
	XORQ AX, AX
	SUBQ $8, CX
	JLT  four

eight:
	BLEND(Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7)
	ADDQ $8, AX
	SUBQ $8, CX
	JGE  eight

four:
	ADDQ $8, CX
	JEQ  done
	BLEND(X0, X1, X2, X3, X4, X5, X6, X7)

done:
	VZEROUPPER
	RET
