// REQUANTIZE makes outputs of sixteen sums x in place, without the zero point,
// from their scales at R12 as Int8Tiles describes them:
//
//	2*x<<left, times the multiplier, with what rounds both divisions; the upper
//	half, less one where it is below zero and will be shifted; shifted to the right
//
// K2 has the even lanes, shifts the lanes that are shifted. Z29 and Z30 are
// temporary.
#define REQUANTIZE(x, at, shifts) \
	VPSRAD     $31, x, Z30; \
	VPSLLVD    (at+64)(R12), x, x; \
	VMOVSHDUP  x, Z29; \
	VPMULDQ    (at+128)(R12), x, x; \
	VPMULDQ    (at+192)(R12), Z29, Z29; \
	VPADDQ     (at+256)(R12), x, x; \
	VPADDQ     (at+320)(R12), Z29, Z29; \
	VMOVSHDUP  x, K2, Z29; \
	VPADDD     Z30, Z29, shifts, Z29; \
	VPSRAVD    (at+384)(R12), Z29, x

// MASKS prepares K1 for storing the filters, K2, and K3 and K4 for REQUANTIZE of
// two panels. It leaves the filters in CX.
#define MASKS(filters) \
	MOVQ      filters, CX; \
	MOVQ      $1, AX; \
	SHLQ      CX, AX; \
	DECQ      AX; \
	KMOVD     AX, K1; \
	MOVL      $0x5555, AX; \
	KMOVW     AX, K2; \
	VMOVDQU32 384(R12), Z0; \
	VPTESTMD  Z0, Z0, K3; \
	VMOVDQU32 (448+384)(R12), Z0; \
	VPTESTMD  Z0, Z0, K4
