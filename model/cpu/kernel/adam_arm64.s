//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// func adamNEON(w, slope, m, v *float32, n int, s *AdamStep)
TEXT ·adamNEON(SB), NOSPLIT, $0-48
	MOVD  w+0(FP), R0
	MOVD  slope+8(FP), R1
	MOVD  m+16(FP), R2
	MOVD  v+24(FP), R3
	MOVD  n+32(FP), R4
	MOVD  s+40(FP), R5
	FMOVS AdamStep_Beta1(R5), F16   // 1 - beta1
	FMOVS AdamStep_Beta2(R5), F17   // 1 - beta2
	FMOVS AdamStep_Rate(R5), F18
	FMOVS AdamStep_Epsilon(R5), F19
	VDUP  V19.S[0], V19.S4
	FMOVS AdamStep_Decay(R5), F20
next:
	FMOVQ (R0), F0
	FMOVQ.P 16(R1), F1
	FMOVQ (R2), F2
	FMOVQ (R3), F3
	FMLA(1, 0, 20, 0) // g + decay*w
	FSUB(4, 1, 2)     // g - m
	FMLA(2, 4, 16, 0)
	FMOVQ.P F2, 16(R2)
	FMUL(1, 1, 1)
	FSUB(1, 1, 3)     // g² - v
	FMLA(3, 1, 17, 0)
	FMOVQ.P F3, 16(R3)
	FSQRT(3, 3)
	FADD(3, 3, 19)
	VEOR V5.B16, V5.B16, V5.B16
	FMLA(5, 2, 18, 0) // rate*m
	FDIV(5, 5, 3)
	FSUB(0, 0, 5)
	FMOVQ.P F0, 16(R0)
	SUBS $4, R4
	BNE  next
	RET

// func axpyNEON(a float32, x, y *float32, n int)
TEXT ·axpyNEON(SB), NOSPLIT, $0-32
	FMOVS a+0(FP), F16
	MOVD  x+8(FP), R1
	MOVD  y+16(FP), R2
	MOVD  n+24(FP), R3
next:
	FLDPQ.P 32(R1), (F0, F1)
	FLDPQ (R2), (F2, F3)
	FMLA(2, 0, 16, 0)
	FMLA(3, 1, 16, 0)
	FSTPQ.P (F2, F3), 32(R2)
	SUBS $8, R3
	BNE  next
	RET
