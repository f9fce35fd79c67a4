//go:build !purego

#include "textflag.h"

// MORE takes x into the running maximum in Y0. VMAXPS returns its first operand
// where either is NaN, so the running one's NaN stays; the blend lets x's in.
#define MORE(x) \
	VMOVUPS   (x)(AX*4), Y1; \
	VMAXPS    Y0, Y1, Y2; \
	VCMPPS    $3, Y1, Y1, Y3; \
	VBLENDVPS Y3, Y1, Y2, Y0

// func max4AVX2(dst, a, b, c, d *float32, n int)
TEXT ·max4AVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), R8
	MOVQ b+16(FP), R9
	MOVQ c+24(FP), R10
	MOVQ d+32(FP), R11
	MOVQ n+40(FP), CX
	XORQ AX, AX
next:
	VMOVUPS (R8)(AX*4), Y0
	MORE(R9)
	MORE(R10)
	MORE(R11)
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ    $8, AX
	CMPQ    AX, CX
	JLT     next
	VZEROUPPER
	RET
