// Tiles of 8 pixels by 8 filters of int8, however they are multiplied.
//
//	V0-V15   sums: pixel x in V(2x) and V(2x+1)
//	V16-V23  16 bytes of each pixel   V24-V31 weights; at the end as int8_requantize_arm64.h says
//	R0 dst of the panel   R1 dstStride   R2 src   R3 pixelStride   R4 from the end of a run to the next row   R5 second
//	R6 runs of 16   R7 groups left over   R8 w of the panel   R9 scales of the panel   R10 rows
//	R11-R17, R19 the eight pixels   R20 src of the tile   R21 w   R22 runs left   R23 rows left   R24 dst of the tile
//	R25 tiles left   R26 scratch
//
// Of packed pixels:
//
//	R0 dst of the panel   R1 dstStride   R2 a   R3 depth, then runs of 16   R4 general   R5 panels left   R8 w of the panel
//	R9 scales of the panel   R11 a   R21 w   R22 runs left   R24 dst   R25 tiles left   R26 scratch

// CONVOLUTION and PACKED load the arguments, R6 being length.
#define CONVOLUTION \
	MOVD dst_base+0(FP), R0; \
	MOVD dstStride+24(FP), R1; \
	MOVD src_base+32(FP), R2; \
	MOVD pixelStride+56(FP), R3; \
	MOVD second+64(FP), R5; \
	MOVD rowStride+72(FP), R4; \
	MOVD length+80(FP), R6; \
	MOVD rows+88(FP), R10; \
	MOVD w_base+104(FP), R8; \
	MOVD scales_base+128(FP), R9

#define PACKED \
	MOVD  dst_base+0(FP), R0; \
	MOVD  dstStride+24(FP), R1; \
	MOVD  a_base+32(FP), R2; \
	MOVD  depth+56(FP), R3; \
	MOVD  w_base+64(FP), R8; \
	MOVD  scales_base+88(FP), R9; \
	MOVD  panels+120(FP), R5; \
	MOVBU general+128(FP), R4

// PIXELS begins a tile.
#define PIXELS \
	MOVD R20, R11; \
	ADD  R3, R11, R12; \
	ADD  R3, R12, R13; \
	ADD  R3, R13, R14; \
	ADD  R5, R11, R15; \
	ADD  R3, R15, R16; \
	ADD  R3, R16, R17; \
	ADD  R3, R17, R19; \
	MOVD R8, R21; \
	MOVD R10, R23

// LOADA loads 16 bytes of each pixel.
#define LOADA \
	VLD1.P 16(R11), [V16.B16]; \
	VLD1.P 16(R12), [V17.B16]; \
	VLD1.P 16(R13), [V18.B16]; \
	VLD1.P 16(R14), [V19.B16]; \
	VLD1.P 16(R15), [V20.B16]; \
	VLD1.P 16(R16), [V21.B16]; \
	VLD1.P 16(R17), [V22.B16]; \
	VLD1.P 16(R19), [V23.B16]

// LASTA is LOADA at the end of a run, NEXTROW goes on where nothing was left over.
#define LASTA \
	VLD1.P (R11)(R4), [V16.B16]; \
	VLD1.P (R12)(R4), [V17.B16]; \
	VLD1.P (R13)(R4), [V18.B16]; \
	VLD1.P (R14)(R4), [V19.B16]; \
	VLD1.P (R15)(R4), [V20.B16]; \
	VLD1.P (R16)(R4), [V21.B16]; \
	VLD1.P (R17)(R4), [V22.B16]; \
	VLD1.P (R19)(R4), [V23.B16]

#define NEXTROW \
	ADD  R4, R11; \
	ADD  R4, R12; \
	ADD  R4, R13; \
	ADD  R4, R14; \
	ADD  R4, R15; \
	ADD  R4, R16; \
	ADD  R4, R17; \
	ADD  R4, R19

// SCALE is SHRINK for any shifts.
#define SCALE(d, a, b) \
	SCALE4(a, 16, 24, 26, 31); \
	SCALE4(b, 17, 25, 27, 31); \
	SQXTN4H(d, a); \
	SQXTN2_8H(d, b); \
	SQADD8H(d, d, 28)

// PUT stores two pixels.
#define PUT(v) \
	VST1.P [v.B8], (R24)(R1); \
	VST1.P v.D[1], (R24)(R1)

// SPREAD gives eight pixels the bias of the filters.
#define SPREAD \
	VMOV V0.B16, V2.B16; \
	VMOV V1.B16, V3.B16; \
	VMOV V0.B16, V4.B16; \
	VMOV V1.B16, V5.B16; \
	VMOV V0.B16, V6.B16; \
	VMOV V1.B16, V7.B16; \
	VMOV V0.B16, V8.B16; \
	VMOV V1.B16, V9.B16; \
	VMOV V0.B16, V10.B16; \
	VMOV V1.B16, V11.B16; \
	VMOV V0.B16, V12.B16; \
	VMOV V1.B16, V13.B16; \
	VMOV V0.B16, V14.B16; \
	VMOV V1.B16, V15.B16

// CONSTANTS loads what requantization needs.
#define CONSTANTS \
	ADD    $32, R9, R26; \
	VLD1.P 64(R26), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	VLD1   (R26), [V28.B16, V29.B16, V30.B16]

