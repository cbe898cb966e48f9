#include "textflag.h"
#include "int8_dense_amd64.h"

#define ADDUP(z, y, x, at) \
	VEXTRACTI64X4 $1, z, Y9; \
	VPADDD        Y9, y, y; \
	TOTAL(y, x, at)

// func Int8Dense8(sums []int32, x []uint8, w []int8)
//
// Needs AVX512_VNNI.
//
//	Z0-Z7 sums   Z8 elements   Z9 temporary   DI sums   SI x   DX w   CX elements left
TEXT ·Int8Dense8(SB), NOSPLIT, $0-72
	ARGUMENTS
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	VPXORD Z4, Z4, Z4
	VPXORD Z5, Z5, Z5
	VPXORD Z6, Z6, Z6
	VPXORD Z7, Z7, Z7

group:
	VMOVDQU32 (SI), Z8
	VPDPBUSD  (DX), Z8, Z0
	VPDPBUSD  64(DX), Z8, Z1
	VPDPBUSD  128(DX), Z8, Z2
	VPDPBUSD  192(DX), Z8, Z3
	VPDPBUSD  256(DX), Z8, Z4
	VPDPBUSD  320(DX), Z8, Z5
	VPDPBUSD  384(DX), Z8, Z6
	VPDPBUSD  448(DX), Z8, Z7
	ADDQ      $64, SI
	ADDQ      $512, DX
	SUBQ      $64, CX
	JNE       group
	ADDUP(Z0, Y0, X0, 0)
	ADDUP(Z1, Y1, X1, 4)
	ADDUP(Z2, Y2, X2, 8)
	ADDUP(Z3, Y3, X3, 12)
	ADDUP(Z4, Y4, X4, 16)
	ADDUP(Z5, Y5, X5, 20)
	ADDUP(Z6, Y6, X6, 24)
	ADDUP(Z7, Y7, X7, 28)
	VZEROUPPER
	RET

// func Int8Dense2(sums []int32, x []uint8, w []int8)
//
// Needs AVX512_VNNI. Registers are those of Int8Dense8.
TEXT ·Int8Dense2(SB), NOSPLIT, $0-72
	ARGUMENTS
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1

group:
	VMOVDQU32 (SI), Z8
	VPDPBUSD  (DX), Z8, Z0
	VPDPBUSD  64(DX), Z8, Z1
	ADDQ      $64, SI
	ADDQ      $128, DX
	SUBQ      $64, CX
	JNE       group
	ADDUP(Z0, Y0, X0, 0)
	ADDUP(Z1, Y1, X1, 4)
	VZEROUPPER
	RET
