//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"
#include "winograd_arm64.h"

// LOAD6 loads one column of the patch and moves on to the next.
#define LOAD6(d0, d1, d2, d3, d4, d5) \
	MOVD   R9, R10; \
	ADD    R5, R9; \
	VLD1.P (R10)(R4), [d0.S4]; \
	VLD1.P (R10)(R4), [d1.S4]; \
	VLD1.P (R10)(R4), [d2.S4]; \
	VLD1.P (R10)(R4), [d3.S4]; \
	VLD1.P (R10)(R4), [d4.S4]; \
	VLD1   (R10), [d5.S4]

// STORE6 stores six positions.
#define STORE6(t0, t1, t2, t3, t4, t5) \
	VST1.P [t0.S4], (R10)(R1); \
	VST1.P [t1.S4], (R10)(R1); \
	VST1.P [t2.S4], (R10)(R1); \
	VST1.P [t3.S4], (R10)(R1); \
	VST1.P [t4.S4], (R10)(R1); \
	VST1.P [t5.S4], (R10)(R1)

// func WinogradInput(dst []float32, position, groupStride int, src []float32, rowStride, pixelStride, channels int)
//
// Four channels at a time: columns 0 and 1 of transposed(B)*d wait on the stack,
// columns 2 to 5 in V0-V23. Needs ASIMD.
//
//	V24, V25, V26  elements 0 and 1 of a row, result 0   V29 e   V30 d0   V31 4
//	R0 dst   R1 position   R2 groupStride   R3 src   R4 rowStride   R5 pixelStride
//	R6 channels left   R9 column   R10 its row, then dst of a position   R11 stack
TEXT ·WinogradInput(SB), NOSPLIT, $192-88
	MOVD dst_base+0(FP), R0
	MOVD position+24(FP), R1
	MOVD groupStride+32(FP), R2
	MOVD src_base+40(FP), R3
	MOVD rowStride+64(FP), R4
	MOVD pixelStride+72(FP), R5
	MOVD channels+80(FP), R6
	LSL  $2, R1
	LSL  $2, R2
	LSL  $2, R4
	LSL  $2, R5
	MOVD $scratch-192(SP), R11
	FMOVS $4.0, F31

group:
	MOVD R3, R9
	LOAD6(V30, V1, V2, V3, V4, V5)
	INPUT6(0, 30, 1, 2, 3, 4, 5, 29)
	LOAD6(V30, V7, V8, V9, V10, V11)
	INPUT6(6, 30, 7, 8, 9, 10, 11, 29)
	FSTPQ (F0, F6), 0(R11)
	FSTPQ (F1, F7), 32(R11)
	FSTPQ (F2, F8), 64(R11)
	FSTPQ (F3, F9), 96(R11)
	FSTPQ (F4, F10), 128(R11)
	FSTPQ (F5, F11), 160(R11)
	LOAD6(V30, V1, V2, V3, V4, V5)
	INPUT6(0, 30, 1, 2, 3, 4, 5, 29)
	LOAD6(V30, V7, V8, V9, V10, V11)
	INPUT6(6, 30, 7, 8, 9, 10, 11, 29)
	LOAD6(V30, V13, V14, V15, V16, V17)
	INPUT6(12, 30, 13, 14, 15, 16, 17, 29)
	LOAD6(V30, V19, V20, V21, V22, V23)
	INPUT6(18, 30, 19, 20, 21, 22, 23, 29)
	MOVD R0, R10
	FLDPQ 0(R11), (F24, F25)
	INPUT6(26, 24, 25, 0, 6, 12, 18, 29)
	STORE6(V26, V25, V0, V6, V12, V18)
	FLDPQ 32(R11), (F24, F25)
	INPUT6(26, 24, 25, 1, 7, 13, 19, 29)
	STORE6(V26, V25, V1, V7, V13, V19)
	FLDPQ 64(R11), (F24, F25)
	INPUT6(26, 24, 25, 2, 8, 14, 20, 29)
	STORE6(V26, V25, V2, V8, V14, V20)
	FLDPQ 96(R11), (F24, F25)
	INPUT6(26, 24, 25, 3, 9, 15, 21, 29)
	STORE6(V26, V25, V3, V9, V15, V21)
	FLDPQ 128(R11), (F24, F25)
	INPUT6(26, 24, 25, 4, 10, 16, 22, 29)
	STORE6(V26, V25, V4, V10, V16, V22)
	FLDPQ 160(R11), (F24, F25)
	INPUT6(26, 24, 25, 5, 11, 17, 23, 29)
	STORE6(V26, V25, V5, V11, V17, V23)
	ADD  $16, R3
	ADD  R2, R0
	SUBS $4, R6
	BNE  group
	RET

