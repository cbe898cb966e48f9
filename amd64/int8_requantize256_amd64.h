// RESCALE makes outputs of eight sums x in place, from what lies round r: the limit
// below which one is taken off, factors and roundings of even and odd sums, shifts.
// less and odd are temporary.
#define RESCALE(x, less, odd, r, limit, evenFactor, oddFactor, evenRounding, oddRounding, shift) \
	VMOVDQU   limit(r), less; \
	VPCMPGTD  x, less, less; \
	VMOVSHDUP x, odd; \
	VPMULDQ   evenFactor(r), x, x; \
	VPMULDQ   oddFactor(r), odd, odd; \
	VPADDQ    evenRounding(r), x, x; \
	VPADDQ    oddRounding(r), odd, odd; \
	VMOVSHDUP x, x; \
	VPBLENDD  $0xaa, odd, x, x; \
	VPADDD    less, x, x; \
	VPSRAVD   shift(r), x, x

// REQUANTIZE makes outputs of eight sums x in place as that of AVX-512 does, from
// their scales at R12 as Int8TileScales256 describes them, of sums that are shifted
// to the left and doubled. Y12 and Y13 are temporary.
#define REQUANTIZE(x, at) \
	RESCALE(x, Y12, Y13, R12, (at+32), (at+64), (at+96), (at+128), (at+160), (at+192))

// PACK packs the outputs of four pixels into X12 and X13.
#define PACK(c0, c1, c2, c3) \
	VPACKSSDW    c1, c0, c0; \
	VPACKSSDW    c3, c2, c2; \
	VPADDSW      224(R12), c0, c0; \
	VPADDSW      224(R12), c2, c2; \
	VPACKSSWB    c2, c0, Y14; \
	VPMAXSB      256(R12), Y14, Y14; \
	VPMINSB      288(R12), Y14, Y14; \
	VEXTRACTI128 $1, Y14, X15; \
	VPUNPCKLDQ   X15, X14, X12; \
	VPUNPCKHDQ   X15, X14, X13
