#include "textflag.h"
#include "tile_amd64.h"
#include "int8_requantize_amd64.h"
#include "int8_sums_amd64.h"

// PAIR adds a word of the picture, times Z28 and Z29, to the sums of two panels,
// ONE times Z28 to those of one.
#define PAIR(at, x, c0, c1) \
	VPBROADCASTD at, x; \
	VPDPBUSD     Z28, x, c0; \
	VPDPBUSD     Z29, x, c1

#define ONE(at, x, c) \
	VPBROADCASTD at, x; \
	VPDPBUSD     Z28, x, c

// Where the biases are.
#define BIAS0 (R12)
#define BIAS1 448(R12)

// END2 makes and stores the outputs of a pixel of two panels, whose sums the
// packing brings into order, and END1 of one.
#define END2(c0, c1) \
	REQUANTIZE(c0, 0, K3); \
	REQUANTIZE(c1, 448, K4); \
	VPACKSSDW c1, c0, c0; \
	VPADDSW   896(R12), c0, c0; \
	VPMOVSWB  c0, Y30; \
	VPMAXSB   960(R12), Y30, Y30; \
	VPMINSB   992(R12), Y30, Y30; \
	VMOVDQU8  Y30, K1, (DI); \
	ADDQ      R8, DI; \
	DECQ      R15; \
	JEQ       done

#define END1(c) \
	REQUANTIZE(c, 0, K3); \
	VPMOVSDW c, Y30; \
	VPADDSW  896(R12), Y30, Y30; \
	VPMOVSWB Y30, X30; \
	VPMAXSB  960(R12), X30, X30; \
	VPMINSB  992(R12), X30, X30; \
	VMOVDQU8 X30, K1, (DI); \
	ADDQ     R8, DI; \
	DECQ     R15; \
	JEQ      done

// BEGIN does what both loops do first.
#define BEGIN \
	ARGUMENTS; \
	MASKS(filters+152(FP)); \
	CMPQ CX, $16; \
	JLE  one

// func Int8Tiles(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)
//
// Tiles of fourteen pixels by 32 filters or 16, and perhaps one of seven. Needs
// AVX512_VNNI.
//
//	Z0-Z27 sums, pixel by pixel   Z28, Z29 weights   Z30, Z31 words of the picture
//	DI dst of the pixel   R8 dstStride   SI, BX src of the first and of the second half of the tile
//	R9 pixelStride   R10, R11 three and five times that   R12 scales   R13 row   R14 src of the tile
//	DX weights   AX words left   CX rows left   R15 pixels left
TEXT ·Int8Tiles(SB), NOSPLIT, $0-168
	BEGIN

pair:
	CMPQ R15, $7
	JLE  pair7
	SUMS(BEGIN2X14, STEP2X14, $128, pair14Row, pair14Word)
	END2(Z0, Z1)
	END2(Z2, Z3)
	END2(Z4, Z5)
	END2(Z6, Z7)
	END2(Z8, Z9)
	END2(Z10, Z11)
	END2(Z12, Z13)
	END2(Z14, Z15)
	END2(Z16, Z17)
	END2(Z18, Z19)
	END2(Z20, Z21)
	END2(Z22, Z23)
	END2(Z24, Z25)
	END2(Z26, Z27)
	ADDQ step+96(FP), R14
	JMP  pair

pair7:
	SUMS(BEGIN2X7, STEP2X7, $128, pair7Row, pair7Word)
	END2(Z0, Z1)
	END2(Z2, Z3)
	END2(Z4, Z5)
	END2(Z6, Z7)
	END2(Z8, Z9)
	END2(Z10, Z11)
	END2(Z12, Z13)

one:
	CMPQ R15, $7
	JLE  one7
	SUMS(BEGIN1X14, STEP1X14, $128, one14Row, one14Word)
	END1(Z0)
	END1(Z1)
	END1(Z2)
	END1(Z3)
	END1(Z4)
	END1(Z5)
	END1(Z6)
	END1(Z7)
	END1(Z8)
	END1(Z9)
	END1(Z10)
	END1(Z11)
	END1(Z12)
	END1(Z13)
	ADDQ step+96(FP), R14
	JMP  one

one7:
	SUMS(BEGIN1X14, STEP1X7, $128, one7Row, one7Word)
	END1(Z0)
	END1(Z1)
	END1(Z2)
	END1(Z3)
	END1(Z4)
	END1(Z5)
	END1(Z6)

done:
	VZEROUPPER
	RET

// func Int8TilesPool(dst []int8, dstStride int, src []uint8, pixelStride, second, rowStride, words, rows, step int, w []uint8, scales []int32, filters, pixels int)
//
// Tiles of twice six pixels, of which three outputs are made. Needs AVX512_VNNI.
// Registers are those of Int8Tiles, Z0-Z23 sums.
TEXT ·Int8TilesPool(SB), NOSPLIT, $0-168
	BEGIN

pair:
	SUMS(BEGIN2X14, STEP2X12, $128, pairRow, pairWord)
	MAX(Z0, Z2, Z12, Z14)
	MAX(Z1, Z3, Z13, Z15)
	END2(Z0, Z1)
	MAX(Z4, Z6, Z16, Z18)
	MAX(Z5, Z7, Z17, Z19)
	END2(Z4, Z5)
	MAX(Z8, Z10, Z20, Z22)
	MAX(Z9, Z11, Z21, Z23)
	END2(Z8, Z9)
	ADDQ step+96(FP), R14
	JMP  pair

one:
	SUMS(BEGIN1X14, STEP1X12, $128, oneRow, oneWord)
	MAX(Z0, Z1, Z6, Z7)
	END1(Z0)
	MAX(Z2, Z3, Z8, Z9)
	END1(Z2)
	MAX(Z4, Z5, Z10, Z11)
	END1(Z4)
	ADDQ step+96(FP), R14
	JMP  one

done:
	VZEROUPPER
	RET

// func Int8Flip(dst []uint8, src []int8)
//
// Needs AVX-512.
//
//	Z0 bytes   Z1 128   DI dst   SI src   CX bytes left
TEXT ·Int8Flip(SB), NOSPLIT, $0-48
	MOVQ         dst_base+0(FP), DI
	MOVQ         src_base+24(FP), SI
	MOVQ         src_len+32(FP), CX
	MOVL         $0x80808080, AX
	VPBROADCASTD AX, Z1
	SUBQ         $64, CX
	JLT          tail

whole:
	VPXORD    (SI), Z1, Z0
	VMOVDQU32 Z0, (DI)
	ADDQ      $64, SI
	ADDQ      $64, DI
	SUBQ      $64, CX
	JGE       whole

tail:
	ADDQ      $64, CX
	JEQ       end
	MOVQ      $1, AX
	SHLQ      CX, AX
	DECQ      AX
	KMOVQ     AX, K1
	VMOVDQU8  (SI), K1, Z0
	VPXORD    Z0, Z1, Z0
	VMOVDQU8  Z0, K1, (DI)

end:
	VZEROUPPER
	RET
