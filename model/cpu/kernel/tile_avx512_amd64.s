//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "tile_amd64.h"
#include "tile_avx512_amd64.h"

#define ROW(at, x, xn, lo, hi, n) \
	VBROADCASTSS at, x; \
	VFMADD231PS Z28, x, lo; \
	VFMADD231PS Z29, x, hi

// func tile14AVX512(t *tile)
TEXT ·tile14AVX512(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD14
	SUMS(STEP14, 128)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VPXORQ Z28, Z28, Z28
	RELU14
store:
	STORE14
	VZEROUPPER
	RET

// func tile8AVX512(t *tile)
TEXT ·tile8AVX512(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD8
	SUMS(STEP8, 128)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VPXORQ Z28, Z28, Z28
	RELU8
store:
	STORE8
	VZEROUPPER
	RET

// func tile4AVX512(t *tile)
TEXT ·tile4AVX512(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD4
	SUMS(STEP4, 128)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VPXORQ Z28, Z28, Z28
	RELU4
store:
	STORE4
	VZEROUPPER
	RET

// func tile2AVX512(t *tile)
TEXT ·tile2AVX512(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD2
	SUMS(STEP2, 128)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VPXORQ Z28, Z28, Z28
	RELU2
store:
	STORE2
	VZEROUPPER
	RET

// func tile1AVX512(t *tile)
TEXT ·tile1AVX512(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD1
	SUMS(STEP1, 128)
	CMPQ tile_relu(DI), $0
	JEQ  store
	VPXORQ Z28, Z28, Z28
	RELU1
store:
	STORE1
	VZEROUPPER
	RET
