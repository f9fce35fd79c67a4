// VDPBF16PS and VCVTNE2PS2BF16 on whole registers, given by number, for which Go's
// assembler has no mnemonics (Intel SDM volume 2, EVEX.512.F3.0F38.W0 52 /r and
// EVEX.512.F2.0F38.W0 72 /r). EVEX keeps the register numbers' upper bits inverted.

#define EVEX(pp, op, d, v, m) \
	BYTE $0x62; \
	BYTE $(((1-(((d)>>3)&1))<<7) | ((1-(((m)>>4)&1))<<6) | ((1-(((m)>>3)&1))<<5) | ((1-(((d)>>4)&1))<<4) | 2); \
	BYTE $(((15-((v)&15))<<3) | 4 | (pp)); \
	BYTE $(0x40 | ((1-(((v)>>4)&1))<<3)); \
	BYTE $(op); \
	BYTE $(0xC0 | (((d)&7)<<3) | ((m)&7))

// DOT adds to each float32 of Z(d) the two products of the pairs in Z(v) and Z(m).
#define DOT(d, v, m) \
	EVEX(2, 0x52, d, v, m)

// CONVERT rounds the float32s of Z(lo) and Z(hi) to the bfloat16s of Z(d).
#define CONVERT(d, lo, hi) \
	EVEX(3, 0x72, d, hi, lo)

// ROUND rounds the float32s of Z(n) to the bfloat16s of Y(n): VCVTNEPS2BF16,
// EVEX.512.F3.0F38.W0 72 /r.
#define ROUND(n) \
	EVEX(2, 0x72, n, 0, n)
