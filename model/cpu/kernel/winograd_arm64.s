//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// Winograd's transforms, four channels at a time. Each goes down the columns first and
// keeps the result in 36 vectors on the stack, at R7, then along the rows. Registers:
//
//	R0  the tile           R1  its pixels        R2  a row of them, in bytes
//	R3  a pixel            R4  its places        R5  a place
//	R6  vectors left       R8 to R13 where the next six vectors come from or go to
//
// The constants are lanes of V30 and V31.

DATA winograd<>+0(SB)/4, $(1.265625) // squaresProduct: V30.S[0]
DATA winograd<>+4(SB)/4, $(2.8125)   // squaresSum
DATA winograd<>+8(SB)/4, $(2.25)     // squareB
DATA winograd<>+12(SB)/4, $(0.5625)  // squareA
DATA winograd<>+16(SB)/4, $(0.75)    // pointA: V31.S[0]
DATA winograd<>+20(SB)/4, $(1.5)     // pointB
DATA winograd<>+24(SB)/4, $(0.421875) // cubeA
DATA winograd<>+28(SB)/4, $(3.375)   // cubeB
GLOBL winograd<>(SB), RODATA|NOPTR, $32

#define LOAD_WINOGRAD \
	MOVD t+0(FP), R0; \
	MOVD $scratch-576(SP), R7; \
	MOVD winogradTile_pixels(R0), R1; \
	MOVD winogradTile_rowStride(R0), R2; \
	MOVD winogradTile_pixelStride(R0), R3; \
	MOVD winogradTile_places(R0), R4; \
	MOVD winogradTile_placeStride(R0), R5; \
	MOVD winogradTile_vectors(R0), R6; \
	MOVD $winograd<>(SB), R8; \
	FLDPQ (R8), (F30, F31)

// SIX sets R8 to R13 to base and what lies a stride, two, … behind.
#define SIX(base, stride) \
	MOVD base, R8; \
	ADD  stride, R8, R9; \
	ADD  stride, R9, R10; \
	ADD  stride, R10, R11; \
	ADD  stride, R11, R12; \
	ADD  stride, R12, R13

#define STEP_SIX(by) \
	ADD by, R8; \
	ADD by, R9; \
	ADD by, R10; \
	ADD by, R11; \
	ADD by, R12; \
	ADD by, R13

#define LOAD_SIX \
	FMOVQ (R8), F0; \
	FMOVQ (R9), F1; \
	FMOVQ (R10), F2; \
	FMOVQ (R11), F3; \
	FMOVQ (R12), F4; \
	FMOVQ (R13), F5

#define LOAD_ROW(i) \
	FMOVQ (96*i)(R7), F0; \
	FMOVQ (96*i+16)(R7), F1; \
	FMOVQ (96*i+32)(R7), F2; \
	FMOVQ (96*i+48)(R7), F3; \
	FMOVQ (96*i+64)(R7), F4; \
	FMOVQ (96*i+80)(R7), F5

// B6 takes V0 to V5 to V16 V17 V6 V18 V4 V5.
#define B6 \
	VMOV V4.B16, V6.B16; \
	FMLS(6, 2, 30, 2); \
	VMOV V3.B16, V7.B16; \
	FMLS(7, 1, 30, 2); \
	VMOV V4.B16, V16.B16; \
	FMLA(16, 0, 30, 0); \
	FMLS(16, 2, 30, 1); \
	FMLA(5, 1, 30, 0); \
	FMLS(5, 3, 30, 1); \
	FMLS(3, 1, 30, 3); \
	FMLS(4, 2, 30, 3); \
	VMOV V6.B16, V17.B16; \
	FMLA(17, 7, 31, 0); \
	FMLS(6, 7, 31, 0); \
	VMOV V4.B16, V18.B16; \
	FMLA(18, 3, 31, 1); \
	FMLS(4, 3, 31, 1)

#define TO_COLUMN(x) \
	LOAD_SIX; \
	B6; \
	FMOVQ F16, (16*x)(R7); \
	FMOVQ F17, (96+16*x)(R7); \
	FMOVQ F6, (192+16*x)(R7); \
	FMOVQ F18, (288+16*x)(R7); \
	FMOVQ F4, (384+16*x)(R7); \
	FMOVQ F5, (480+16*x)(R7); \
	STEP_SIX(R3)

#define PUT(v) \
	FMOVQ v, (R8); \
	ADD   R5, R8

