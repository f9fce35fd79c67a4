//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// func max4NEON(dst, a, b, c, d *float32, n int)
TEXT ·max4NEON(SB), NOSPLIT, $0-48
	MOVD dst+0(FP), R0
	MOVD a+8(FP), R1
	MOVD b+16(FP), R2
	MOVD c+24(FP), R3
	MOVD d+32(FP), R4
	MOVD n+40(FP), R5
next:
	FLDPQ.P 32(R1), (F0, F1)
	FLDPQ.P 32(R2), (F2, F3)
	FLDPQ.P 32(R3), (F4, F5)
	FLDPQ.P 32(R4), (F6, F7)
	FMAX(0, 0, 2)
	FMAX(1, 1, 3)
	FMAX(4, 4, 6)
	FMAX(5, 5, 7)
	FMAX(0, 0, 4)
	FMAX(1, 1, 5)
	FSTPQ.P (F0, F1), 32(R0)
	SUBS $8, R5
	BNE  next
	RET
