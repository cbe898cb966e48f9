// MASK512 makes K1 the mask of the channels left in DX, sixteen at most: all bits
// are set before. t is temporary.
#define MASK512(t) \
	CMPQ DX, $16; \
	JGE  whole; \
	MOVQ DX, CX; \
	MOVL $1, t; \
	SHLL CX, t; \
	DECL t; \
	KMOVW t, K1

// WEIGHTS512 loads the nine weights of sixteen channels at R14 and their biases at R15.
#define WEIGHTS512 \
	VMOVUPS (R14), Z0; \
	VMOVUPS 64(R14), Z1; \
	VMOVUPS 128(R14), Z2; \
	VMOVUPS 192(R14), Z3; \
	VMOVUPS 256(R14), Z4; \
	VMOVUPS 320(R14), Z5; \
	VMOVUPS 384(R14), Z6; \
	VMOVUPS 448(R14), Z7; \
	VMOVUPS 512(R14), Z8; \
	VMOVUPS (R15), Z9

// NEXT512 goes on with the next sixteen channels, R13 bytes on, if any are left.
#define NEXT512 \
	ADDQ $576, R14; \
	ADDQ $64, R15; \
	ADDQ $64, R13; \
	SUBQ $16, DX; \
	JGT  group
