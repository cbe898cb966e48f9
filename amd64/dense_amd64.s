#include "textflag.h"

// REDUCE8 stores the sums of Y0-Y3, each of two columns, at DI.
#define REDUCE8 \
	VADDPS       Y4, Y0, Y0; \
	VADDPS       Y5, Y1, Y1; \
	VADDPS       Y6, Y2, Y2; \
	VADDPS       Y7, Y3, Y3; \
	VHADDPS      Y1, Y0, Y0; \
	VHADDPS      Y3, Y2, Y2; \
	VHADDPS      Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VUNPCKLPS    X1, X0, X2; \
	VUNPCKHPS    X1, X0, X3; \
	VMOVUPS      X2, (DI); \
	VMOVUPS      X3, 16(DI)

// REDUCE2 stores the sums of Y0-Y3, all of two columns, at DI.
#define REDUCE2 \
	VADDPS       Y1, Y0, Y0; \
	VADDPS       Y3, Y2, Y2; \
	VADDPS       Y2, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VHADDPS      X1, X0, X0; \
	VHADDPS      X0, X0, X0; \
	VMOVSD       X0, (DI)

#define ZERO4(a, b, c, d) \
	VXORPS a, a, a; \
	VXORPS b, b, b; \
	VXORPS c, c, c; \
	VXORPS d, d, d

// WEIGHTS and HALFWEIGHTS add four of x times the weights of number i.
#define WEIGHTS(i, x, c) VFMADD231PS (32*i)(DX), x, c

#define HALFWEIGHTS(i, x, c) \
	VCVTPH2PS   (16*i)(DX), Y12; \
	VFMADD231PS Y12, x, c

#define FOURS \
	VBROADCASTF128 (SI), Y8; \
	VBROADCASTF128 16(SI), Y9; \
	VBROADCASTF128 32(SI), Y10; \
	VBROADCASTF128 48(SI), Y11

// AHEAD4 fetches 256 bytes at a distance.
#define AHEAD4(at) \
	PREFETCHT0 (at)(DX); \
	PREFETCHT0 (at+64)(DX); \
	PREFETCHT0 (at+128)(DX); \
	PREFETCHT0 (at+192)(DX)

#define AHEAD8(at) \
	AHEAD4(at); \
	AHEAD4(at+256)

#define AHEAD1(at) PREFETCHT0 (at)(DX)

#define AHEAD2(at) \
	PREFETCHT0 (at)(DX); \
	PREFETCHT0 (at+64)(DX)

// DENSE8 multiplies with eight columns and DENSE2 with two, sixteen elements of x
// at a time, whose weights take size bytes.
//
//	Y0-Y7 sums: of two columns, even and odd fours; of DENSE2 Y0-Y3, each of every fourth four
//	Y8-Y11 fours of x   Y12 weights   DI sums   SI x   CX elements left   DX w
#define DENSE8(weights, ahead, size) \
	ZERO4(Y0, Y1, Y2, Y3); \
	ZERO4(Y4, Y5, Y6, Y7); \
loop: \
	FOURS; \
	ahead(4096); \
	weights(0, Y8, Y0); \
	weights(1, Y8, Y1); \
	weights(2, Y8, Y2); \
	weights(3, Y8, Y3); \
	weights(4, Y9, Y4); \
	weights(5, Y9, Y5); \
	weights(6, Y9, Y6); \
	weights(7, Y9, Y7); \
	weights(8, Y10, Y0); \
	weights(9, Y10, Y1); \
	weights(10, Y10, Y2); \
	weights(11, Y10, Y3); \
	weights(12, Y11, Y4); \
	weights(13, Y11, Y5); \
	weights(14, Y11, Y6); \
	weights(15, Y11, Y7); \
	ADDQ $64, SI; \
	ADDQ $(size), DX; \
	SUBQ $16, CX; \
	JNE  loop; \
	REDUCE8; \
	VZEROUPPER; \
	RET

#define DENSE2(weights, ahead, size) \
	ZERO4(Y0, Y1, Y2, Y3); \
loop: \
	FOURS; \
	ahead(1024); \
	weights(0, Y8, Y0); \
	weights(1, Y9, Y1); \
	weights(2, Y10, Y2); \
	weights(3, Y11, Y3); \
	ADDQ $64, SI; \
	ADDQ $(size), DX; \
	SUBQ $16, CX; \
	JNE  loop; \
	REDUCE2; \
	VZEROUPPER; \
	RET

// func Dense8(sums, x, w []float32)
//
// Needs AVX2 and FMA.
TEXT ·Dense8(SB), NOSPLIT, $0-72
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ x_len+32(FP), CX
	MOVQ w_base+48(FP), DX
	DENSE8(WEIGHTS, AHEAD8, 512)

// func Dense2(sums, x, w []float32)
//
// Needs AVX2 and FMA.
TEXT ·Dense2(SB), NOSPLIT, $0-72
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ x_len+32(FP), CX
	MOVQ w_base+48(FP), DX
	DENSE2(WEIGHTS, AHEAD2, 128)

// func Dense8Half(sums, x []float32, w []uint16)
//
// Needs AVX2, FMA and F16C.
TEXT ·Dense8Half(SB), NOSPLIT, $0-72
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ x_len+32(FP), CX
	MOVQ w_base+48(FP), DX
	DENSE8(HALFWEIGHTS, AHEAD4, 256)

// func Dense2Half(sums, x []float32, w []uint16)
//
// Needs AVX2, FMA and F16C.
TEXT ·Dense2Half(SB), NOSPLIT, $0-72
	MOVQ sums_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ x_len+32(FP), CX
	MOVQ w_base+48(FP), DX
	DENSE2(HALFWEIGHTS, AHEAD1, 64)
