//go:build !purego

#include "textflag.h"

// Sixteen 16-bit lanes each.
DATA ·offset<>+0(SB)/8, $0x0080008000800080
DATA ·offset<>+8(SB)/8, $0x0080008000800080
DATA ·offset<>+16(SB)/8, $0x0080008000800080
DATA ·offset<>+24(SB)/8, $0x0080008000800080
GLOBL ·offset<>(SB), RODATA|NOPTR, $32
DATA ·one<>+0(SB)/8, $0x0001000100010001
DATA ·one<>+8(SB)/8, $0x0001000100010001
DATA ·one<>+16(SB)/8, $0x0001000100010001
DATA ·one<>+24(SB)/8, $0x0001000100010001
GLOBL ·one<>(SB), RODATA|NOPTR, $32
DATA ·seven<>+0(SB)/8, $0x0007000700070007
DATA ·seven<>+8(SB)/8, $0x0007000700070007
DATA ·seven<>+16(SB)/8, $0x0007000700070007
DATA ·seven<>+24(SB)/8, $0x0007000700070007
GLOBL ·seven<>(SB), RODATA|NOPTR, $32
DATA ·eight<>+0(SB)/8, $0x0008000800080008
DATA ·eight<>+8(SB)/8, $0x0008000800080008
DATA ·eight<>+16(SB)/8, $0x0008000800080008
DATA ·eight<>+24(SB)/8, $0x0008000800080008
GLOBL ·eight<>(SB), RODATA|NOPTR, $32
DATA ·two<>+0(SB)/8, $0x0002000200020002
DATA ·two<>+8(SB)/8, $0x0002000200020002
DATA ·two<>+16(SB)/8, $0x0002000200020002
DATA ·two<>+24(SB)/8, $0x0002000200020002
GLOBL ·two<>(SB), RODATA|NOPTR, $32
DATA ·red<>+0(SB)/8, $0x66e966e966e966e9
DATA ·red<>+8(SB)/8, $0x66e966e966e966e9
DATA ·red<>+16(SB)/8, $0x66e966e966e966e9
DATA ·red<>+24(SB)/8, $0x66e966e966e966e9
GLOBL ·red<>(SB), RODATA|NOPTR, $32
DATA ·blue<>+0(SB)/8, $0xc5a2c5a2c5a2c5a2
DATA ·blue<>+8(SB)/8, $0xc5a2c5a2c5a2c5a2
DATA ·blue<>+16(SB)/8, $0xc5a2c5a2c5a2c5a2
DATA ·blue<>+24(SB)/8, $0xc5a2c5a2c5a2c5a2
GLOBL ·blue<>(SB), RODATA|NOPTR, $32
// Pairs for blue and red differences, and a half in 16 bits of fraction.
DATA ·green<>+0(SB)/8, $0x492ea7e6492ea7e6
DATA ·green<>+8(SB)/8, $0x492ea7e6492ea7e6
DATA ·green<>+16(SB)/8, $0x492ea7e6492ea7e6
DATA ·green<>+24(SB)/8, $0x492ea7e6492ea7e6
GLOBL ·green<>(SB), RODATA|NOPTR, $32
DATA ·half<>+0(SB)/8, $0x0000800000008000
DATA ·half<>+8(SB)/8, $0x0000800000008000
DATA ·half<>+16(SB)/8, $0x0000800000008000
DATA ·half<>+24(SB)/8, $0x0000800000008000
GLOBL ·half<>(SB), RODATA|NOPTR, $32
// libwebp's factors of luma and of differences, in 14 bits of fraction, and offsets in 6 (src/dsp/yuv.h).
DATA ·luma<>+0(SB)/8, $0x4a854a854a854a85
DATA ·luma<>+8(SB)/8, $0x4a854a854a854a85
DATA ·luma<>+16(SB)/8, $0x4a854a854a854a85
DATA ·luma<>+24(SB)/8, $0x4a854a854a854a85
GLOBL ·luma<>(SB), RODATA|NOPTR, $32
DATA ·redOfV<>+0(SB)/8, $0x6625662566256625
DATA ·redOfV<>+8(SB)/8, $0x6625662566256625
DATA ·redOfV<>+16(SB)/8, $0x6625662566256625
DATA ·redOfV<>+24(SB)/8, $0x6625662566256625
GLOBL ·redOfV<>(SB), RODATA|NOPTR, $32
DATA ·greenOfU<>+0(SB)/8, $0x1913191319131913
DATA ·greenOfU<>+8(SB)/8, $0x1913191319131913
DATA ·greenOfU<>+16(SB)/8, $0x1913191319131913
DATA ·greenOfU<>+24(SB)/8, $0x1913191319131913
GLOBL ·greenOfU<>(SB), RODATA|NOPTR, $32
DATA ·greenOfV<>+0(SB)/8, $0x3408340834083408
DATA ·greenOfV<>+8(SB)/8, $0x3408340834083408
DATA ·greenOfV<>+16(SB)/8, $0x3408340834083408
DATA ·greenOfV<>+24(SB)/8, $0x3408340834083408
GLOBL ·greenOfV<>(SB), RODATA|NOPTR, $32
DATA ·blueOfU<>+0(SB)/8, $0x811a811a811a811a
DATA ·blueOfU<>+8(SB)/8, $0x811a811a811a811a
DATA ·blueOfU<>+16(SB)/8, $0x811a811a811a811a
DATA ·blueOfU<>+24(SB)/8, $0x811a811a811a811a
GLOBL ·blueOfU<>(SB), RODATA|NOPTR, $32
DATA ·redLess<>+0(SB)/8, $0x379a379a379a379a
DATA ·redLess<>+8(SB)/8, $0x379a379a379a379a
DATA ·redLess<>+16(SB)/8, $0x379a379a379a379a
DATA ·redLess<>+24(SB)/8, $0x379a379a379a379a
GLOBL ·redLess<>(SB), RODATA|NOPTR, $32
DATA ·greenMore<>+0(SB)/8, $0x2204220422042204
DATA ·greenMore<>+8(SB)/8, $0x2204220422042204
DATA ·greenMore<>+16(SB)/8, $0x2204220422042204
DATA ·greenMore<>+24(SB)/8, $0x2204220422042204
GLOBL ·greenMore<>(SB), RODATA|NOPTR, $32
DATA ·blueLess<>+0(SB)/8, $0x4515451545154515
DATA ·blueLess<>+8(SB)/8, $0x4515451545154515
DATA ·blueLess<>+16(SB)/8, $0x4515451545154515
DATA ·blueLess<>+24(SB)/8, $0x4515451545154515
GLOBL ·blueLess<>(SB), RODATA|NOPTR, $32
// Where the bytes of 48 come from, of sixteen each of red, green and blue.
DATA ·redTo0<>+0(SB)/8, $0x8002808001808000
DATA ·redTo0<>+8(SB)/8, $0x0580800480800380
GLOBL ·redTo0<>(SB), RODATA|NOPTR, $16
DATA ·redTo1<>+0(SB)/8, $0x8080078080068080
DATA ·redTo1<>+8(SB)/8, $0x800a808009808008
GLOBL ·redTo1<>(SB), RODATA|NOPTR, $16
DATA ·redTo2<>+0(SB)/8, $0x0d80800c80800b80
DATA ·redTo2<>+8(SB)/8, $0x80800f80800e8080
GLOBL ·redTo2<>(SB), RODATA|NOPTR, $16
DATA ·greenTo0<>+0(SB)/8, $0x0280800180800080
DATA ·greenTo0<>+8(SB)/8, $0x8080048080038080
GLOBL ·greenTo0<>(SB), RODATA|NOPTR, $16
DATA ·greenTo1<>+0(SB)/8, $0x8007808006808005
DATA ·greenTo1<>+8(SB)/8, $0x0a80800980800880
GLOBL ·greenTo1<>(SB), RODATA|NOPTR, $16
DATA ·greenTo2<>+0(SB)/8, $0x80800c80800b8080
DATA ·greenTo2<>+8(SB)/8, $0x800f80800e80800d
GLOBL ·greenTo2<>(SB), RODATA|NOPTR, $16
DATA ·blueTo0<>+0(SB)/8, $0x8080018080008080
DATA ·blueTo0<>+8(SB)/8, $0x8004808003808002
GLOBL ·blueTo0<>(SB), RODATA|NOPTR, $16
DATA ·blueTo1<>+0(SB)/8, $0x0780800680800580
DATA ·blueTo1<>+8(SB)/8, $0x8080098080088080
GLOBL ·blueTo1<>(SB), RODATA|NOPTR, $16
DATA ·blueTo2<>+0(SB)/8, $0x800c80800b80800a
DATA ·blueTo2<>+8(SB)/8, $0x0f80800e80800d80
GLOBL ·blueTo2<>(SB), RODATA|NOPTR, $16

