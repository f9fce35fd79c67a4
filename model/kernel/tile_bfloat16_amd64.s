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

// Adding zero, Z28, leaves no −0, which the unsigned maximum of pooling would
// take for the largest value: sums are never subnormal, which would round to it.
#define NARROW(lo, hi, n) \
	VADDPS  Z28, lo, lo; \
	VADDPS  Z28, hi, hi; \
	CONVERT(n, n, n+1); \
	VMOVUPS lo, (R8); \
	ADDQ    R9, R8

#define NARROW1 \
	NARROW(Z0, Z1, 0)

#define NARROW2 \
	NARROW1; \
	NARROW(Z2, Z3, 2)

#define NARROW4 \
	NARROW2; \
	NARROW(Z4, Z5, 4); \
	NARROW(Z6, Z7, 6)

#define NARROW8 \
	NARROW4; \
	NARROW(Z8, Z9, 8); \
	NARROW(Z10, Z11, 10); \
	NARROW(Z12, Z13, 12); \
	NARROW(Z14, Z15, 14)

#define NARROW14 \
	NARROW8; \
	NARROW(Z16, Z17, 16); \
	NARROW(Z18, Z19, 18); \
	NARROW(Z20, Z21, 20); \
	NARROW(Z22, Z23, 22); \
	NARROW(Z24, Z25, 24); \
	NARROW(Z26, Z27, 26)

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
	CMPQ tile_narrow(DI), $0
	JNE  narrow
	STORE14
	VZEROUPPER
	RET
narrow:
	NARROW14
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
	CMPQ tile_narrow(DI), $0
	JNE  narrow
	STORE8
	VZEROUPPER
	RET
narrow:
	NARROW8
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
	CMPQ tile_narrow(DI), $0
	JNE  narrow
	STORE4
	VZEROUPPER
	RET
narrow:
	NARROW4
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
	CMPQ tile_narrow(DI), $0
	JNE  narrow
	STORE2
	VZEROUPPER
	RET
narrow:
	NARROW2
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
	CMPQ tile_narrow(DI), $0
	JNE  narrow
	STORE1
	VZEROUPPER
	RET
narrow:
	NARROW1
	VZEROUPPER
	RET
