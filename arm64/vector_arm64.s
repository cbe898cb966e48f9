//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// INTO is a loop over dst and src, 16 and then 4 elements at a time. Needs ASIMD.
//
//	V0-V3 dst   V4-V7 src
//	R0 dst   R1 elements left   R2 src   R3 dst to be written
#define ARGUMENTS \
	MOVD dst_base+0(FP), R0; \
	MOVD dst_len+8(FP), R1; \
	MOVD src_base+24(FP), R2; \
	MOVD R0, R3; \
	SUBS $16, R1
#define LOAD16 \
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]; \
	VLD1.P 64(R2), [V4.S4, V5.S4, V6.S4, V7.S4]
#define STORE16 \
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R3); \
	SUBS   $16, R1
#define LOAD4 \
	VLD1.P 16(R0), [V0.S4]; \
	VLD1.P 16(R2), [V4.S4]
#define STORE4 \
	VST1.P [V0.S4], 16(R3); \
	SUBS   $4, R1

// func AddInto(dst, src []float32)
TEXT ·AddInto(SB), NOSPLIT, $0-48
	ARGUMENTS
	BLT four

sixteen:
	LOAD16
	FADD4S(0, 0, 4)
	FADD4S(1, 1, 5)
	FADD4S(2, 2, 6)
	FADD4S(3, 3, 7)
	STORE16
	BGE sixteen

four:
	ADDS $16, R1
	BEQ  done

loop:
	LOAD4
	FADD4S(0, 0, 4)
	STORE4
	BNE loop

done:
	RET

// func SubtractInto(dst, src []float32)
TEXT ·SubtractInto(SB), NOSPLIT, $0-48
	ARGUMENTS
	BLT four

sixteen:
	LOAD16
	FSUB4S(0, 0, 4)
	FSUB4S(1, 1, 5)
	FSUB4S(2, 2, 6)
	FSUB4S(3, 3, 7)
	STORE16
	BGE sixteen

four:
	ADDS $16, R1
	BEQ  done

loop:
	LOAD4
	FSUB4S(0, 0, 4)
	STORE4
	BNE loop

done:
	RET

// func MultiplyInto(dst, src []float32)
TEXT ·MultiplyInto(SB), NOSPLIT, $0-48
	ARGUMENTS
	BLT four

sixteen:
	LOAD16
	FMUL4S(0, 0, 4)
	FMUL4S(1, 1, 5)
	FMUL4S(2, 2, 6)
	FMUL4S(3, 3, 7)
	STORE16
	BGE sixteen

four:
	ADDS $16, R1
	BEQ  done

loop:
	LOAD4
	FMUL4S(0, 0, 4)
	STORE4
	BNE loop

done:
	RET

// func MaximumInto(dst, src []float32)
TEXT ·MaximumInto(SB), NOSPLIT, $0-48
	ARGUMENTS
	BLT four

sixteen:
	LOAD16
	FMAX4S(0, 0, 4)
	FMAX4S(1, 1, 5)
	FMAX4S(2, 2, 6)
	FMAX4S(3, 3, 7)
	STORE16
	BGE sixteen

four:
	ADDS $16, R1
	BEQ  done

loop:
	LOAD4
	FMAX4S(0, 0, 4)
	STORE4
	BNE loop

done:
	RET

// func MinimumInto(dst, src []float32)
TEXT ·MinimumInto(SB), NOSPLIT, $0-48
	ARGUMENTS
	BLT four

sixteen:
	LOAD16
	FMIN4S(0, 0, 4)
	FMIN4S(1, 1, 5)
	FMIN4S(2, 2, 6)
	FMIN4S(3, 3, 7)
	STORE16
	BGE sixteen

four:
	ADDS $16, R1
	BEQ  done

loop:
	LOAD4
	FMIN4S(0, 0, 4)
	STORE4
	BNE loop

done:
	RET

// func Clamp(v []float32, low, high float32)
//
//	V0-V3 v   V4 low   V5 high
//	R0 v   R1 elements left   R2 v to be written
TEXT ·Clamp(SB), NOSPLIT, $0-32
	MOVD  $low+24(FP), R2
	VLD1R (R2), [V4.S4]
	MOVD  $high+28(FP), R2
	VLD1R (R2), [V5.S4]
	MOVD  v_base+0(FP), R0
	MOVD  v_len+8(FP), R1
	MOVD  R0, R2
	SUBS  $16, R1
	BLT   four

sixteen:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	FMAX4S(0, 0, 4)
	FMIN4S(0, 0, 5)
	FMAX4S(1, 1, 4)
	FMIN4S(1, 1, 5)
	FMAX4S(2, 2, 4)
	FMIN4S(2, 2, 5)
	FMAX4S(3, 3, 4)
	FMIN4S(3, 3, 5)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R2)
	SUBS   $16, R1
	BGE    sixteen

four:
	ADDS $16, R1
	BEQ  done

loop:
	VLD1.P 16(R0), [V0.S4]
	FMAX4S(0, 0, 4)
	FMIN4S(0, 0, 5)
	VST1.P [V0.S4], 16(R2)
	SUBS   $4, R1
	BNE    loop

done:
	RET

// func Scale(v []float32, factor, offset float32)
//
//	V0-V3 v   V4 factor   V5 offset
//	R0 v   R1 elements left   R2 v to be written
TEXT ·Scale(SB), NOSPLIT, $0-32
	MOVD  $factor+24(FP), R2
	VLD1R (R2), [V4.S4]
	MOVD  $offset+28(FP), R2
	VLD1R (R2), [V5.S4]
	MOVD  v_base+0(FP), R0
	MOVD  v_len+8(FP), R1
	MOVD  R0, R2
	SUBS  $16, R1
	BLT   four

