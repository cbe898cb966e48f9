//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// The kernels of this file make four elements at a time and need ASIMD.
//
//	V0 elements   V1-V3 temporary   V16-V19 parameters   V20 0
//	R0 v   R1 elements left   R2 v to be written   R3 address of a parameter
#define BEGIN \
	MOVD v_base+0(FP), R0; \
	MOVD v_len+8(FP), R1; \
	MOVD R0, R2; \
	VEOR V20.B16, V20.B16, V20.B16

#define PARAMETER(v) VLD1R.P 4(R3), [v.S4]

#define LOAD VLD1.P 16(R0), [V0.S4]

#define STORE \
	VST1.P [V0.S4], 16(R2); \
	SUBS   $4, R1

// LINE makes the clipped line of V0 in V1.
#define LINE \
	FMUL4S(1, 0, 16); \
	FADD4S(1, 1, 17); \
	FMAX4S(1, 1, 20); \
	FMIN4S(1, 1, 18); \
	FMUL4S(1, 1, 19)

// func Rectify(v []float32, threshold, slope, high float32)
//
//	V16 threshold   V17 slope   V18 high
TEXT ·Rectify(SB), NOSPLIT, $0-36
	BEGIN
	MOVD $threshold+24(FP), R3
	PARAMETER(V16)
	PARAMETER(V17)
	PARAMETER(V18)

loop:
	LOAD
	FSUB4S(1, 0, 16)
	FMUL4S(1, 1, 17)
	FMIN4S(2, 0, 18)
	FCMGT4S(3, 16, 0)
	VBIT V3.B16, V1.B16, V2.B16
	VMOV V2.B16, V0.B16
	STORE
	BNE  loop
	RET

// func HardSigmoid(v []float32, slope, offset, high, factor float32)
//
//	V16 slope   V17 offset   V18 high   V19 factor
TEXT ·HardSigmoid(SB), NOSPLIT, $0-40
	BEGIN
	MOVD $slope+24(FP), R3
	PARAMETER(V16)
	PARAMETER(V17)
	PARAMETER(V18)
	PARAMETER(V19)

loop:
	LOAD
	LINE
	VMOV V1.B16, V0.B16
	STORE
	BNE  loop
	RET

// func HardSwish(v []float32, slope, offset, high, factor float32)
//
//	V16 slope   V17 offset   V18 high   V19 factor
TEXT ·HardSwish(SB), NOSPLIT, $0-40
	BEGIN
	MOVD $slope+24(FP), R3
	PARAMETER(V16)
	PARAMETER(V17)
	PARAMETER(V18)
	PARAMETER(V19)

loop:
	LOAD
	LINE
	FMUL4S(0, 0, 1)
	STORE
	BNE loop
	RET

// func Softsign(v []float32)
//
//	V16 1
TEXT ·Softsign(SB), NOSPLIT, $0-24
	BEGIN
	FMOVS $1.0, F16
	VDUP  V16.S[0], V16.S4

loop:
	LOAD
	FABS4S(1, 0)
	FADD4S(1, 1, 16)
	FDIV4S(0, 0, 1)
	STORE
	BNE loop
	RET

// func Affine(dst, src, scale, offset []float32)
//
//	V16 scale   V17 offset
//	R0 src   R1 elements left   R2 dst   R3 scale   R4 offset
TEXT ·Affine(SB), NOSPLIT, $0-96
	MOVD dst_base+0(FP), R2
	MOVD dst_len+8(FP), R1
	MOVD src_base+24(FP), R0
	MOVD scale_base+48(FP), R3
	MOVD offset_base+72(FP), R4

loop:
	LOAD
	VLD1.P 16(R3), [V16.S4]
	VLD1.P 16(R4), [V17.S4]
	FMLA4S(17, 0, 16)
	VMOV V17.B16, V0.B16
	STORE
	BNE  loop
	RET

// func PReLU(dst, src, slope []float32)
//
//	V16 slope   V20 0
//	R0 src   R1 elements left   R2 dst   R3 slope
TEXT ·PReLU(SB), NOSPLIT, $0-72
	MOVD dst_base+0(FP), R2
	MOVD dst_len+8(FP), R1
	MOVD src_base+24(FP), R0
	MOVD slope_base+48(FP), R3
	VEOR V20.B16, V20.B16, V20.B16

loop:
	LOAD
	VLD1.P 16(R3), [V16.S4]
	FMIN4S(1, 0, 20)
	FMAX4S(0, 0, 20)
	FMLA4S(0, 1, 16)
	STORE
	BNE loop
	RET
