//go:build !purego

#include "textflag.h"
#include "instructions_arm64.h"

// The kernels of this file share their registers.
//
//	V0-V3  sums   V4-V7  x   V16-V19  weights   V20-V23  sums of two products
//	R0 sums   R1 sums left   R2 x   R3 its length   R4 w   R5 x at k   R6 k left   R7 the sum
#define ARGUMENTS \
	MOVD sums_base+0(FP), R0; \
	MOVD sums_len+8(FP), R1; \
	MOVD x_base+24(FP), R2; \
	MOVD x_len+32(FP), R3; \
	MOVD w_base+48(FP), R4

#define BEGIN \
	MOVD R2, R5; \
	MOVD R3, R6; \
	VEOR V0.B16, V0.B16, V0.B16; \
	VEOR V1.B16, V1.B16, V1.B16; \
	VEOR V2.B16, V2.B16, V2.B16; \
	VEOR V3.B16, V3.B16, V3.B16

#define LOAD \
	VLD1.P 64(R5), [V4.B16, V5.B16, V6.B16, V7.B16]; \
	VLD1.P 64(R4), [V16.B16, V17.B16, V18.B16, V19.B16]

#define END \
	ADD4S(0, 0, 1); \
	ADD4S(2, 2, 3); \
	ADD4S(0, 0, 2); \
	VADDV V0.S4, V0; \
	FMOVS F0, (R0); \
	ADD   $4, R0; \
	SUBS  $1, R1

// func Int8DenseDot(sums []int32, x, w []int8)
//
// Needs DotProd.
TEXT ·Int8DenseDot(SB), NOSPLIT, $0-72
	ARGUMENTS

unit:
	BEGIN

loop:
	LOAD
	SUBS $64, R6
	SDOT4S(0, 4, 16)
	SDOT4S(1, 5, 17)
	SDOT4S(2, 6, 18)
	SDOT4S(3, 7, 19)
	BNE  loop
	END
	BNE  unit
	RET

// func Int8DenseLong(sums []int32, x, w []int8)
//
// Needs ASIMD.
TEXT ·Int8DenseLong(SB), NOSPLIT, $0-72
	ARGUMENTS

unit:
	BEGIN

loop:
	LOAD
	SUBS $64, R6
	SMULL8H(20, 4, 16)
	SMULL8H(21, 5, 17)
	SMULL8H(22, 6, 18)
	SMULL8H(23, 7, 19)
	SMLAL2_8H(20, 4, 16)
	SMLAL2_8H(21, 5, 17)
	SMLAL2_8H(22, 6, 18)
	SMLAL2_8H(23, 7, 19)
	SADALP4S(0, 20)
	SADALP4S(1, 21)
	SADALP4S(2, 22)
	SADALP4S(3, 23)
	BNE  loop
	END
	BNE  unit
	RET
