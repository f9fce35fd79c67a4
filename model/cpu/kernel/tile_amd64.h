// What the tile routines of both instruction sets share. Registers:
//
//	DI  the tile            R8 R9 R10 R11  source rows 0, 3, 5 and 10
//	SI  source, row 0       AX  source stride in bytes
//	BX  panel               DX  next segment's offset
//	R12 segments left       R13 length of a segment
//	CX  places left in the segment
//
// Rows between the four bases are reached through the addressing modes' scales:
// row 13, say, is R10 + 8·AX.

#define LOAD_TILE \
	MOVQ t+0(FP), DI; \
	MOVQ tile_src(DI), SI; \
	MOVQ tile_srcStride(DI), AX; \
	MOVQ tile_panel(DI), BX; \
	MOVQ tile_offsets(DI), DX; \
	MOVQ tile_segments(DI), R12; \
	MOVQ tile_length(DI), R13; \
	MOVQ tile_init(DI), R8; \
	MOVQ tile_initStride(DI), R9

#define NEXT_SEGMENT \
	MOVQ (DX), R8; \
	ADDQ $8, DX; \
	LEAQ (SI)(R8*4), R8; \
	LEAQ (R8)(AX*2), R9; \
	ADDQ AX, R9; \
	LEAQ (R9)(AX*2), R10; \
	LEAQ (R10)(AX*4), R11; \
	ADDQ AX, R11

#define ADVANCE(source, panel) \
	ADDQ $(source), R8; \
	ADDQ $(source), R9; \
	ADDQ $(source), R10; \
	ADDQ $(source), R11; \
	ADDQ $(panel), BX

// SUMS goes through all segments, four places at a time and then one by one.
// STEP(w, s) adds the place whose weights are w bytes and whose source is s
// bytes from the current place; a place has WEIGHTS bytes of weights.
#define SUMS(STEP, WEIGHTS) \
segment: \
	NEXT_SEGMENT; \
	MOVQ R13, CX; \
	SUBQ $4, CX; \
	JLT  rest; \
four: \
	STEP(0, 0); \
	STEP(WEIGHTS, 4); \
	STEP((2*WEIGHTS), 8); \
	STEP((3*WEIGHTS), 12); \
	ADVANCE(16, 4*WEIGHTS); \
	SUBQ $4, CX; \
	JGE  four; \
rest: \
	ADDQ $4, CX; \
	JEQ  done; \
one: \
	STEP(0, 0); \
	ADVANCE(4, WEIGHTS); \
	SUBQ $1, CX; \
	JNE  one; \
done: \
	SUBQ $1, R12; \
	JNE  segment; \
	MOVQ tile_dst(DI), R8; \
	MOVQ tile_dstStride(DI), R9
