// ARGUMENTS loads the arguments of a dense layer's loop: DI sums, SI x, CX its
// length, DX w.
#define ARGUMENTS \
	MOVQ sums_base+0(FP), DI; \
	MOVQ x_base+24(FP), SI; \
	MOVQ x_len+32(FP), CX; \
	MOVQ w_base+48(FP), DX

// TOTAL stores the total of the lanes of a sum.
#define TOTAL(y, x, at) \
	VEXTRACTI128 $1, y, X9; \
	VPADDD       X9, x, x; \
	VPSHUFD      $0x4e, x, X9; \
	VPADDD       X9, x, x; \
	VPSHUFD      $0xb1, x, X9; \
	VPADDD       X9, x, x; \
	VMOVD        x, at(DI)
