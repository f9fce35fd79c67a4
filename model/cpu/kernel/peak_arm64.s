//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// As many independent sums as the largest tile keeps, and no loads: what the
// multiply-add units can do at most.

#define ZERO2(a, b) \
	VEOR a.B16, a.B16, a.B16; \
	VEOR b.B16, b.B16, b.B16

#define ADD4(a) \
	FMLA(a, 21, 20, 0); \
	FMLA(a+1, 21, 20, 0); \
	FMLA(a+2, 21, 20, 0); \
	FMLA(a+3, 21, 20, 0)

// func peakNEON(n int)
TEXT ·peakNEON(SB), NOSPLIT, $0-8
	MOVD n+0(FP), R0
	ZERO2(V0, V1)
	ZERO2(V2, V3)
	ZERO2(V4, V5)
	ZERO2(V6, V7)
	ZERO2(V8, V9)
	ZERO2(V10, V11)
	ZERO2(V12, V13)
	ZERO2(V14, V15)
	ZERO2(V16, V17)
	ZERO2(V18, V19)
	ZERO2(V20, V21)
next:
	ADD4(0)
	ADD4(4)
	ADD4(8)
	ADD4(12)
	ADD4(16)
	SUBS $1, R0
	BNE  next
	RET
