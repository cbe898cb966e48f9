#include "textflag.h"
#include "product_amd64.h"

#define ROW256(at, x, c0, c1) \
	VBROADCASTSS (at)(SI), x; \
	VFMADD231PS  Y12, x, c0; \
	VFMADD231PS  Y13, x, c1

#define BOUNDS256 \
	VBROADCASTSS low+136(FP), Y12; \
	VBROADCASTSS high+140(FP), Y13

#define FINISH256(c) \
	VMAXPS c, Y12, c; \
	VMINPS c, Y13, c

#define PAIR(at, x, c0, c1) \
	VBROADCASTSS at, x; \
	VFMADD231PS  Z28, x, c0; \
	VFMADD231PS  Z29, x, c1

#define ONE(at, x, c) \
	VBROADCASTSS at, x; \
	VFMADD231PS  Z28, x, c

#define BOUNDS \
	VBROADCASTSS low+136(FP), Z28; \
	VBROADCASTSS high+140(FP), Z29

#define FINISH(c) \
	VMAXPS c, Z28, c; \
	VMINPS c, Z29, c

// func GEMM(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, low, high float32)
//
// Needs AVX2 and FMA. PRODUCT256 says which register holds what.
TEXT ·GEMM(SB), NOSPLIT, $0-144
	MOVQ dst_base+0(FP), DI
	MOVQ stride+24(FP), R13
	MOVQ b_base+56(FP), BX
	MOVQ depth+80(FP), R8
	MOVQ panels+96(FP), R10
	MOVQ start_base+104(FP), R11
	MOVQ startStride+128(FP), R12
	PRODUCT256

// func GEMM512(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, low, high float32)
//
// Needs AVX-512F. PRODUCT512 says which register holds what.
TEXT ·GEMM512(SB), NOSPLIT, $0-144
	MOVQ dst_base+0(FP), DI
	MOVQ stride+24(FP), R13
	MOVQ b_base+56(FP), BX
	MOVQ depth+80(FP), R8
	MOVQ start_base+104(FP), R11
	MOVQ startStride+128(FP), R12
	PRODUCT512

// func Pack(dst, src []float32, stride, depth, rows int)
//
//	DI dst   SI src   R8 stride   R9 depth left   R10 rows   AX row   CX rows left
TEXT ·Pack(SB), NOSPLIT, $0-72
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), SI
	MOVQ stride+48(FP), R8
	MOVQ depth+56(FP), R9
	MOVQ rows+64(FP), R10
	SHLQ $2, R8

group:
	MOVQ SI, AX
	MOVQ R10, CX

row:
	VMOVUPS (AX), Y0
	VMOVUPS Y0, (DI)
	ADDQ    R8, AX
	ADDQ    $32, DI
	DECQ    CX
	JNE     row
	ADDQ    $32, SI
	SUBQ    $8, R9
	JNE     group
	VZEROUPPER
	RET