// STORE6HALF stores six positions in float16.
#define STORE6HALF(n0, n1, n2, n3, n4, n5, t0, t1, t2, t3, t4, t5) \
	FCVTN4H(n0, n0); \
	FCVTN4H(n1, n1); \
	FCVTN4H(n2, n2); \
	FCVTN4H(n3, n3); \
	FCVTN4H(n4, n4); \
	FCVTN4H(n5, n5); \
	VST1.P [t0.H4], (R10)(R1); \
	VST1.P [t1.H4], (R10)(R1); \
	VST1.P [t2.H4], (R10)(R1); \
	VST1.P [t3.H4], (R10)(R1); \
	VST1.P [t4.H4], (R10)(R1); \
	VST1.P [t5.H4], (R10)(R1)

// func WinogradInputHalf(dst []uint16, position, groupStride int, src []float32, rowStride, pixelStride, channels int)
//
// Four channels at a time: columns 0 and 1 of transposed(B)*d wait on the stack,
// columns 2 to 5 in V0-V23. Needs ASIMD.
// Halves of a group of eight channels alternate in R12 and R2, the ways to the next.
//
//	V24, V25, V26  elements 0 and 1 of a row, result 0   V29 e   V30 d0   V31 4
//	R0 dst   R1 position   R3 src   R4 rowStride   R5 pixelStride
//	R6 channels left   R9 column   R10 its row, then dst of a position   R11 stack
//	R12 bytes to the next four channels   R2 and to those after them
TEXT ·WinogradInputHalf(SB), NOSPLIT, $192-88
	MOVD dst_base+0(FP), R0
	MOVD position+24(FP), R1
	MOVD groupStride+32(FP), R2
	MOVD src_base+40(FP), R3
	MOVD rowStride+64(FP), R4
	MOVD pixelStride+72(FP), R5
	MOVD channels+80(FP), R6
	LSL  $1, R1
	LSL  $1, R2
	SUB  $8, R2
	MOVD $8, R12
	LSL  $2, R4
	LSL  $2, R5
	MOVD $scratch-192(SP), R11
	FMOVS $4.0, F31

group:
	MOVD R3, R9
	LOAD6(V30, V1, V2, V3, V4, V5)
	INPUT6(0, 30, 1, 2, 3, 4, 5, 29)
	LOAD6(V30, V7, V8, V9, V10, V11)
	INPUT6(6, 30, 7, 8, 9, 10, 11, 29)
	FSTPQ (F0, F6), 0(R11)
	FSTPQ (F1, F7), 32(R11)
	FSTPQ (F2, F8), 64(R11)
	FSTPQ (F3, F9), 96(R11)
	FSTPQ (F4, F10), 128(R11)
	FSTPQ (F5, F11), 160(R11)
	LOAD6(V30, V1, V2, V3, V4, V5)
	INPUT6(0, 30, 1, 2, 3, 4, 5, 29)
	LOAD6(V30, V7, V8, V9, V10, V11)
	INPUT6(6, 30, 7, 8, 9, 10, 11, 29)
	LOAD6(V30, V13, V14, V15, V16, V17)
	INPUT6(12, 30, 13, 14, 15, 16, 17, 29)
	LOAD6(V30, V19, V20, V21, V22, V23)
	INPUT6(18, 30, 19, 20, 21, 22, 23, 29)
	MOVD R0, R10
	FLDPQ 0(R11), (F24, F25)
	INPUT6(26, 24, 25, 0, 6, 12, 18, 29)
	STORE6HALF(26, 25, 0, 6, 12, 18, V26, V25, V0, V6, V12, V18)
	FLDPQ 32(R11), (F24, F25)
	INPUT6(26, 24, 25, 1, 7, 13, 19, 29)
	STORE6HALF(26, 25, 1, 7, 13, 19, V26, V25, V1, V7, V13, V19)
	FLDPQ 64(R11), (F24, F25)
	INPUT6(26, 24, 25, 2, 8, 14, 20, 29)
	STORE6HALF(26, 25, 2, 8, 14, 20, V26, V25, V2, V8, V14, V20)
	FLDPQ 96(R11), (F24, F25)
	INPUT6(26, 24, 25, 3, 9, 15, 21, 29)
	STORE6HALF(26, 25, 3, 9, 15, 21, V26, V25, V3, V9, V15, V21)
	FLDPQ 128(R11), (F24, F25)
	INPUT6(26, 24, 25, 4, 10, 16, 22, 29)
	STORE6HALF(26, 25, 4, 10, 16, 22, V26, V25, V4, V10, V16, V22)
	FLDPQ 160(R11), (F24, F25)
	INPUT6(26, 24, 25, 5, 11, 17, 23, 29)
	STORE6HALF(26, 25, 5, 11, 17, 23, V26, V25, V5, V11, V17, V23)
	ADD  $16, R3
	ADD  R12, R0
	MOVD R12, R13
	MOVD R2, R12
	MOVD R13, R2
	SUBS $4, R6
	BNE  group
	RET