sixteen:
	VLD1.P 64(R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	FMUL4S(0, 0, 4)
	FADD4S(0, 0, 5)
	FMUL4S(1, 1, 4)
	FADD4S(1, 1, 5)
	FMUL4S(2, 2, 4)
	FADD4S(2, 2, 5)
	FMUL4S(3, 3, 4)
	FADD4S(3, 3, 5)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R2)
	SUBS   $16, R1
	BGE    sixteen

four:
	ADDS $16, R1
	BEQ  done

loop:
	VLD1.P 16(R0), [V0.S4]
	FMUL4S(0, 0, 4)
	FADD4S(0, 0, 5)
	VST1.P [V0.S4], 16(R2)
	SUBS   $4, R1
	BNE    loop

done:
	RET

// func Pool(dst, src []float32, rowStride, pixelStride, channels, rows, columns, step, pixels int, sum bool, factor float32)
//
//	V0 maximum or sum   V1 an element   V2 factor
//	R0 dst   R1 src of a pixel   R2 rowStride   R3 pixelStride   R4 rows   R5 columns   R6 step
//	R7 pixels left   R8 sum   R9 channels left   R10 src of four channels   R11 row   R12 element
//	R13 rows left   R14 columns left   R15 channels
//
// Maxima of 2x2 have a loop of their own, with R16 1 and the fourth element R14
// bytes from the first in V0, V1, V3 and V4.
TEXT ·Pool(SB), NOSPLIT, $0-112
	MOVD  $factor+108(FP), R0
	VLD1R (R0), [V2.S4]
	MOVD  dst_base+0(FP), R0
	MOVD  src_base+24(FP), R1
	MOVD  rowStride+48(FP), R2
	MOVD  pixelStride+56(FP), R3
	MOVD  channels+64(FP), R15
	MOVD  rows+72(FP), R4
	MOVD  columns+80(FP), R5
	MOVD  step+88(FP), R6
	MOVD  pixels+96(FP), R7
	MOVBU sum+104(FP), R8
	LSL   $2, R2
	LSL   $2, R3
	LSL   $2, R6
	CMP   $2, R4
	CCMP  EQ, R5, $2, $0
	CCMP  EQ, R8, $0, $0
	CSET  EQ, R16

pixel:
	MOVD R1, R10
	MOVD R15, R9
	CBNZ R16, square

group:
	MOVD R10, R11
	MOVD R4, R13
	CBNZ R8, add
	VLD1 (R10), [V0.S4]

maximum:
	MOVD R11, R12
	ADD  R2, R11
	MOVD R5, R14

larger:
	VLD1.P (R12)(R3), [V1.S4]
	FMAX4S(0, 0, 1)
	SUBS   $1, R14
	BNE    larger
	SUBS   $1, R13
	BNE    maximum
	B      store

add:
	VEOR V0.B16, V0.B16, V0.B16

sums:
	MOVD R11, R12
	ADD  R2, R11
	MOVD R5, R14

element:
	VLD1.P (R12)(R3), [V1.S4]
	FADD4S(0, 0, 1)
	SUBS   $1, R14
	BNE    element
	SUBS   $1, R13
	BNE    sums
	FMUL4S(0, 0, 2)

store:
	VST1.P [V0.S4], 16(R0)
	ADD    $16, R10
	SUBS   $4, R9
	BNE    group

next:
	ADD  R6, R1
	SUBS $1, R7
	BNE  pixel
	RET

square:
	ADD R2, R3, R14

four:
	FMOVQ (R10), F0
	LDRQ(1, 10, 3)
	LDRQ(3, 10, 2)
	LDRQ(4, 10, 14)
	FMAX4S(0, 0, 1)
	FMAX4S(3, 3, 4)
	FMAX4S(0, 0, 3)
	VST1.P [V0.S4], 16(R0)
	ADD    $16, R10
	SUBS   $4, R9
	BNE    four
	B      next

// func Blend(dst, a, b, c, d []float32, wa, wb, wc, wd float32)
//
//	V0-V3 sources   V4 sum   V16-V19 weights   R0 dst   R1 elements left   R2-R5 sources
TEXT ·Blend(SB), NOSPLIT, $0-136
	MOVD  dst_base+0(FP), R0
	MOVD  dst_len+8(FP), R1
	MOVD  a_base+24(FP), R2
	MOVD  b_base+48(FP), R3
	MOVD  c_base+72(FP), R4
	MOVD  d_base+96(FP), R5
	MOVWU wa+120(FP), R6
	VDUP  R6, V16.S4
	MOVWU wb+124(FP), R6
	VDUP  R6, V17.S4
	MOVWU wc+128(FP), R6
	VDUP  R6, V18.S4
	MOVWU wd+132(FP), R6
	VDUP  R6, V19.S4

loop:
	VLD1.P 16(R2), [V0.S4]
	VLD1.P 16(R3), [V1.S4]
	VLD1.P 16(R4), [V2.S4]
	VLD1.P 16(R5), [V3.S4]
	FMUL4S(4, 0, 16)
	FMLA4S(4, 1, 17)
	FMLA4S(4, 2, 18)
	FMLA4S(4, 3, 19)
	VST1.P [V4.S4], 16(R0)
	SUBS   $4, R1
	BNE    loop
	RET
