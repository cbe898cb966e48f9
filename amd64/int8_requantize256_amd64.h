// REQUANTIZE makes outputs of eight sums x in place as that of AVX-512 does, from
// their scales at R12 as Int8TileScales256 describes them, of sums that are shifted
// to the left and doubled. Y12 and Y13 are temporary.
#define REQUANTIZE(x, at) \
	VMOVDQU   (at+32)(R12), Y12; \
	VPCMPGTD  x, Y12, Y12; \
	VMOVSHDUP x, Y13; \
	VPMULDQ   (at+64)(R12), x, x; \
	VPMULDQ   (at+96)(R12), Y13, Y13; \
	VPADDQ    (at+128)(R12), x, x; \
	VPADDQ    (at+160)(R12), Y13, Y13; \
	VMOVSHDUP x, x; \
	VPBLENDD  $0xaa, Y13, x, x; \
	VPADDD    Y12, x, x; \
	VPSRAVD   (at+192)(R12), x, x

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
