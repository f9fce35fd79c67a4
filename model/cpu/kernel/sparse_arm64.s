//go:build !purego

#include "textflag.h"
#include "neon_arm64.h"

// TAKE loads the row of eight sums of the next index into registers a and b and
// leaves its address in at.
#define TAKE(at, a, b) \
	MOVHU.P 2(R4), at; \
	MADD    at, R1, R2, at; \
	FLDPQ   (at), (a, b)

// func gatherNEON(dst, a *float32, stride uintptr, index *uint16, value *float32, n int)
//
// Four sums in turn hide the latency of the multiply-add. A value is a lane of V24.
TEXT ·gatherNEON(SB), NOSPLIT, $0-48
	MOVD  dst+0(FP), R0
	MOVD  a+8(FP), R1
	MOVD  stride+16(FP), R2
	MOVD  index+24(FP), R4
	MOVD  value+32(FP), R5
	MOVD  n+40(FP), R6
	FLDPQ (R0), (F0, F1)
	VEOR  V2.B16, V2.B16, V2.B16
	VEOR  V3.B16, V3.B16, V3.B16
	VEOR  V4.B16, V4.B16, V4.B16
	VEOR  V5.B16, V5.B16, V5.B16
	VEOR  V6.B16, V6.B16, V6.B16
	VEOR  V7.B16, V7.B16, V7.B16
	SUBS  $4, R6
	BLT   rest
four:
	FMOVQ.P 16(R5), F24
	TAKE(R8, F16, F17)
	TAKE(R9, F18, F19)
	TAKE(R10, F20, F21)
	TAKE(R11, F22, F23)
	FMLA(0, 16, 24, 0)
	FMLA(1, 17, 24, 0)
	FMLA(2, 18, 24, 1)
	FMLA(3, 19, 24, 1)
	FMLA(4, 20, 24, 2)
	FMLA(5, 21, 24, 2)
	FMLA(6, 22, 24, 3)
	FMLA(7, 23, 24, 3)
	SUBS $4, R6
	BGE  four
rest:
	ADDS $4, R6
	BEQ  done
one:
	FMOVS.P 4(R5), F24
	TAKE(R8, F16, F17)
	FMLA(0, 16, 24, 0)
	FMLA(1, 17, 24, 0)
	SUBS $1, R6
	BNE  one
done:
	FADD(0, 0, 2)
	FADD(1, 1, 3)
	FADD(4, 4, 6)
	FADD(5, 5, 7)
	FADD(0, 0, 4)
	FADD(1, 1, 5)
	FSTPQ (F0, F1), (R0)
	RET

// func scatterNEON(dst *float32, stride uintptr, b *float32, index *uint16, value *float32, n int)
//
// Indexes differ from each other, so that the four updates do not meet.
TEXT ·scatterNEON(SB), NOSPLIT, $0-48
	MOVD  dst+0(FP), R1
	MOVD  stride+8(FP), R2
	MOVD  b+16(FP), R0
	MOVD  index+24(FP), R4
	MOVD  value+32(FP), R5
	MOVD  n+40(FP), R6
	FLDPQ (R0), (F0, F1)
	SUBS  $4, R6
	BLT   rest
four:
	FMOVQ.P 16(R5), F24
	TAKE(R8, F16, F17)
	TAKE(R9, F18, F19)
	TAKE(R10, F20, F21)
	TAKE(R11, F22, F23)
	FMLA(16, 0, 24, 0)
	FMLA(17, 1, 24, 0)
	FMLA(18, 0, 24, 1)
	FMLA(19, 1, 24, 1)
	FMLA(20, 0, 24, 2)
	FMLA(21, 1, 24, 2)
	FMLA(22, 0, 24, 3)
	FMLA(23, 1, 24, 3)
	FSTPQ (F16, F17), (R8)
	FSTPQ (F18, F19), (R9)
	FSTPQ (F20, F21), (R10)
	FSTPQ (F22, F23), (R11)
	SUBS $4, R6
	BGE  four
rest:
	ADDS $4, R6
	BEQ  done
one:
	FMOVS.P 4(R5), F24
	TAKE(R8, F16, F17)
	FMLA(16, 0, 24, 0)
	FMLA(17, 1, 24, 0)
	FSTPQ (F16, F17), (R8)
	SUBS $1, R6
	BNE  one
done:
	RET
