// AMX's instructions, for which Go's assembler has no mnemonics (Intel SDM volume 2): VEX
// with map 0F38. Registers and tiles are given by number: AX 0, CX 1, DX 2, BX 3, SI 6,
// DI 7 and R8 on as they are. VEX keeps the numbers' upper bits inverted.

#define TILECONFIG_AX \
	BYTE $0xc4; BYTE $0xe2; BYTE $0x78; BYTE $0x49; BYTE $0x00

#define TILERELEASE \
	BYTE $0xc4; BYTE $0xe2; BYTE $0x78; BYTE $0x49; BYTE $0xc0

#define TILEZERO(t) \
	BYTE $0xc4; BYTE $0xe2; BYTE $0x7b; BYTE $0x49; BYTE $(0xc0 | (t)<<3)

#define TILEMOVE(pp, t, base, stride) \
	BYTE $0xc4; \
	BYTE $(0x82 | (1-((stride)>>3))<<6 | (1-((base)>>3))<<5); \
	BYTE $(0x78 | (pp)); \
	BYTE $0x4b; \
	BYTE $((t)<<3 | 4); \
	BYTE $(((stride)&7)<<3 | ((base)&7))

// TILELOAD and TILESTORE move tile t's rows, the first at register base, the others by
// register stride further on. The base is neither BP nor R13.
#define TILELOAD(t, base, stride) \
	TILEMOVE(3, t, base, stride)

// TILELOADT1 hints that the rows need not stay in the first-level cache.
#define TILELOADT1(t, base, stride) \
	TILEMOVE(1, t, base, stride)

#define TILESTORE(t, base, stride) \
	TILEMOVE(2, t, base, stride)

// TILEDOT adds to the float32s of tile d the products of the pairs of tiles x and w.
#define TILEDOT(d, x, w) \
	BYTE $0xc4; BYTE $0xe2; BYTE $((15-(w))<<3 | 2); BYTE $0x5c; BYTE $(0xc0 | (d)<<3 | (x))
