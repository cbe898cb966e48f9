// POOL goes through windows of rows by columns pixels, eight channels at a time and
// perhaps four more: first begins with the pixels at SI, op takes in one more of
// them and last makes an output of them, each given the vector register. The
// arguments are
//
//	(dst, src []T, rowStride, pixelStride, channels, rows, columns, step, pixels int, ...)
//
// of which T has four bytes, and their registers
//
//	DI dst   BX src of the window   SI and of its channels   CX channels left   DX row   AX pixel
//	R8 rowStride   R9 pixelStride   R10 columns left   R11 rows left   R12 step   R13 pixels left
#define POOL(first, op, last8, last4) \
	SHLQ $2, R8; \
	SHLQ $2, R9; \
	SHLQ $2, R12; \
window: \
	MOVQ BX, SI; \
	MOVQ channels+64(FP), CX; \
	SUBQ $8, CX; \
	JLT  four; \
eight: \
	first(Y0); \
	MOVQ SI, DX; \
	MOVQ rows+72(FP), R11; \
eightRow: \
	MOVQ DX, AX; \
	MOVQ columns+80(FP), R10; \
eightColumn: \
	op   (AX), Y0, Y0; \
	ADDQ R9, AX; \
	DECQ R10; \
	JNE  eightColumn; \
	ADDQ R8, DX; \
	DECQ R11; \
	JNE  eightRow; \
	last8; \
	VMOVUPS Y0, (DI); \
	ADDQ $32, SI; \
	ADDQ $32, DI; \
	SUBQ $8, CX; \
	JGE  eight; \
four: \
	ADDQ $8, CX; \
	JEQ  next; \
	first(X0); \
	MOVQ SI, DX; \
	MOVQ rows+72(FP), R11; \
fourRow: \
	MOVQ DX, AX; \
	MOVQ columns+80(FP), R10; \
fourColumn: \
	op   (AX), X0, X0; \
	ADDQ R9, AX; \
	DECQ R10; \
	JNE  fourColumn; \
	ADDQ R8, DX; \
	DECQ R11; \
	JNE  fourRow; \
	last4; \
	VMOVUPS X0, (DI); \
	ADDQ $16, SI; \
	ADDQ $16, DI; \
next: \
	ADDQ R12, BX; \
	DECQ R13; \
	JNE  window; \
	VZEROUPPER; \
	RET

// FIRSTPIXEL begins with the first pixel.
#define FIRSTPIXEL(v) VMOVUPS (SI), v

#define KEEP
