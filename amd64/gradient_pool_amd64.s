#include "textflag.h"

// func MaxPoolWindows(dx, x, y, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int)
//
// Eight channels at a time. Needs AVX2.
//
//	Y0 gradient left   Y1 maxima   Y2 where they are   Y3 a cell's gradient
//	DI dx   SI x   R12 y   R13 dy   R8 rowStride   R9 stride   R14 step   R15 pixels left   CX channels left
//	R10 rows left   R11 columns left   AX row   DX cell   BX channels
TEXT ·MaxPoolWindows(SB), NOSPLIT, $0-152
	MOVQ dx_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ y_base+48(FP), R12
	MOVQ dy_base+72(FP), R13
	MOVQ rowStride+96(FP), R8
	MOVQ stride+104(FP), R9
	MOVQ step+112(FP), R14
	MOVQ channels+120(FP), BX
	MOVQ pixels+144(FP), R15
	SHLQ $2, R8
	SHLQ $2, R9
	SHLQ $2, R14
	SHLQ $2, BX
	SUBQ BX, R14

pixel:
	MOVQ BX, CX

channel:
	VMOVUPS (R12), Y1
	VMOVUPS (R13), Y0
	XORL    AX, AX
	MOVQ    rows+128(FP), R10

row:
	MOVQ AX, DX
	MOVQ columns+136(FP), R11

cell:
	VCMPPS  $0, (SI)(DX*1), Y1, Y2
	VANDPS  Y0, Y2, Y3
	VANDNPS Y0, Y2, Y0
	VADDPS  (DI)(DX*1), Y3, Y3
	VMOVUPS Y3, (DI)(DX*1)
	ADDQ    R9, DX
	DECQ    R11
	JNE     cell
	ADDQ    R8, AX
	DECQ    R10
	JNE     row
	ADDQ    $32, SI
	ADDQ    $32, DI
	ADDQ    $32, R12
	ADDQ    $32, R13
	SUBQ    $32, CX
	JNE     channel
	ADDQ    R14, SI
	ADDQ    R14, DI
	ADDQ    R9, R12
	ADDQ    R9, R13
	SUBQ    BX, R12
	SUBQ    BX, R13
	DECQ    R15
	JNE     pixel
	VZEROUPPER
	RET

// func AveragePoolWindows(dx, dy []float32, rowStride, stride, step, channels, rows, columns, pixels int, factor float32)
//
// Eight channels at a time. Needs AVX2.
//
//	Y0 gradient of each cell   Y3 a cell's   Y4 factor
//	DI dx   R13 dy   R8 rowStride   R9 stride   R14 step   R15 pixels left   CX channels left
//	R10 rows left   R11 columns left   AX row   DX cell   BX channels
TEXT ·AveragePoolWindows(SB), NOSPLIT, $0-108
	MOVQ dx_base+0(FP), DI
	MOVQ dy_base+24(FP), R13
	MOVQ rowStride+48(FP), R8
	MOVQ stride+56(FP), R9
	MOVQ step+64(FP), R14
	MOVQ channels+72(FP), BX
	MOVQ pixels+96(FP), R15
	VBROADCASTSS factor+104(FP), Y4
	SHLQ $2, R8
	SHLQ $2, R9
	SHLQ $2, R14
	SHLQ $2, BX
	SUBQ BX, R14

pixel:
	MOVQ BX, CX

channel:
	VMULPS (R13), Y4, Y0
	XORL   AX, AX
	MOVQ   rows+80(FP), R10

row:
	MOVQ AX, DX
	MOVQ columns+88(FP), R11

cell:
	VADDPS  (DI)(DX*1), Y0, Y3
	VMOVUPS Y3, (DI)(DX*1)
	ADDQ    R9, DX
	DECQ    R11
	JNE     cell
	ADDQ    R8, AX
	DECQ    R10
	JNE     row
	ADDQ    $32, DI
	ADDQ    $32, R13
	SUBQ    $32, CX
	JNE     channel
	ADDQ    R14, DI
	ADDQ    R9, R13
	SUBQ    BX, R13
	DECQ    R15
	JNE     pixel
	VZEROUPPER
	RET
