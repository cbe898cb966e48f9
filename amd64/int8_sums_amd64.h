// SUMS makes the sums of a tile: of rows rows of words words. begin sets them to
// the biases and step adds a word of the weights, of which the next is size bytes
// on.
//
//	SI, BX src of the first and of the second half of the tile   R13 row   R14 src of the tile
//	DX weights   AX words left   CX rows left
#define SUMS(begin, step, size, row, word) \
	begin; \
	MOVQ R14, R13; \
	MOVQ w_base+104(FP), DX; \
	MOVQ rows+88(FP), CX; \
row: \
	MOVQ R13, SI; \
	MOVQ R13, BX; \
	ADDQ second+64(FP), BX; \
	MOVQ words+80(FP), AX; \
word: \
	step; \
	ADDQ size, DX; \
	ADDQ $4, SI; \
	ADDQ $4, BX; \
	DECQ AX; \
	JNE  word; \
	ADDQ rowStride+72(FP), R13; \
	DECQ CX; \
	JNE  row

// MAX makes the maximum a of the sums of four pixels.
#define MAX(a, b, c, d) \
	VPMAXSD b, a, a; \
	VPMAXSD d, c, c; \
	VPMAXSD c, a, a

// ARGUMENTS loads what tiles keep in registers:
//
//	DI dst of the pixel   R8 dstStride   R9 pixelStride   R10, R11 three and five times that
//	R12 scales   R14 src of the tile   R15 pixels left
#define ARGUMENTS \
	MOVQ dst_base+0(FP), DI; \
	MOVQ dstStride+24(FP), R8; \
	MOVQ src_base+32(FP), R14; \
	MOVQ pixelStride+56(FP), R9; \
	LEAQ (R9)(R9*2), R10; \
	LEAQ (R9)(R9*4), R11; \
	MOVQ scales_base+128(FP), R12; \
	MOVQ pixels+160(FP), R15
