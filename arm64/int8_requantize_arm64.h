// Requantization as TFLite defines it: x<<left times multiplier, doubled, the
// high half rounded (SQRDMULH); shifted right, ties away from zero; plus the
// zero point; saturated; clamped.
//
//	V24, V25  multiplier of eight filters   V26, V27  right shift, negative
//	V28 zero point (.8H)   V29 low (.16B)   V30 high (.16B)

// SHRINK scales eight sums whose right shifts are positive and whose left
// shifts are zero, and narrows them to 16 bits in d.
#define SHRINK(d, a, b) \
	SQRDMULH4S(a, a, 24); \
	SQRDMULH4S(b, b, 25); \
	SSRA4S(a, a, 31); \
	SSRA4S(b, b, 31); \
	SRSHL4S(a, a, 26); \
	SRSHL4S(b, b, 27); \
	SQXTN4H(d, a); \
	SQXTN2_8H(d, b); \
	SQADD8H(d, d, 28)

// SCALE4 scales four sums with any shifts; t is scratch.
#define SCALE4(a, left, multiplier, right, t) \
	SSHL4S(a, a, left); \
	SQRDMULH4S(a, a, multiplier); \
	AND16B(t, a, right); \
	SSHR4S(t, t, 31); \
	SQADD4S(a, a, t); \
	SRSHL4S(a, a, right)

// PACK narrows 16 values of 16 bits to bytes within the bounds.
#define PACK(d, a, b) \
	SQXTN8B(d, a); \
	SQXTN2_16B(d, b); \
	SMAX16B(d, d, 29); \
	SMIN16B(d, d, 30)