// SHRINKALL requantizes eight pixels into V16-V23; SCALEALL does with any shifts.
#define SHRINKALL \
	SHRINK(16, 0, 1); \
	SHRINK(17, 2, 3); \
	SHRINK(18, 4, 5); \
	SHRINK(19, 6, 7); \
	SHRINK(20, 8, 9); \
	SHRINK(21, 10, 11); \
	SHRINK(22, 12, 13); \
	SHRINK(23, 14, 15)

#define SCALEALL \
	ADD  $144, R9, R26; \
	VLD1 (R26), [V16.S4, V17.S4]; \
	SCALE(18, 0, 1); \
	SCALE(19, 2, 3); \
	SCALE(20, 4, 5); \
	SCALE(21, 6, 7); \
	SCALE(22, 8, 9); \
	SCALE(23, 10, 11); \
	SCALE(0, 12, 13); \
	SCALE(1, 14, 15); \
	VMOV V18.B16, V16.B16; \
	VMOV V19.B16, V17.B16; \
	VMOV V20.B16, V18.B16; \
	VMOV V21.B16, V19.B16; \
	VMOV V22.B16, V20.B16; \
	VMOV V23.B16, V21.B16; \
	VMOV V0.B16, V22.B16; \
	VMOV V1.B16, V23.B16

// STORE stores eight pixels.
#define STORE \
	PACK(16, 16, 17); \
	PACK(18, 18, 19); \
	PACK(20, 20, 21); \
	PACK(22, 22, 23); \
	PUT(V16); \
	PUT(V18); \
	PUT(V20); \
	PUT(V22)

// FINISH requantizes the sums, with maxima of columns of two rows of four pixels
// before if pool is set, and goes to the next tile or panel.
#define FINISH(panel, tile) \
	CONSTANTS; \
	MOVBU pool+168(FP), R26; \
	MOVBU general+169(FP), R22; \
	CBNZ  R26, pooled; \
	CBNZ  R22, any; \
	SHRINKALL; \
pack: \
	STORE; \
	B done; \
any: \
	SCALEALL; \
	B    pack; \
pooled: \
	SMAX4S(0, 0, 2); \
	SMAX4S(1, 1, 3); \
	SMAX4S(8, 8, 10); \
	SMAX4S(9, 9, 11); \
	SMAX4S(4, 4, 6); \
	SMAX4S(5, 5, 7); \
	SMAX4S(12, 12, 14); \
	SMAX4S(13, 13, 15); \
	SMAX4S(0, 0, 8); \
	SMAX4S(1, 1, 9); \
	SMAX4S(4, 4, 12); \
	SMAX4S(5, 5, 13); \
	CBNZ R22, pooledAny; \
	SHRINK(18, 0, 1); \
	SHRINK(19, 4, 5); \
packPooled: \
	PACK(18, 18, 19); \
	PUT(V18); \
done: \
	MOVD step+96(FP), R26; \
	ADD  R26, R20; \
	SUBS $1, R25; \
	BNE  tile; \
	MOVD R21, R8; \
	ADD  $176, R9; \
	ADD  $8, R0; \
	MOVD panels+160(FP), R26; \
	SUBS $1, R26; \
	MOVD R26, panels+160(FP); \
	BNE  panel; \
	RET; \
pooledAny: \
	ADD  $144, R9, R26; \
	VLD1 (R26), [V16.S4, V17.S4]; \
	SCALE(18, 0, 1); \
	SCALE(19, 4, 5); \
	B    packPooled

// FINISHPACKED does so for packed pixels.
#define FINISHPACKED(panel, tile) \
	CONSTANTS; \
	CBNZ   R4, any; \
	SHRINKALL; \
pack: \
	STORE; \
	SUBS $1, R25; \
	BNE  tile; \
	MOVD R21, R8; \
	ADD  $176, R9; \
	ADD  $8, R0; \
	SUBS $1, R5; \
	BNE  panel; \
	RET; \
any: \
	SCALEALL; \
	B pack

// ROWS loads the arguments of what packs eight rows of depth bytes, LOADROWS 16
// bytes of each.
//
//	R0 dst   R1-R8 rows   R9 stride, then bytes left
#define ROWS \
	MOVD dst_base+0(FP), R0; \
	MOVD src_base+24(FP), R1; \
	MOVD stride+48(FP), R9; \
	ADD  R9, R1, R2; \
	ADD  R9, R2, R3; \
	ADD  R9, R3, R4; \
	ADD  R9, R4, R5; \
	ADD  R9, R5, R6; \
	ADD  R9, R6, R7; \
	ADD  R9, R7, R8; \
	MOVD depth+56(FP), R9

#define LOADROWS \
	VLD1.P 16(R1), [V0.B16]; \
	VLD1.P 16(R2), [V1.B16]; \
	VLD1.P 16(R3), [V2.B16]; \
	VLD1.P 16(R4), [V3.B16]; \
	VLD1.P 16(R5), [V4.B16]; \
	VLD1.P 16(R6), [V5.B16]; \
	VLD1.P 16(R7), [V6.B16]; \
	VLD1.P 16(R8), [V7.B16]
