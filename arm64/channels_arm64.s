//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// Each loop keeps what belongs to some channels in registers while it walks over
// the pixels: to sixteen while there are as many, then to four.

// func SumChannels(sums, v []float32, stride, channels, pixels int)
//
//	V0-V3 sums   V4-V7 a pixel   R0 sums   R1 v   R2 stride   R3 channels left   R4 pixels
//	R5 pixel of v   R6 pixels left
TEXT ·SumChannels(SB), NOSPLIT, $0-72
	MOVD sums_base+0(FP), R0
	MOVD v_base+24(FP), R1
	MOVD stride+48(FP), R2
	MOVD channels+56(FP), R3
	MOVD pixels+64(FP), R4
	LSL  $2, R2

four:
	CMP  $16, R3
	BLT  one
	VLD1 (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	MOVD R1, R5
	MOVD R4, R6

pixel4:
	VLD1 (R5), [V4.S4, V5.S4, V6.S4, V7.S4]
	ADD  R2, R5
	FADD4S(0, 0, 4)
	FADD4S(1, 1, 5)
	FADD4S(2, 2, 6)
	FADD4S(3, 3, 7)
	SUBS $1, R6
	BNE  pixel4
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	ADD  $64, R1
	SUB  $16, R3
	B    four

one:
	CBZ  R3, done
	VLD1 (R0), [V0.S4]
	MOVD R1, R5
	MOVD R4, R6

pixel1:
	VLD1 (R5), [V4.S4]
	ADD  R2, R5
	FADD4S(0, 0, 4)
	SUBS $1, R6
	BNE  pixel1
	VST1.P [V0.S4], 16(R0)
	ADD  $16, R1
	SUB  $4, R3
	B    one

done:
	RET

// func SumSquares(sums, x, mean []float32, stride, channels, pixels int)
//
//	V0-V3 sums   V4-V7 a pixel's distances   V16-V19 means   R0 sums   R1 x   R2 stride   R3 channels left   R4 pixels
//	R5 pixel of x   R6 pixels left   R7 means
TEXT ·SumSquares(SB), NOSPLIT, $0-96
	MOVD sums_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD mean_base+48(FP), R7
	MOVD stride+72(FP), R2
	MOVD channels+80(FP), R3
	MOVD pixels+88(FP), R4
	LSL  $2, R2

four:
	CMP    $16, R3
	BLT    one
	VLD1   (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R7), [V16.S4, V17.S4, V18.S4, V19.S4]
	MOVD   R1, R5
	MOVD   R4, R6

pixel4:
	VLD1 (R5), [V4.S4, V5.S4, V6.S4, V7.S4]
	ADD  R2, R5
	FSUB4S(4, 4, 16)
	FSUB4S(5, 5, 17)
	FSUB4S(6, 6, 18)
	FSUB4S(7, 7, 19)
	FMLA4S(0, 4, 4)
	FMLA4S(1, 5, 5)
	FMLA4S(2, 6, 6)
	FMLA4S(3, 7, 7)
	SUBS $1, R6
	BNE  pixel4
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	ADD  $64, R1
	SUB  $16, R3
	B    four

one:
	CBZ    R3, done
	VLD1   (R0), [V0.S4]
	VLD1.P 16(R7), [V16.S4]
	MOVD   R1, R5
	MOVD   R4, R6

pixel1:
	VLD1 (R5), [V4.S4]
	ADD  R2, R5
	FSUB4S(4, 4, 16)
	FMLA4S(0, 4, 4)
	SUBS $1, R6
	BNE  pixel1
	VST1.P [V0.S4], 16(R0)
	ADD  $16, R1
	SUB  $4, R3
	B    one

done:
	RET

// func SumSlopes(dbeta, dgamma, x, dy, mean []float32, stride, channels, pixels int)
//
//	V0-V3 offsets' sums   V4-V7 scales' sums   V16-V19 means   V20-V23 a pixel's distances   V24-V27 its gradients
//	R0 dbeta   R8 dgamma   R1 x   R9 dy   R7 means   R2 stride   R3 channels left   R4 pixels
//	R5 pixel of x   R10 pixel of dy   R6 pixels left
TEXT ·SumSlopes(SB), NOSPLIT, $0-144
	MOVD dbeta_base+0(FP), R0
	MOVD dgamma_base+24(FP), R8
	MOVD x_base+48(FP), R1
	MOVD dy_base+72(FP), R9
	MOVD mean_base+96(FP), R7
	MOVD stride+120(FP), R2
	MOVD channels+128(FP), R3
	MOVD pixels+136(FP), R4
	LSL  $2, R2

four:
	CMP    $16, R3
	BLT    one
	VLD1   (R0), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1   (R8), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R7), [V16.S4, V17.S4, V18.S4, V19.S4]
	MOVD   R1, R5
	MOVD   R9, R10
	MOVD   R4, R6

