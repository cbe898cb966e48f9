// The steps of tiles of pixels whose picture is read where it lies. A file that
// includes this defines, besides, what is multiplied and where biases are:
//
//	PAIR(at, x, c0, c1)  adds a word of the picture, times Z28 and Z29, to the sums of two panels
//	ONE(at, x, c)        adds a word of the picture, times Z28, to the sums of one
//	BIAS0, BIAS1         the biases of two panels
//
// The first half of the pixels begins at SI and the second at BX, R9 apart; R10 and
// R11 are three and five times R9. Weights are at DX.

// STEP2X7 and the like add a word or element of the weights for two panels or one and so
// many pixels from SI on, and from BX on.
#define HALF2X6 \
	PAIR((SI), Z30, Z0, Z1); \
	PAIR((SI)(R9*1), Z31, Z2, Z3); \
	PAIR((SI)(R9*2), Z30, Z4, Z5); \
	PAIR((SI)(R10*1), Z31, Z6, Z7); \
	PAIR((SI)(R9*4), Z30, Z8, Z9); \
	PAIR((SI)(R11*1), Z31, Z10, Z11)

#define STEP2X7 \
	VMOVUPS (DX), Z28; \
	VMOVUPS 64(DX), Z29; \
	HALF2X6; \
	PAIR((SI)(R10*2), Z30, Z12, Z13)

#define STEP2X14 \
	STEP2X7; \
	PAIR((BX), Z31, Z14, Z15); \
	PAIR((BX)(R9*1), Z30, Z16, Z17); \
	PAIR((BX)(R9*2), Z31, Z18, Z19); \
	PAIR((BX)(R10*1), Z30, Z20, Z21); \
	PAIR((BX)(R9*4), Z31, Z22, Z23); \
	PAIR((BX)(R11*1), Z30, Z24, Z25); \
	PAIR((BX)(R10*2), Z31, Z26, Z27)

#define STEP2X12 \
	VMOVUPS (DX), Z28; \
	VMOVUPS 64(DX), Z29; \
	HALF2X6; \
	PAIR((BX), Z30, Z12, Z13); \
	PAIR((BX)(R9*1), Z31, Z14, Z15); \
	PAIR((BX)(R9*2), Z30, Z16, Z17); \
	PAIR((BX)(R10*1), Z31, Z18, Z19); \
	PAIR((BX)(R9*4), Z30, Z20, Z21); \
	PAIR((BX)(R11*1), Z31, Z22, Z23)

#define HALF1X6 \
	ONE((SI), Z30, Z0); \
	ONE((SI)(R9*1), Z31, Z1); \
	ONE((SI)(R9*2), Z30, Z2); \
	ONE((SI)(R10*1), Z31, Z3); \
	ONE((SI)(R9*4), Z30, Z4); \
	ONE((SI)(R11*1), Z31, Z5)

#define STEP1X7 \
	VMOVUPS (DX), Z28; \
	HALF1X6; \
	ONE((SI)(R10*2), Z30, Z6)

#define STEP1X14 \
	STEP1X7; \
	ONE((BX), Z31, Z7); \
	ONE((BX)(R9*1), Z30, Z8); \
	ONE((BX)(R9*2), Z31, Z9); \
	ONE((BX)(R10*1), Z30, Z10); \
	ONE((BX)(R9*4), Z31, Z11); \
	ONE((BX)(R11*1), Z30, Z12); \
	ONE((BX)(R10*2), Z31, Z13)

#define STEP1X12 \
	VMOVUPS (DX), Z28; \
	HALF1X6; \
	ONE((BX), Z30, Z6); \
	ONE((BX)(R9*1), Z31, Z7); \
	ONE((BX)(R9*2), Z30, Z8); \
	ONE((BX)(R10*1), Z31, Z9); \
	ONE((BX)(R9*4), Z30, Z10); \
	ONE((BX)(R11*1), Z31, Z11)

// BEGIN2X7 and the like set sums of two panels to their biases, or of one.
#define BEGIN2(c0, c1) \
	VMOVAPS Z30, c0; \
	VMOVAPS Z31, c1

#define BEGIN2X7 \
	VMOVUPS BIAS0, Z30; \
	VMOVUPS BIAS1, Z31; \
	BEGIN2(Z0, Z1); \
	BEGIN2(Z2, Z3); \
	BEGIN2(Z4, Z5); \
	BEGIN2(Z6, Z7); \
	BEGIN2(Z8, Z9); \
	BEGIN2(Z10, Z11); \
	BEGIN2(Z12, Z13)

#define BEGIN2X14 \
	BEGIN2X7; \
	BEGIN2(Z14, Z15); \
	BEGIN2(Z16, Z17); \
	BEGIN2(Z18, Z19); \
	BEGIN2(Z20, Z21); \
	BEGIN2(Z22, Z23); \
	BEGIN2(Z24, Z25); \
	BEGIN2(Z26, Z27)

#define BEGIN1X14 \
	VMOVUPS BIAS0, Z31; \
	VMOVAPS Z31, Z30; \
	BEGIN2(Z0, Z1); \
	BEGIN2(Z2, Z3); \
	BEGIN2(Z4, Z5); \
	BEGIN2(Z6, Z7); \
	BEGIN2(Z8, Z9); \
	BEGIN2(Z10, Z11); \
	BEGIN2(Z12, Z13)
