// Vector instructions that Go's assembler lacks, as words (Arm Architecture Reference
// Manual, DDI 0487, C7.2). Registers are given by their numbers, the result first, as
// Arm writes them; all lanes are float32. NaN operands give NaN, FMAX's included, and
// subnormal numbers count as they are: Go leaves FPCR's FZ bit at zero.

// FMLA adds Vn · Vm[i] to Vd, rounding once. The lane's number is in the bits H and L.
#define FMLA(d, n, m, i) \
	WORD $(0x4f801000 | ((i)&1)<<21 | ((i)>>1)<<11 | (m)<<16 | (n)<<5 | (d))

// FMLS subtracts it, and FMULE is the product alone.
#define FMLS(d, n, m, i) \
	WORD $(0x4f805000 | ((i)&1)<<21 | ((i)>>1)<<11 | (m)<<16 | (n)<<5 | (d))

#define FMULE(d, n, m, i) \
	WORD $(0x4f809000 | ((i)&1)<<21 | ((i)>>1)<<11 | (m)<<16 | (n)<<5 | (d))

#define FADD(d, n, m) \
	WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))

#define FSUB(d, n, m) \
	WORD $(0x4ea0d400 | (m)<<16 | (n)<<5 | (d))

#define FMUL(d, n, m) \
	WORD $(0x6e20dc00 | (m)<<16 | (n)<<5 | (d))

#define FDIV(d, n, m) \
	WORD $(0x6e20fc00 | (m)<<16 | (n)<<5 | (d))

#define FMAX(d, n, m) \
	WORD $(0x4e20f400 | (m)<<16 | (n)<<5 | (d))

#define FSQRT(d, n) \
	WORD $(0x6ea1f800 | (n)<<5 | (d))