pixel4:
	VLD1 (R5), [V20.S4, V21.S4, V22.S4, V23.S4]
	VLD1 (R10), [V24.S4, V25.S4, V26.S4, V27.S4]
	ADD  R2, R5
	ADD  R2, R10
	FSUB4S(20, 20, 16)
	FSUB4S(21, 21, 17)
	FSUB4S(22, 22, 18)
	FSUB4S(23, 23, 19)
	FADD4S(0, 0, 24)
	FADD4S(1, 1, 25)
	FADD4S(2, 2, 26)
	FADD4S(3, 3, 27)
	FMLA4S(4, 20, 24)
	FMLA4S(5, 21, 25)
	FMLA4S(6, 22, 26)
	FMLA4S(7, 23, 27)
	SUBS $1, R6
	BNE  pixel4
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R0)
	VST1.P [V4.S4, V5.S4, V6.S4, V7.S4], 64(R8)
	ADD  $64, R1
	ADD  $64, R9
	SUB  $16, R3
	B    four

one:
	CBZ    R3, done
	VLD1   (R0), [V0.S4]
	VLD1   (R8), [V4.S4]
	VLD1.P 16(R7), [V16.S4]
	MOVD   R1, R5
	MOVD   R9, R10
	MOVD   R4, R6

pixel1:
	VLD1 (R5), [V20.S4]
	VLD1 (R10), [V24.S4]
	ADD  R2, R5
	ADD  R2, R10
	FSUB4S(20, 20, 16)
	FADD4S(0, 0, 24)
	FMLA4S(4, 20, 24)
	SUBS $1, R6
	BNE  pixel1
	VST1.P [V0.S4], 16(R0)
	VST1.P [V4.S4], 16(R8)
	ADD  $16, R1
	ADD  $16, R9
	SUB  $4, R3
	B    one

done:
	RET

// func Normalize(y, x, scale, offset []float32, stride, channels, pixels int)
//
//	V0-V3 scales   V4-V7 offsets   V16-V19 a pixel   V20-V23 what it becomes   R0 y   R1 x   R2 stride   R3 channels left   R4 pixels
//	R5 pixel of x   R6 pixels left   R7 scales   R8 offsets   R10 pixel of y
TEXT ·Normalize(SB), NOSPLIT, $0-120
	MOVD y_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD scale_base+48(FP), R7
	MOVD offset_base+72(FP), R8
	MOVD stride+96(FP), R2
	MOVD channels+104(FP), R3
	MOVD pixels+112(FP), R4
	LSL  $2, R2

four:
	CMP    $16, R3
	BLT    one
	VLD1.P 64(R7), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1.P 64(R8), [V4.S4, V5.S4, V6.S4, V7.S4]
	MOVD   R1, R5
	MOVD   R0, R10
	MOVD   R4, R6

