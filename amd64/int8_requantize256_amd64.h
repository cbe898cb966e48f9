// REQUANTIZE makes outputs of eight sums x in place as that of AVX-512 does, from
// their scales at R12 as Int8TileScales256 describes them. Y12 and Y13 are
// temporary.
#define REQUANTIZE(x, at) \
	VPSRAD    $31, x, Y12; \
	VPAND     (at+224)(R12), Y12, Y12; \
	VPSLLVD   (at+32)(R12), x, x; \
	VPSRLQ    $32, x, Y13; \
	VPMULDQ   (at+64)(R12), x, x; \
	VPMULDQ   (at+96)(R12), Y13, Y13; \
	VPADDQ    (at+128)(R12), x, x; \
	VPADDQ    (at+160)(R12), Y13, Y13; \
	VMOVSHDUP x, x; \
	VPBLENDD  $0xaa, Y13, x, x; \
	VPADDD    Y12, x, x; \
	VPSRAVD   (at+192)(R12), x, x
