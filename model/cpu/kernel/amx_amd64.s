//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "amx_amd64.h"

// Blocks of one or two tiles of rows by two tiles of sixteen outputs. Tiles 0 to 3 are the
// sums, 4 and 5 the rows' values, 6 and 7 the weights. No tile outlives a routine, which
// Go does not preempt. Registers:
//
//	DI  the product        R13  the block     CX  steps left
//	BX  the block's rows   R8, R10  upper and lower rows' values, R9 their stride
//	R15 its weights        R11, DX  left and right outputs' weights, R12 their stride
//	SI  the step           AX  scratch

// BEGIN makes the block R13 names ready for its steps.
#define BEGIN \
	MOVQ tiles_src(DI), BX; \
	MOVQ TileBlock_Src(R13), AX; \
	LEAQ (BX)(AX*4), BX; \
	MOVQ tiles_srcStride(DI), R9; \
	MOVQ tiles_panel(DI), R15; \
	MOVQ TileBlock_Panel(R13), AX; \
	LEAQ (R15)(AX*4), R15; \
	MOVQ $128, R12; \
	MOVQ tiles_step(DI), SI; \
	MOVQ tiles_steps(DI), CX

// SUMS sets R8, R10 and R9 to the block's upper rows in Init or Dst, their right halves and
// their stride; LOWER_SUMS goes on to the lower ones.
#define SUMS(at, block, stride) \
	MOVQ at(DI), R8; \
	MOVQ block(R13), AX; \
	LEAQ (R8)(AX*4), R8; \
	LEAQ 64(R8), R10; \
	MOVQ stride(DI), R9

#define LOWER_SUMS(lower) \
	ADDQ lower(DI), R8; \
	ADDQ lower(DI), R10

#define UPPER_VALUES \
	MOVQ TileStep_Src(SI), R8; \
	LEAQ (BX)(R8*4), R8

#define LOWER_VALUES \
	MOVQ tiles_srcLower(DI), R10; \
	ADDQ R8, R10

#define WEIGHTS \
	MOVQ TileStep_Panel(SI), R11; \
	LEAQ (R15)(R11*4), R11; \
	LEAQ 64(R11), DX

#define NEXT_BLOCK \
	ADDQ $TileBlock__size, R13; \
	DECQ tiles_blocks(DI)

#define TWO_TILES(loadWeights) \
	MOVQ t+0(FP), DI; \
	MOVQ tiles_config(DI), AX; \
	TILECONFIG_AX; \
	MOVQ tiles_block(DI), R13; \
block: \
	SUMS(tiles_init, TileBlock_Init, tiles_initStride); \
	TILELOAD(0, 8, 9); \
	TILELOAD(1, 10, 9); \
	LOWER_SUMS(tiles_initLower); \
	TILELOAD(2, 8, 9); \
	TILELOAD(3, 10, 9); \
	BEGIN; \
step: \
	UPPER_VALUES; \
	LOWER_VALUES; \
	WEIGHTS; \
	TILELOAD(4, 8, 9); \
	loadWeights(6, 11, 12); \
	TILELOAD(5, 10, 9); \
	loadWeights(7, 2, 12); \
	TILEDOT(0, 4, 6); \
	TILEDOT(1, 4, 7); \
	TILEDOT(2, 5, 6); \
	TILEDOT(3, 5, 7); \
	ADDQ $TileStep__size, SI; \
	DECQ CX; \
	JNE  step; \
	SUMS(tiles_dst, TileBlock_Dst, tiles_dstStride); \
	TILESTORE(0, 8, 9); \
	TILESTORE(1, 10, 9); \
	LOWER_SUMS(tiles_dstLower); \
	TILESTORE(2, 8, 9); \
	TILESTORE(3, 10, 9); \
	NEXT_BLOCK; \
	JNE  block; \
	TILERELEASE; \
	RET

// func multiplyTwoTiles(t *tiles)
TEXT ·multiplyTwoTiles(SB), NOSPLIT, $0-8
	TWO_TILES(TILELOAD)

// func multiplyTwoTilesStreaming(t *tiles)
TEXT ·multiplyTwoTilesStreaming(SB), NOSPLIT, $0-8
	TWO_TILES(TILELOADT1)

// AHEAD asks for a step's weights 64 KB before they are needed, since a lone tile's come
// from memory: 32 lines.
#define AHEAD8(at) \
	PREFETCHT1 65536+at(R11); \
	PREFETCHT1 65536+64+at(R11); \
	PREFETCHT1 65536+128+at(R11); \
	PREFETCHT1 65536+192+at(R11); \
	PREFETCHT1 65536+256+at(R11); \
	PREFETCHT1 65536+320+at(R11); \
	PREFETCHT1 65536+384+at(R11); \
	PREFETCHT1 65536+448+at(R11)

#define AHEAD \
	AHEAD8(0); \
	AHEAD8(512); \
	AHEAD8(1024); \
	AHEAD8(1536)

// func multiplyOneTile(t *tiles)
TEXT ·multiplyOneTile(SB), NOSPLIT, $0-8
	MOVQ t+0(FP), DI
	MOVQ tiles_config(DI), AX
	TILECONFIG_AX
	MOVQ tiles_block(DI), R13
block:
	SUMS(tiles_init, TileBlock_Init, tiles_initStride)
	TILELOAD(0, 8, 9)
	TILELOAD(1, 10, 9)
	BEGIN
step:
	UPPER_VALUES
	WEIGHTS
	AHEAD
	TILELOAD(4, 8, 9)
	TILELOADT1(6, 11, 12)
	TILELOADT1(7, 2, 12)
	TILEDOT(0, 4, 6)
	TILEDOT(1, 4, 7)
	ADDQ $TileStep__size, SI
	DECQ CX
	JNE  step
	SUMS(tiles_dst, TileBlock_Dst, tiles_dstStride)
	TILESTORE(0, 8, 9)
	TILESTORE(1, 10, 9)
	NEXT_BLOCK
	JNE  block
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
