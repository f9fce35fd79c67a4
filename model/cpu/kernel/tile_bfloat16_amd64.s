//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "tile_amd64.h"
#include "tile_avx512_amd64.h"
#include "bfloat16_amd64.h"

// The float32 tiles with a pair of bfloat16 values in every lane and VDPBF16PS in
// place of the multiply-add.

#define ROW(at, x, xn, lo, hi, n) \
	VBROADCASTSS at, x; \
	DOT(n, 28, xn); \
	DOT(n+1, 29, xn)

// func tile14BF16(t *tile)
TEXT ·tile14BF16(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD14
	SUMS(STEP14, 128)
	VPXORQ Z28, Z28, Z28
	CMPQ tile_relu(DI), $0
	JEQ  store
	RELU14
store:
	STORE14
	VZEROUPPER
	RET

// func tile8BF16(t *tile)
TEXT ·tile8BF16(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD8
	SUMS(STEP8, 128)
	VPXORQ Z28, Z28, Z28
	CMPQ tile_relu(DI), $0
	JEQ  store
	RELU8
store:
	STORE8
	VZEROUPPER
	RET

// func tile4BF16(t *tile)
TEXT ·tile4BF16(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD4
	SUMS(STEP4, 128)
	VPXORQ Z28, Z28, Z28
	CMPQ tile_relu(DI), $0
	JEQ  store
	RELU4
store:
	STORE4
	VZEROUPPER
	RET

// func tile2BF16(t *tile)
TEXT ·tile2BF16(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD2
	SUMS(STEP2, 128)
	VPXORQ Z28, Z28, Z28
	CMPQ tile_relu(DI), $0
	JEQ  store
	RELU2
store:
	STORE2
	VZEROUPPER
	RET

// func tile1BF16(t *tile)
TEXT ·tile1BF16(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD1
	SUMS(STEP1, 128)
	VPXORQ Z28, Z28, Z28
	CMPQ tile_relu(DI), $0
	JEQ  store
	RELU1
store:
	STORE1
	VZEROUPPER
	RET