// STORE packs red, green and blue, words in Y3, Y6 and Y5, to 48 bytes.
#define STORE \
	VPACKUSWB Y3, Y3, Y3; \
	VPACKUSWB Y5, Y5, Y5; \
	VPACKUSWB Y6, Y6, Y6; \
	VPERMQ $0xd8, Y3, Y3; \
	VPERMQ $0xd8, Y5, Y5; \
	VPERMQ $0xd8, Y6, Y6; \
	VPSHUFB ·redTo0<>(SB), X3, X0; \
	VPSHUFB ·greenTo0<>(SB), X6, X1; \
	VPSHUFB ·blueTo0<>(SB), X5, X2; \
	VPOR X1, X0, X0; \
	VPOR X2, X0, X0; \
	VMOVDQU X0, (DI); \
	VPSHUFB ·redTo1<>(SB), X3, X0; \
	VPSHUFB ·greenTo1<>(SB), X6, X1; \
	VPSHUFB ·blueTo1<>(SB), X5, X2; \
	VPOR X1, X0, X0; \
	VPOR X2, X0, X0; \
	VMOVDQU X0, 16(DI); \
	VPSHUFB ·redTo2<>(SB), X3, X0; \
	VPSHUFB ·greenTo2<>(SB), X6, X1; \
	VPSHUFB ·blueTo2<>(SB), X5, X2; \
	VPOR X1, X0, X0; \
	VPOR X2, X0, X0; \
	VMOVDQU X0, 32(DI)