// COLUMN loads one column of the products, and moves on to the next.
#define COLUMN(m0, m1, m2, m3, m4, m5) \
	MOVD   R9, R10; \
	ADD    R4, R9; \
	VLD1.P (R10)(R5), [m0.S4]; \
	VLD1.P (R10)(R5), [m1.S4]; \
	VLD1.P (R10)(R5), [m2.S4]; \
	VLD1.P (R10)(R5), [m3.S4]; \
	VLD1.P (R10)(R5), [m4.S4]; \
	VLD1   (R10), [m5.S4]

// func WinogradOutput(dst []float32, rowStride, pixelStride int, m []float32, position int, bias []float32, filters int, pool bool, low, high float32)
//
// Four filters at a time: column j of transposed(A)*m in V(4j) to V(4j+3). The
// bias joins product (1,1), which every output contains once. Needs ASIMD.
//
//	V24-V27  m2, m3, m4 and u; then y2 and u   V27 bias   V28 low   V29 high   V31 2, 4, 8
//	R0 dst   R1 rowStride   R2 pixelStride   R3 m   R4 position   R5 6*position
//	R6 bias   R7 filters left   R8 pool   R9 column or row   R10 its elements
TEXT ·WinogradOutput(SB), NOSPLIT, $0-116
	MOVD  dst_base+0(FP), R0
	MOVD  rowStride+24(FP), R1
	MOVD  pixelStride+32(FP), R2
	MOVD  m_base+40(FP), R3
	MOVD  position+64(FP), R4
	MOVD  bias_base+72(FP), R6
	MOVD  filters+96(FP), R7
	MOVBU pool+104(FP), R8
	MOVD  $low+108(FP), R9
	VLD1R (R9), [V28.S4]
	MOVD  $high+112(FP), R9
	VLD1R (R9), [V29.S4]
	LSL   $2, R1
	LSL   $2, R2
	LSL   $2, R4
	ADD   R4<<1, R4, R5
	LSL   $1, R5
	FMOVS $2.0, F31
	FMOVS $4.0, F30
	VMOV  V30.S[0], V31.S[1]
	FMOVS $8.0, F30
	VMOV  V30.S[0], V31.S[2]

filter:
	MOVD R3, R9
	COLUMN(V0, V1, V24, V25, V26, V3)
	OUTPUT6(0, 1, 24, 25, 26, 3, 2, 27)
	COLUMN(V4, V5, V24, V25, V26, V7)
	VLD1.P 16(R6), [V27.S4]
	FADD4S(5, 5, 27)
	OUTPUT6(4, 5, 24, 25, 26, 7, 6, 27)
	COLUMN(V8, V9, V24, V25, V26, V11)
	OUTPUT6(8, 9, 24, 25, 26, 11, 10, 27)
	COLUMN(V12, V13, V24, V25, V26, V15)
	OUTPUT6(12, 13, 24, 25, 26, 15, 14, 27)
	COLUMN(V16, V17, V24, V25, V26, V19)
	OUTPUT6(16, 17, 24, 25, 26, 19, 18, 27)
	COLUMN(V20, V21, V24, V25, V26, V23)
	OUTPUT6(20, 21, 24, 25, 26, 23, 22, 27)
	MOVD R0, R9
	CBZ  R8, whole

	ROWMAX(0, 4, 8, 12, 16, 20)
	ROWMAX(1, 5, 9, 13, 17, 21)
	ROWMAX(2, 6, 10, 14, 18, 22)
	ROWMAX(3, 7, 11, 15, 19, 23)
	FMAX4S(0, 0, 1)
	FMAX4S(4, 4, 5)
	FMAX4S(2, 2, 3)
	FMAX4S(6, 6, 7)
	CLAMP(0)
	CLAMP(4)
	CLAMP(2)
	CLAMP(6)
	ADD    R1, R0, R10
	VST1.P [V0.S4], (R9)(R2)
	VST1   [V4.S4], (R9)
	VST1.P [V2.S4], (R10)(R2)
	VST1   [V6.S4], (R10)

next:
	ADD  $16, R0
	ADD  $16, R3
	SUBS $4, R7
	BNE  filter
	RET

whole:
	OUTPUT6(0, 4, 8, 12, 16, 20, 24, 25)
	STOREROW(0, 4, 20, V0, V4, V20)
	OUTPUT6(1, 5, 9, 13, 17, 21, 24, 25)
	STOREROW(1, 5, 21, V1, V5, V21)
	OUTPUT6(2, 6, 10, 14, 18, 22, 24, 25)
	STOREROW(2, 6, 22, V2, V6, V22)
	OUTPUT6(3, 7, 11, 15, 19, 23, 24, 25)
	STOREROW(3, 7, 23, V3, V7, V23)
	B next
