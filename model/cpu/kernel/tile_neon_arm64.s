//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "neon_arm64.h"

// Tiles of n rows by 16 outputs: row i accumulates in V(4i) to V(4i+3), four of its
// source values are in V(20+i), the place's weights in V25 to V28. Registers:
//
//	R0  the tile             R8 to R12 source rows
//	R1  source, row 0        R2  source stride in bytes
//	R3  panel                R4  next segment's offset
//	R5  segments left        R6  length of a segment
//	R7  places left in the segment
//
// A multiply-add takes its source value from a lane, so that four places of a row cost
// one load. Twenty sums are in flight: cores with four units of latency four need sixteen.

#define LOAD_TILE \
	MOVD t+0(FP), R0; \
	MOVD tile_src(R0), R1; \
	MOVD tile_srcStride(R0), R2; \
	MOVD tile_panel(R0), R3; \
	MOVD tile_offsets(R0), R4; \
	MOVD tile_segments(R0), R5; \
	MOVD tile_length(R0), R6; \
	MOVD tile_init(R0), R8; \
	MOVD tile_initStride(R0), R9

#define NEXT_SEGMENT \
	MOVD.P 8(R4), R8; \
	ADD    R8<<2, R1, R8; \
	ADD    R2, R8, R9; \
	ADD    R2, R9, R10; \
	ADD    R2, R10, R11; \
	ADD    R2, R11, R12

#define WEIGHTS \
	FLDPQ.P 32(R3), (F25, F26); \
	FLDPQ.P 32(R3), (F27, F28)

// ROW adds a row's products with source value i in register x to the sums from a on.
#define ROW(a, x, i) \
	FMLA(a, 25, x, i); \
	FMLA(a+1, 26, x, i); \
	FMLA(a+2, 27, x, i); \
	FMLA(a+3, 28, x, i)

#define ROWS1(i) \
	WEIGHTS; \
	ROW(0, 20, i)

#define ROWS2(i) \
	ROWS1(i); \
	ROW(4, 21, i)

#define ROWS4(i) \
	ROWS2(i); \
	ROW(8, 22, i); \
	ROW(12, 23, i)

#define ROWS5(i) \
	ROWS4(i); \
	ROW(16, 24, i)

// SOURCE loads the rows' next values with MOVE: four and FMOVQ, or one and FMOVS.
#define SOURCE1(MOVE, BYTES) \
	MOVE BYTES(R8), F20

#define SOURCE2(MOVE, BYTES) \
	SOURCE1(MOVE, BYTES); \
	MOVE BYTES(R9), F21

#define SOURCE4(MOVE, BYTES) \
	SOURCE2(MOVE, BYTES); \
	MOVE BYTES(R10), F22; \
	MOVE BYTES(R11), F23

#define SOURCE5(MOVE, BYTES) \
	SOURCE4(MOVE, BYTES); \
	MOVE BYTES(R12), F24

// SUMS goes through all segments, four places at a time and then one by one.
#define SUMS(SOURCE, ROWS) \
segment: \
	NEXT_SEGMENT; \
	SUBS $4, R6, R7; \
	BLT  rest; \
four: \
	SOURCE(FMOVQ.P, 16); \
	ROWS(0); \
	ROWS(1); \
	ROWS(2); \
	ROWS(3); \
	SUBS $4, R7; \
	BGE  four; \
rest: \
	ADDS $4, R7; \
	BEQ  done; \
one: \
	SOURCE(FMOVS.P, 4); \
	ROWS(0); \
	SUBS $1, R7; \
	BNE  one; \
done: \
	SUBS $1, R5; \
	BNE  segment; \
	MOVD tile_dst(R0), R8; \
	MOVD tile_dstStride(R0), R9; \
	MOVD tile_relu(R0), R10; \
	CBZ  R10, store; \
	VEOR V25.B16, V25.B16, V25.B16

#define LOAD(a, b, c, d) \
	FLDPQ (R8), (a, b); \
	FLDPQ 32(R8), (c, d); \
	ADD   R9, R8

#define LOAD1 \
	LOAD(F0, F1, F2, F3)

#define LOAD2 \
	LOAD1; \
	LOAD(F4, F5, F6, F7)

#define LOAD4 \
	LOAD2; \
	LOAD(F8, F9, F10, F11); \
	LOAD(F12, F13, F14, F15)

#define LOAD5 \
	LOAD4; \
	LOAD(F16, F17, F18, F19)

#define RELU(a) \
	FMAX(a, a, 25); \
	FMAX(a+1, a+1, 25); \
	FMAX(a+2, a+2, 25); \
	FMAX(a+3, a+3, 25)

#define RELU1 \
	RELU(0)

#define RELU2 \
	RELU1; \
	RELU(4)

#define RELU4 \
	RELU2; \
	RELU(8); \
	RELU(12)

#define RELU5 \
	RELU4; \
	RELU(16)

#define STORE(a, b, c, d) \
	FSTPQ (a, b), (R8); \
	FSTPQ (c, d), 32(R8); \
	ADD   R9, R8

#define STORE1 \
	STORE(F0, F1, F2, F3)

#define STORE2 \
	STORE1; \
	STORE(F4, F5, F6, F7)

#define STORE4 \
	STORE2; \
	STORE(F8, F9, F10, F11); \
	STORE(F12, F13, F14, F15)

#define STORE5 \
	STORE4; \
	STORE(F16, F17, F18, F19)

// func tile5NEON(t *tile)
TEXT ·tile5NEON(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD5
	SUMS(SOURCE5, ROWS5)
	RELU5
store:
	STORE5
	RET

// func tile4NEON(t *tile)
TEXT ·tile4NEON(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD4
	SUMS(SOURCE4, ROWS4)
	RELU4
store:
	STORE4
	RET

// func tile2NEON(t *tile)
TEXT ·tile2NEON(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD2
	SUMS(SOURCE2, ROWS2)
	RELU2
store:
	STORE2
	RET

// func tile1NEON(t *tile)
TEXT ·tile1NEON(SB), NOSPLIT, $0-8
	LOAD_TILE
	LOAD1
	SUMS(SOURCE1, ROWS1)
	RELU1
store:
	STORE1
	RET
