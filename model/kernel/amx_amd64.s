//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "amx_amd64.h"

// Blocks of one or two tiles of rows by two tiles of sixteen outputs. Tiles 0 to 3 are the
// sums, 4 and 5 the rows' values, 6 and 7 the weights. No tile outlives a routine, which
// Go does not preempt. Registers:
//
//	DI     the block           R8, R10  upper and lower rows' values
//	R9     their stride        R11, SI  left and right outputs' weights
//	R12    the weights' stride CX       steps left

#define LOAD_BLOCK \
	MOVQ t+0(FP), DI; \
	MOVQ tiles_config(DI), AX; \
	TILECONFIG_AX; \
	MOVQ tiles_init(DI), R8; \
	MOVQ tiles_initStride(DI), R9; \
	LEAQ 64(R8), R10; \
	TILELOAD(0, 8, 9); \
	TILELOAD(1, 10, 9)

#define LOAD_OPERANDS \
	MOVQ tiles_src(DI), R8; \
	MOVQ tiles_srcStride(DI), R9; \
	MOVQ tiles_panel(DI), R11; \
	LEAQ 64(R11), SI; \
	MOVQ $128, R12; \
	MOVQ tiles_steps(DI), CX

#define NEXT_STEP \
	ADDQ $64, R8; \
	ADDQ $2048, R11; \
	ADDQ $2048, SI; \
	DECQ CX

// LOWER sets to to the first of the lower rows, whose upper ones begin at from.
#define LOWER(from, stride, to) \
	MOVQ  tiles_upper(DI), to; \
	IMULQ stride, to; \
	ADDQ  from, to

#define STORE_UPPER \
	MOVQ tiles_dst(DI), R8; \
	MOVQ tiles_dstStride(DI), R9; \
	LEAQ 64(R8), R10; \
	TILESTORE(0, 8, 9); \
	TILESTORE(1, 10, 9)

// func multiplyTwoTiles(t *tiles)
TEXT ·multiplyTwoTiles(SB), NOSPLIT, $0-8
	LOAD_BLOCK
	LOWER(R8, R9, R11)
	LEAQ 64(R11), SI
	TILELOAD(2, 11, 9)
	TILELOAD(3, 6, 9)
	LOAD_OPERANDS
	LOWER(R8, R9, R10)
next:
	TILELOAD(4, 8, 9)
	TILELOAD(6, 11, 12)
	TILELOAD(5, 10, 9)
	TILELOAD(7, 6, 12)
	TILEDOT(0, 4, 6)
	TILEDOT(1, 4, 7)
	TILEDOT(2, 5, 6)
	TILEDOT(3, 5, 7)
	ADDQ $64, R10
	NEXT_STEP
	JNE  next
	STORE_UPPER
	LOWER(R8, R9, R11)
	LEAQ 64(R11), SI
	TILESTORE(2, 11, 9)
	TILESTORE(3, 6, 9)
	TILERELEASE
	RET

// func multiplyOneTile(t *tiles)
TEXT ·multiplyOneTile(SB), NOSPLIT, $0-8
	LOAD_BLOCK
	LOAD_OPERANDS
next:
	TILELOAD(4, 8, 9)
	TILELOAD(6, 11, 12)
	TILELOAD(7, 6, 12)
	TILEDOT(0, 4, 6)
	TILEDOT(1, 4, 7)
	NEXT_STEP
	JNE  next
	STORE_UPPER
	TILERELEASE
	RET

// As many sums as two tiles of rows have, and no loads.

// func peakTiles(config *tileConfig, n int)
TEXT ·peakTiles(SB), NOSPLIT, $0-16
	MOVQ config+0(FP), AX
	MOVQ n+8(FP), CX
	TILECONFIG_AX
	TILEZERO(0)
	TILEZERO(1)
	TILEZERO(2)
	TILEZERO(3)
	TILEZERO(4)
	TILEZERO(5)
	TILEZERO(6)
	TILEZERO(7)
next:
	TILEDOT(0, 4, 6)
	TILEDOT(1, 4, 7)
	TILEDOT(2, 5, 6)
	TILEDOT(3, 5, 7)
	DECQ CX
	JNE  next
	TILERELEASE
	RET

// func xcr0() uint64
TEXT ·xcr0(SB), NOSPLIT, $0-8
	XORL CX, CX
	XGETBV
	SHLQ $32, DX
	ORQ  DX, AX
	MOVQ AX, ret+0(FP)
	RET
