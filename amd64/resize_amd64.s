#include "textflag.h"

// Neighbours' bytes side by side, each in two bytes: 0 and 3, 1 and 4, 2 and 5.
DATA neighbours<>+0(SB)/8, $0x8004800180038000
DATA neighbours<>+8(SB)/8, $0x8080808080058002
GLOBL neighbours<>(SB), RODATA|NOPTR, $16

// BLEND blends the pair at offset AX with the weights i pairs beyond R9.
#define BLEND(i, x, w) \
	MOVL         (4*i)(R8), AX; \
	VMOVQ        (SI)(AX*1), x; \
	VPBROADCASTD (4*i)(R9), w; \
	VPSHUFB      X7, x, x; \
	VPMADDWD     w, x, x; \
	VPSRLD       $4, x, x; \
	VPACKUSDW    x, x, x; \
	VMOVQ        x, (6*i)(DI)

// func BlendColumns(dst []uint16, src []byte, offsets []uint32, weights []uint16)
//
// Two pairs at a time and perhaps one more. Needs AVX2.
//
//	X0-X3 pixels and weights   X7 order of the neighbours
//	DI dst   SI src   R8 offsets   R9 weights   CX offsets left   AX offset
TEXT ·BlendColumns(SB), NOSPLIT, $0-96
	MOVQ    dst_base+0(FP), DI
	MOVQ    src_base+24(FP), SI
	MOVQ    offsets_base+48(FP), R8
	MOVQ    offsets_len+56(FP), CX
	MOVQ    weights_base+72(FP), R9
	VMOVDQU neighbours<>(SB), X7
	SUBQ    $2, CX
	JLT     one

two:
	BLEND(0, X0, X1)
	BLEND(1, X2, X3)
	ADDQ $12, DI
	ADDQ $8, R8
	ADDQ $8, R9
	SUBQ $2, CX
	JGE  two

one:
	ADDQ $2, CX
	JEQ  done
	BLEND(0, X0, X1)

done:
	VZEROUPPER
	RET

// func BlendRows(dst []byte, upper, lower []uint16, first, second uint16)
//
// Needs AVX2.
//
//	Y0, Y1 sums   Y2 products   Y4, Y5 first, second   Y6 2
//	DI dst   CX elements left   SI upper   DX lower
TEXT ·BlendRows(SB), NOSPLIT, $0-76
	MOVQ         dst_base+0(FP), DI
	MOVQ         dst_len+8(FP), CX
	MOVQ         upper_base+24(FP), SI
	MOVQ         lower_base+48(FP), DX
	VPBROADCASTW first+72(FP), Y4
	VPBROADCASTW second+74(FP), Y5
	VPCMPEQW     Y6, Y6, Y6
	VPSRLW       $15, Y6, Y6
	VPADDW       Y6, Y6, Y6

sixteen:
	VPMULHUW     (SI), Y4, Y0
	VPMULHUW     (DX), Y5, Y2
	VPADDW       Y6, Y0, Y0
	VPADDW       Y2, Y0, Y0
	VPSRLW       $2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSWB    X1, X0, X0
	VMOVDQU      X0, (DI)
	ADDQ         $32, SI
	ADDQ         $32, DX
	ADDQ         $16, DI
	SUBQ         $16, CX
	JNE          sixteen
	VZEROUPPER
	RET
