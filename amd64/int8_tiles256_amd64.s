#include "textflag.h"
#include "int8_requantize256_amd64.h"
#include "int8_sums_amd64.h"

// PIXEL adds a word of the picture, times Y12, to a sum.
#define PIXEL(at, x, c) \
	VPBROADCASTD at, x; \
	VPMADDWD     Y12, x, x; \
	VPADDD       x, c, c

// SIX adds a word of six pixels.
#define SIX(at, c0, c1, c2, c3, c4, c5) \
	PIXEL((at), Y13, c0); \
	PIXEL((at)(R9*1), Y14, c1); \
	PIXEL((at)(R9*2), Y15, c2); \
	PIXEL((at)(R10*1), Y13, c3); \
	PIXEL((at)(R9*4), Y14, c4); \
	PIXEL((at)(R11*1), Y15, c5)

#define STEP2 \
	VMOVDQU (DX), Y12; \
	PIXEL((SI), Y13, Y0); \
	PIXEL((SI)(R9*1), Y14, Y1)

#define STEP6 \
	VMOVDQU (DX), Y12; \
	SIX(SI, Y0, Y1, Y2, Y3, Y4, Y5)

#define STEP12 \
	STEP6; \
	SIX(BX, Y6, Y7, Y8, Y9, Y10, Y11)

#define BEGIN2 \
	VMOVDQU (R12), Y0; \
	VMOVDQA Y0, Y1

#define BEGIN6 \
	BEGIN2; \
	VMOVDQA Y0, Y2; \
	VMOVDQA Y0, Y3; \
	VMOVDQA Y0, Y4; \
	VMOVDQA Y0, Y5

#define BEGIN12 \
	BEGIN6; \
	VMOVDQA Y0, Y6; \
	VMOVDQA Y0, Y7; \
	VMOVDQA Y0, Y8; \
	VMOVDQA Y0, Y9; \
	VMOVDQA Y0, Y10; \
	VMOVDQA Y0, Y11

// STORE stores the output of a pixel, the first of x with VMOVQ and the second
// with VMOVHPS.
#define STORE(move, x) \
	move x, (DI); \
	ADDQ R8, DI; \
	DECQ R15; \
	JEQ  done

// END2 and the like make and store outputs of the first pixels of four.
#define END2(c0, c1, c2, c3) \
	REQUANTIZE(c0, 0); \
	REQUANTIZE(c1, 0); \
	PACK(c0, c1, c2, c3); \
	STORE(VMOVQ, X12); \
	STORE(VMOVHPS, X12)

#define END3(c0, c1, c2, c3) \
	REQUANTIZE(c2, 0); \
	END2(c0, c1, c2, c3); \
	STORE(VMOVQ, X13)

#define END4(c0, c1, c2, c3) \
	REQUANTIZE(c3, 0); \
	END3(c0, c1, c2, c3); \
	STORE(VMOVHPS, X13)

// func Int8Tiles256(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)
//
// Tiles of twelve pixels by eight filters, and perhaps one of six or two. Needs AVX2.
//
//	Y0-Y11 sums, pixel by pixel   Y12 weights   Y13-Y15 words of the picture and their products
//	Other registers as ARGUMENTS and SUMS say.
TEXT ·Int8Tiles256(SB), NOSPLIT, $0-168
	ARGUMENTS

tile:
	CMPQ R15, $6
	JLE  six
	SUMS(BEGIN12, STEP12, $32, row12, word12)
	END4(Y0, Y1, Y2, Y3)
	END4(Y4, Y5, Y6, Y7)
	END4(Y8, Y9, Y10, Y11)
	ADDQ step+96(FP), R14
	JMP  tile

six:
	CMPQ R15, $2
	JLE  two
	SUMS(BEGIN6, STEP6, $32, row6, word6)
	END4(Y0, Y1, Y2, Y3)
	END2(Y4, Y5, Y6, Y7)

two:
	SUMS(BEGIN2, STEP2, $32, row2, word2)
	END2(Y0, Y1, Y2, Y3)

done:
	VZEROUPPER
	RET

// func Int8TilesPool256(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)
//
// Tiles of twice six pixels, of which three outputs are made. Needs AVX2. Registers
// are those of Int8Tiles256.
TEXT ·Int8TilesPool256(SB), NOSPLIT, $0-168
	ARGUMENTS

tile:
	SUMS(BEGIN12, STEP12, $32, row, word)
	MAX(Y0, Y1, Y6, Y7)
	MAX(Y2, Y3, Y8, Y9)
	MAX(Y4, Y5, Y10, Y11)
	END3(Y0, Y2, Y4, Y6)
	ADDQ step+96(FP), R14
	JMP  tile

done:
	VZEROUPPER
	RET

// func Int8Widen(dst []int16, src []int8)
//
// Needs AVX2.
//
//	Y0, Y1 elements   DI dst   SI src   CX bytes left   AX element
TEXT ·Int8Widen(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ src_base+24(FP), SI
	MOVQ src_len+32(FP), CX
	SUBQ $32, CX
	JLT  rest

whole:
	VPMOVSXBW (SI), Y0
	VPMOVSXBW 16(SI), Y1
	VMOVDQU   Y0, (DI)
	VMOVDQU   Y1, 32(DI)
	ADDQ      $32, SI
	ADDQ      $64, DI
	SUBQ      $32, CX
	JGE       whole

rest:
	ADDQ $32, CX
	JEQ  end

one:
	MOVBLSX (SI), AX
	MOVW    AX, (DI)
	INCQ    SI
	ADDQ    $2, DI
	DECQ    CX
	JNE     one

end:
	VZEROUPPER
	RET
