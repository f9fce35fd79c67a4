//go:build !purego

#include "textflag.h"

// Half in 22 bits of fraction.
DATA ·half<>+0(SB)/8, $0x0020000000200000
DATA ·half<>+8(SB)/8, $0x0020000000200000
DATA ·half<>+16(SB)/8, $0x0020000000200000
DATA ·half<>+24(SB)/8, $0x0020000000200000
GLOBL ·half<>(SB), RODATA|NOPTR, $32
// Where sixteen bytes of a colour stand in each third of 48.
DATA ·redFrom0<>+0(SB)/8, $0x80800f0c09060300
DATA ·redFrom0<>+8(SB)/8, $0x8080808080808080
GLOBL ·redFrom0<>(SB), RODATA|NOPTR, $16
DATA ·redFrom1<>+0(SB)/8, $0x0502808080808080
DATA ·redFrom1<>+8(SB)/8, $0x80808080800e0b08
GLOBL ·redFrom1<>(SB), RODATA|NOPTR, $16
DATA ·redFrom2<>+0(SB)/8, $0x8080808080808080
DATA ·redFrom2<>+8(SB)/8, $0x0d0a070401808080
GLOBL ·redFrom2<>(SB), RODATA|NOPTR, $16
DATA ·greenFrom0<>+0(SB)/8, $0x8080800d0a070401
DATA ·greenFrom0<>+8(SB)/8, $0x8080808080808080
GLOBL ·greenFrom0<>(SB), RODATA|NOPTR, $16
DATA ·greenFrom1<>+0(SB)/8, $0x0603008080808080
DATA ·greenFrom1<>+8(SB)/8, $0x80808080800f0c09
GLOBL ·greenFrom1<>(SB), RODATA|NOPTR, $16
DATA ·greenFrom2<>+0(SB)/8, $0x8080808080808080
DATA ·greenFrom2<>+8(SB)/8, $0x0e0b080502808080
GLOBL ·greenFrom2<>(SB), RODATA|NOPTR, $16
DATA ·blueFrom0<>+0(SB)/8, $0x8080800e0b080502
DATA ·blueFrom0<>+8(SB)/8, $0x8080808080808080
GLOBL ·blueFrom0<>(SB), RODATA|NOPTR, $16
DATA ·blueFrom1<>+0(SB)/8, $0x0704018080808080
DATA ·blueFrom1<>+8(SB)/8, $0x8080808080800d0a
GLOBL ·blueFrom1<>(SB), RODATA|NOPTR, $16
DATA ·blueFrom2<>+0(SB)/8, $0x8080808080808080
DATA ·blueFrom2<>+8(SB)/8, $0x0f0c090603008080
GLOBL ·blueFrom2<>(SB), RODATA|NOPTR, $16

// LINE adds eight products of a line.
#define LINE(at, sum) \
	VPMOVZXBD at, Y5; \
	VPMULLD Y4, Y5, Y5; \
	VPADDD Y5, sum, sum

// func horizontalAVX2(dst *uint8, stride, step int, src *uint8, srcStride int, from, weight *int32, taps, n int)
// Four lines at a time share the weights and the sums over lanes.
TEXT ·horizontalAVX2(SB), NOSPLIT, $0-72
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), SI
	MOVQ step+16(FP), DX
	MOVQ src+24(FP), R8
	MOVQ srcStride+32(FP), R9
	MOVQ from+40(FP), R10
	MOVQ weight+48(FP), R11
	MOVQ taps+56(FP), R12
	MOVQ n+64(FP), CX
	LEAQ (R9)(R9*2), R13
	VMOVDQU ·half<>(SB), X7
pixel:
	MOVLQSX (R10), BX
	ADDQ $4, R10
	ADDQ R8, BX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	MOVQ R12, AX
tap:
	VMOVDQU (R11), Y4
	LINE((BX), Y0)
	LINE((BX)(R9*1), Y1)
	LINE((BX)(R9*2), Y2)
	LINE((BX)(R13*1), Y3)
	ADDQ $8, BX
	ADDQ $32, R11
	SUBQ $8, AX
	JNZ  tap
	VPHADDD Y1, Y0, Y0
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD X1, X0, X0
	VPADDD X7, X0, X0
	VPSRAD $22, X0, X0
	VPACKSSDW X0, X0, X0
	VPACKUSWB X0, X0, X0
	MOVQ DI, BX
	VPEXTRB $0, X0, (BX)
	ADDQ SI, BX
	VPEXTRB $1, X0, (BX)
	ADDQ SI, BX
	VPEXTRB $2, X0, (BX)
	ADDQ SI, BX
	VPEXTRB $3, X0, (BX)
	ADDQ DX, DI
	DECQ CX
	JNZ  pixel
	VZEROUPPER
	RET

// PLANE gathers sixteen samples of a colour from X0, X1 and X2.
#define PLANE(from0, from1, from2, at) \
	VPSHUFB from0, X0, X3; \
	VPSHUFB from1, X1, X4; \
	VPSHUFB from2, X2, X5; \
	VPOR X4, X3, X3; \
	VPOR X5, X3, X3; \
	VMOVDQU X3, at

// func splitAVX2(red, green, blue, row *uint8, n int)
// n is a multiple of 16.
TEXT ·splitAVX2(SB), NOSPLIT, $0-40
	MOVQ red+0(FP), R8
	MOVQ green+8(FP), R9
	MOVQ blue+16(FP), R10
	MOVQ row+24(FP), SI
	MOVQ n+32(FP), CX
	XORQ AX, AX
next:
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X1
	VMOVDQU 32(SI), X2
	PLANE(·redFrom0<>(SB), ·redFrom1<>(SB), ·redFrom2<>(SB), (R8)(AX*1))
	PLANE(·greenFrom0<>(SB), ·greenFrom1<>(SB), ·greenFrom2<>(SB), (R9)(AX*1))
	PLANE(·blueFrom0<>(SB), ·blueFrom1<>(SB), ·blueFrom2<>(SB), (R10)(AX*1))
	ADDQ $48, SI
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET

// func verticalAVX2(dst, src *uint8, stride int, weight *int32, taps, n int)
// n is a multiple of 16.
TEXT ·verticalAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ stride+16(FP), R9
	MOVQ weight+24(FP), R11
	MOVQ taps+32(FP), R12
	MOVQ n+40(FP), CX
	XORQ DX, DX
columns:
	VMOVDQU ·half<>(SB), Y0
	VMOVDQU ·half<>(SB), Y1
	MOVQ SI, BX
	ADDQ DX, BX
	XORQ AX, AX
tap:
	VPBROADCASTD (R11)(AX*4), Y4
	VPMOVZXBD (BX), Y2
	VPMOVZXBD 8(BX), Y3
	VPMULLD Y4, Y2, Y2
	VPMULLD Y4, Y3, Y3
	VPADDD Y2, Y0, Y0
	VPADDD Y3, Y1, Y1
	ADDQ R9, BX
	INCQ AX
	CMPQ AX, R12
	JLT  tap
	VPSRAD $22, Y0, Y0
	VPSRAD $22, Y1, Y1
	VPACKSSDW Y1, Y0, Y0
	VPERMQ $0xd8, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSWB X1, X0, X0
	VMOVDQU X0, (DI)(DX*1)
	ADDQ $16, DX
	CMPQ DX, CX
	JLT  columns
	VZEROUPPER
	RET
