// TOTAL stores the total of the lanes of a sum.
#define TOTAL(y, x, at) \
	VEXTRACTI128 $1, y, X9; \
	VPADDD       X9, x, x; \
	VPSHUFD      $0x4e, x, X9; \
	VPADDD       X9, x, x; \
	VPSHUFD      $0xb1, x, X9; \
	VPADDD       X9, x, x; \
	VMOVD        x, at(DI)