#define TO_ROW(i) \
	LOAD_ROW(i); \
	B6; \
	PUT(F16); \
	PUT(F17); \
	PUT(F6); \
	PUT(F18); \
	PUT(F4); \
	PUT(F5)

// func toWinogradNEON(t *winogradTile)
TEXT ·toWinogradNEON(SB), 0, $576-8
	LOAD_WINOGRAD
next:
	SIX(R1, R2)
	TO_COLUMN(0)
	TO_COLUMN(1)
	TO_COLUMN(2)
	TO_COLUMN(3)
	TO_COLUMN(4)
	TO_COLUMN(5)
	MOVD R4, R8
	TO_ROW(0)
	TO_ROW(1)
	TO_ROW(2)
	TO_ROW(3)
	TO_ROW(4)
	TO_ROW(5)
	ADD  $16, R1
	ADD  $16, R4
	SUBS $1, R6
	BNE  next
	RET

// A4 takes V0 to V5 to V0 V3 V4 V5.
#define A4 \
	FADD(6, 1, 2); \
	FSUB(7, 1, 2); \
	FADD(1, 3, 4); \
	FSUB(2, 3, 4); \
	FADD(0, 0, 6); \
	FADD(0, 0, 1); \
	FMLA(5, 7, 31, 2); \
	FMLA(5, 2, 31, 3); \
	FMULE(3, 7, 31, 0); \
	FMLA(3, 2, 31, 1); \
	FMULE(4, 6, 30, 3); \
	FMLA(4, 1, 30, 2)

#define FROM_COLUMN(x) \
	LOAD_SIX; \
	A4; \
	FMOVQ F0, (16*x)(R7); \
	FMOVQ F3, (96+16*x)(R7); \
	FMOVQ F4, (192+16*x)(R7); \
	FMOVQ F5, (288+16*x)(R7); \
	STEP_SIX(R5)

// BIAS_RELU adds the bias in V19; V20 is zero.
#define BIAS_RELU(v) \
	FADD(v, v, 19); \
	FMAX(v, v, 20)

#define FROM_ROW(i) \
	LOAD_ROW(i); \
	A4; \
	BIAS_RELU(0); \
	BIAS_RELU(3); \
	BIAS_RELU(4); \
	BIAS_RELU(5)

// STORE_ROW writes row i to R8's four pixels.
#define STORE_ROW(i) \
	FROM_ROW(i); \
	MOVD  R8, R9; \
	FMOVQ F0, (R9); \
	ADD   R3, R9; \
	FMOVQ F3, (R9); \
	ADD   R3, R9; \
	FMOVQ F4, (R9); \
	ADD   R3, R9; \
	FMOVQ F5, (R9); \
	ADD   R2, R8

// POOL_ROWS writes the maxima of rows i and j to R8's two pixels.
#define POOL_ROWS(i, j) \
	FROM_ROW(i); \
	FMAX(21, 0, 3); \
	FMAX(22, 4, 5); \
	FROM_ROW(j); \
	FMAX(0, 0, 3); \
	FMAX(4, 4, 5); \
	FMAX(0, 0, 21); \
	FMAX(4, 4, 22); \
	ADD   R3, R8, R9; \
	FMOVQ F0, (R8); \
	FMOVQ F4, (R9); \
	ADD   R2, R8

// func fromWinogradNEON(t *winogradTile)
TEXT ·fromWinogradNEON(SB), 0, $576-8
	LOAD_WINOGRAD
	MOVD winogradTile_bias(R0), R14
	MOVD winogradTile_pool(R0), R15
	ADD  R5, R5, R16
	ADD  R5<<2, R16, R16 // six places
	VEOR V20.B16, V20.B16, V20.B16
next:
	SIX(R4, R16)
	FROM_COLUMN(0)
	FROM_COLUMN(1)
	FROM_COLUMN(2)
	FROM_COLUMN(3)
	FROM_COLUMN(4)
	FROM_COLUMN(5)
	FMOVQ.P 16(R14), F19
	MOVD R1, R8
	CBNZ R15, pool
	STORE_ROW(0)
	STORE_ROW(1)
	STORE_ROW(2)
	STORE_ROW(3)
	B    done
pool:
	POOL_ROWS(0, 1)
	POOL_ROWS(2, 3)
done:
	ADD  $16, R1
	ADD  $16, R4
	SUBS $1, R6
	BNE  next
	RET