pixel4:
	VLD1 (R5), [V16.S4, V17.S4, V18.S4, V19.S4]
	ADD  R2, R5
	VMOV V4.B16, V20.B16
	VMOV V5.B16, V21.B16
	VMOV V6.B16, V22.B16
	VMOV V7.B16, V23.B16
	FMLA4S(20, 16, 0)
	FMLA4S(21, 17, 1)
	FMLA4S(22, 18, 2)
	FMLA4S(23, 19, 3)
	VST1 [V20.S4, V21.S4, V22.S4, V23.S4], (R10)
	ADD  R2, R10
	SUBS $1, R6
	BNE  pixel4
	ADD  $64, R0
	ADD  $64, R1
	SUB  $16, R3
	B    four

one:
	CBZ    R3, done
	VLD1.P 16(R7), [V0.S4]
	VLD1.P 16(R8), [V4.S4]
	MOVD   R1, R5
	MOVD   R0, R10
	MOVD   R4, R6

pixel1:
	VLD1 (R5), [V16.S4]
	ADD  R2, R5
	VMOV V4.B16, V20.B16
	FMLA4S(20, 16, 0)
	VST1 [V20.S4], (R10)
	ADD  R2, R10
	SUBS $1, R6
	BNE  pixel1
	ADD  $16, R0
	ADD  $16, R1
	SUB  $4, R3
	B    one

done:
	RET

// BACK makes dx of a vector of a pixel.
#define BACK(x, g, mean, scale, beta, gamma) \
	FSUB4S(x, x, mean); \
	FSUB4S(g, g, beta); \
	FMLS4S(g, x, gamma); \
	FMUL4S(g, g, scale)

// func NormalizationGradient(dx, x, dy, mean, scale, dbeta, dgamma []float32, stride, channels, pixels int)
//
//	V0, V1 means   V2, V3 scales   V4, V5 dbeta   V6, V7 dgamma   V16, V17 a pixel's distances   V18, V19 its gradients
//	R0 dx   R1 x   R9 dy   R2 stride   R3 channels left   R4 pixels   R7 means   R8 scales   R11 dbeta   R12 dgamma
//	R5 pixel of x   R10 pixel of dy   R13 pixel of dx   R6 pixels left
TEXT ·NormalizationGradient(SB), NOSPLIT, $0-192
	MOVD dx_base+0(FP), R0
	MOVD x_base+24(FP), R1
	MOVD dy_base+48(FP), R9
	MOVD mean_base+72(FP), R7
	MOVD scale_base+96(FP), R8
	MOVD dbeta_base+120(FP), R11
	MOVD dgamma_base+144(FP), R12
	MOVD stride+168(FP), R2
	MOVD channels+176(FP), R3
	MOVD pixels+184(FP), R4
	LSL  $2, R2

two:
	CMP    $8, R3
	BLT    one
	VLD1.P 32(R7), [V0.S4, V1.S4]
	VLD1.P 32(R8), [V2.S4, V3.S4]
	VLD1.P 32(R11), [V4.S4, V5.S4]
	VLD1.P 32(R12), [V6.S4, V7.S4]
	MOVD   R1, R5
	MOVD   R9, R10
	MOVD   R0, R13
	MOVD   R4, R6

pixel2:
	VLD1 (R5), [V16.S4, V17.S4]
	VLD1 (R10), [V18.S4, V19.S4]
	ADD  R2, R5
	ADD  R2, R10
	BACK(16, 18, 0, 2, 4, 6)
	BACK(17, 19, 1, 3, 5, 7)
	VST1 [V18.S4, V19.S4], (R13)
	ADD  R2, R13
	SUBS $1, R6
	BNE  pixel2
	ADD  $32, R0
	ADD  $32, R1
	ADD  $32, R9
	SUB  $8, R3
	B    two

one:
	CBZ  R3, done
	VLD1 (R7), [V0.S4]
	VLD1 (R8), [V2.S4]
	VLD1 (R11), [V4.S4]
	VLD1 (R12), [V6.S4]

pixel1:
	VLD1 (R1), [V16.S4]
	VLD1 (R9), [V18.S4]
	ADD  R2, R1
	ADD  R2, R9
	BACK(16, 18, 0, 2, 4, 6)
	VST1 [V18.S4], (R0)
	ADD  R2, R0
	SUBS $1, R4
	BNE  pixel1

done:
	RET
