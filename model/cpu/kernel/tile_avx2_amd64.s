//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "tile_amd64.h"

// Tiles of n rows by 16 outputs: row i accumulates in Y(2i) and Y(2i+1), the
// place's weights are in Y12 and Y13, its source values in Y14 and Y15 by turns.

#define ROW(at, x, lo, hi) \
	VBROADCASTSS at, x; \
	VFMADD231PS Y12, x, lo; \
	VFMADD231PS Y13, x, hi

#define LOAD(lo, hi) \
	VMOVUPS (R8), lo; \
	VMOVUPS 32(R8), hi; \
	ADDQ    R9, R8

#define STORE(lo, hi) \
	VMOVUPS lo, (R8); \
	VMOVUPS hi, 32(R8); \
	ADDQ    R9, R8

// The operand order makes VMAXPS return the sum where it is NaN.
#define RELU(lo, hi) \
	VMAXPS lo, Y12, lo; \
	VMAXPS hi, Y12, hi

#define LOAD1 \
	LOAD(Y0, Y1)

#define LOAD2 \
	LOAD1; \
	LOAD(Y2, Y3)

#define LOAD4 \
	LOAD2; \
	LOAD(Y4, Y5); \
	LOAD(Y6, Y7)

#define LOAD6 \
	LOAD4; \
	LOAD(Y8, Y9); \
	LOAD(Y10, Y11)

#define RELU1 \
	RELU(Y0, Y1)

#define RELU2 \
	RELU1; \
	RELU(Y2, Y3)

#define RELU4 \
	RELU2; \
	RELU(Y4, Y5); \
	RELU(Y6, Y7)

#define RELU6 \
	RELU4; \
	RELU(Y8, Y9); \
	RELU(Y10, Y11)

#define STORE1 \
	STORE(Y0, Y1)

#define STORE2 \
	STORE1; \
	STORE(Y2, Y3)

#define STORE4 \
	STORE2; \
	STORE(Y4, Y5); \
	STORE(Y6, Y7)

#define STORE6 \
	STORE4; \
	STORE(Y8, Y9); \
	STORE(Y10, Y11)

#define ROWS1(s) \
	ROW(s(R8), Y14, Y0, Y1)

#define ROWS2(s) \
	ROWS1(s); \
	ROW(s(R8)(AX*1), Y15, Y2, Y3)

#define ROWS4(s) \
	ROWS2(s); \
	ROW(s(R8)(AX*2), Y14, Y4, Y5); \
	ROW(s(R9), Y15, Y6, Y7)

#define ROWS6(s) \
	ROWS4(s); \
	ROW(s(R8)(AX*4), Y14, Y8, Y9); \
	ROW(s(R10), Y15, Y10, Y11)

#define STEP1(w, s) \
	VMOVUPS w(BX), Y12; \
	VMOVUPS (w+32)(BX), Y13; \
	ROWS1(s)

#define STEP2(w, s) \
	VMOVUPS w(BX), Y12; \
	VMOVUPS (w+32)(BX), Y13; \
	ROWS2(s)

#define STEP4(w, s) \
	VMOVUPS w(BX), Y12; \
	VMOVUPS (w+32)(BX), Y13; \
	ROWS4(s)

#define STEP6(w, s) \
	VMOVUPS w(BX), Y12; \
	VMOVUPS (w+32)(BX), Y13; \
	ROWS6(s)

// func tile6AVX2(t *tile)
TEXT ·tile6AVX2(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD6
	SUMS(STEP6, 64)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VXORPS Y12, Y12, Y12
	RELU6
store:
	STORE6
	VZEROUPPER
	RET

// func tile4AVX2(t *tile)
TEXT ·tile4AVX2(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD4
	SUMS(STEP4, 64)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VXORPS Y12, Y12, Y12
	RELU4
store:
	STORE4
	VZEROUPPER
	RET

// func tile2AVX2(t *tile)
TEXT ·tile2AVX2(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD2
	SUMS(STEP2, 64)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VXORPS Y12, Y12, Y12
	RELU2
store:
	STORE2
	VZEROUPPER
	RET

// func tile1AVX2(t *tile)
TEXT ·tile1AVX2(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD1
	SUMS(STEP1, 64)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VXORPS Y12, Y12, Y12
	RELU1
store:
	STORE1
	VZEROUPPER
	RET