// func ycbcrToRGBAVX2(dst, y, cb, cr *uint8, n int)
// As libjpeg-turbo splits the factors: 1.402 = 1 + 0.402, 1.772 = 2 - 0.228,
// -0.71414 = 0.28586 - 1, so that 16-bit products suffice. n is a multiple of 16.
TEXT ·ycbcrToRGBAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	XORQ AX, AX
next:
	VPMOVZXBW (SI)(AX*1), Y0
	VPMOVZXBW (R8)(AX*1), Y1
	VPMOVZXBW (R9)(AX*1), Y2
	VPSUBW ·offset<>(SB), Y1, Y1
	VPSUBW ·offset<>(SB), Y2, Y2
	VPADDW Y2, Y2, Y3
	VPMULHW ·red<>(SB), Y3, Y3
	VPADDW ·one<>(SB), Y3, Y3
	VPSRAW $1, Y3, Y3
	VPADDW Y2, Y3, Y3
	VPADDW Y0, Y3, Y3 // red
	VPADDW Y1, Y1, Y4
	VPMULHW ·blue<>(SB), Y4, Y5
	VPADDW ·one<>(SB), Y5, Y5
	VPSRAW $1, Y5, Y5
	VPADDW Y4, Y5, Y5
	VPADDW Y0, Y5, Y5 // blue
	VPUNPCKLWD Y2, Y1, Y6
	VPUNPCKHWD Y2, Y1, Y7
	VPMADDWD ·green<>(SB), Y6, Y6
	VPMADDWD ·green<>(SB), Y7, Y7
	VPADDD ·half<>(SB), Y6, Y6
	VPADDD ·half<>(SB), Y7, Y7
	VPSRAD $16, Y6, Y6
	VPSRAD $16, Y7, Y7
	VPACKSSDW Y7, Y6, Y6
	VPSUBW Y2, Y6, Y6
	VPADDW Y0, Y6, Y6 // green
	STORE
	ADDQ $48, DI
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET

