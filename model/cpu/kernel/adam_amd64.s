//go:build !purego

#include "textflag.h"

// func adamAVX2(w, slope, m, v *float32, n int, s *AdamStep)
TEXT ·adamAVX2(SB), NOSPLIT, $0-48
	MOVQ w+0(FP), DI
	MOVQ slope+8(FP), SI
	MOVQ m+16(FP), R8
	MOVQ v+24(FP), R9
	MOVQ n+32(FP), CX
	MOVQ s+40(FP), DX
	VBROADCASTSS (DX), Y8    // 1 - beta1
	VBROADCASTSS 4(DX), Y9   // 1 - beta2
	VBROADCASTSS 8(DX), Y10  // rate
	VBROADCASTSS 12(DX), Y11 // epsilon
	VBROADCASTSS 16(DX), Y12 // decay
	XORQ AX, AX
next:
	VMOVUPS (DI)(AX*4), Y0
	VMOVUPS (SI)(AX*4), Y1
	VMOVUPS (R8)(AX*4), Y2
	VMOVUPS (R9)(AX*4), Y3
	VFMADD231PS Y12, Y0, Y1 // g + decay*w
	VSUBPS  Y2, Y1, Y4      // g - m
	VFMADD231PS Y8, Y4, Y2
	VMOVUPS Y2, (R8)(AX*4)
	VMULPS  Y1, Y1, Y1
	VSUBPS  Y3, Y1, Y1      // g² - v
	VFMADD231PS Y9, Y1, Y3
	VMOVUPS Y3, (R9)(AX*4)
	VSQRTPS Y3, Y3
	VADDPS  Y11, Y3, Y3
	VMULPS  Y10, Y2, Y2
	VDIVPS  Y3, Y2, Y2
	VSUBPS  Y2, Y0, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET

// func axpyAVX2(a float32, x, y *float32, n int)
TEXT ·axpyAVX2(SB), NOSPLIT, $0-32
	VBROADCASTSS a+0(FP), Y2
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DI
	MOVQ n+24(FP), CX
	XORQ AX, AX
next:
	VMOVUPS (DI)(AX*4), Y0
	VFMADD231PS (SI)(AX*4), Y2, Y0
	VMOVUPS Y0, (DI)(AX*4)
	ADDQ $8, AX
	CMPQ AX, CX
	JLT  next
	VZEROUPPER
	RET