// func studioToRGBAVX2(dst, y, cb, cr *uint8, n int)
// Samples stand in the upper half of words, so that the upper half of a product is it
// without its lowest 8 bits. Blue goes beyond 15 bits, but not below 0. n is a multiple of
// 16.
TEXT ·studioToRGBAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ y+8(FP), SI
	MOVQ cb+16(FP), R8
	MOVQ cr+24(FP), R9
	MOVQ n+32(FP), CX
	XORQ AX, AX
next:
	VPMOVZXBW (SI)(AX*1), Y0
	VPMOVZXBW (R8)(AX*1), Y1
	VPMOVZXBW (R9)(AX*1), Y2
	VPSLLW $8, Y0, Y0
	VPSLLW $8, Y1, Y1
	VPSLLW $8, Y2, Y2
	VPMULHUW ·luma<>(SB), Y0, Y0
	VPMULHUW ·redOfV<>(SB), Y2, Y3
	VPSUBW ·redLess<>(SB), Y3, Y3
	VPADDW Y0, Y3, Y3
	VPSRAW $6, Y3, Y3 // red
	VPMULHUW ·greenOfU<>(SB), Y1, Y6
	VPMULHUW ·greenOfV<>(SB), Y2, Y7
	VPADDW Y7, Y6, Y6
	VPADDW ·greenMore<>(SB), Y0, Y7
	VPSUBW Y6, Y7, Y6
	VPSRAW $6, Y6, Y6 // green
	VPMULHUW ·blueOfU<>(SB), Y1, Y5
	VPADDUSW Y0, Y5, Y5
	VPSUBUSW ·blueLess<>(SB), Y5, Y5
	VPSRLW $6, Y5, Y5 // blue
	STORE
	ADDQ $48, DI
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET

// PAIR writes (3·middle + left + even) >> shift and (3·middle + right + odd) >> shift,
// middle in Y1, left in Y0, right in Y2, as pairs of bytes.
#define PAIR(even, odd, shift) \
	VPADDW Y1, Y1, Y3; \
	VPADDW Y1, Y3, Y1; \
	VPADDW Y1, Y0, Y0; \
	VPADDW Y1, Y2, Y2; \
	VPADDW even, Y0, Y0; \
	VPADDW odd, Y2, Y2; \
	VPSRLW $shift, Y0, Y0; \
	VPSRLW $shift, Y2, Y2; \
	VPSLLW $8, Y2, Y2; \
	VPOR Y2, Y0, Y0; \
	VMOVDQU Y0, (DI)(AX*2)

// func h2v1AVX2(dst, row *uint8, n int)
// Fills dst for the samples 1…n of a row that has one more on either side. n is a
// multiple of 16.
TEXT ·h2v1AVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ row+8(FP), SI
	MOVQ n+16(FP), CX
	XORQ AX, AX
next:
	VPMOVZXBW (SI)(AX*1), Y0
	VPMOVZXBW 1(SI)(AX*1), Y1
	VPMOVZXBW 2(SI)(AX*1), Y2
	PAIR(·one<>(SB), ·two<>(SB), 2)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET

// SUM is three parts of the near row and one of the far one.
#define SUM(at, Y, tmp) \
	VPMOVZXBW at(SI)(AX*1), Y; \
	VPMOVZXBW at(R8)(AX*1), tmp; \
	VPADDW Y, tmp, tmp; \
	VPADDW Y, Y, Y; \
	VPADDW tmp, Y, Y

// func h2v2AVX2(dst, near, far *uint8, n int)
// As h2v1AVX2.
TEXT ·h2v2AVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ near+8(FP), SI
	MOVQ far+16(FP), R8
	MOVQ n+24(FP), CX
	XORQ AX, AX
next:
	SUM(0, Y0, Y4)
	SUM(1, Y1, Y5)
	SUM(2, Y2, Y6)
	PAIR(·eight<>(SB), ·seven<>(SB), 4)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET

// func quincunxAVX2(dst, near, far *uint8, n int)
// As h2v2AVX2, rounded as libwebp does.
TEXT ·quincunxAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ near+8(FP), SI
	MOVQ far+16(FP), R8
	MOVQ n+24(FP), CX
	XORQ AX, AX
next:
	SUM(0, Y0, Y4)
	SUM(1, Y1, Y5)
	SUM(2, Y2, Y6)
	PAIR(·eight<>(SB), ·eight<>(SB), 4)
	ADDQ $16, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET
