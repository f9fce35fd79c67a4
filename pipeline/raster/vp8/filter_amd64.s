//go:build !purego

#include "textflag.h"

DATA ·signs<>+0(SB)/8, $0x8080808080808080
DATA ·signs<>+8(SB)/8, $0x8080808080808080
GLOBL ·signs<>(SB), RODATA|NOPTR, $16
DATA ·sevenBits<>+0(SB)/8, $0x7f7f7f7f7f7f7f7f
DATA ·sevenBits<>+8(SB)/8, $0x7f7f7f7f7f7f7f7f
GLOBL ·sevenBits<>(SB), RODATA|NOPTR, $16
DATA ·fiveBits<>+0(SB)/8, $0x1f1f1f1f1f1f1f1f
DATA ·fiveBits<>+8(SB)/8, $0x1f1f1f1f1f1f1f1f
GLOBL ·fiveBits<>(SB), RODATA|NOPTR, $16
DATA ·sixteen<>+0(SB)/8, $0x1010101010101010
DATA ·sixteen<>+8(SB)/8, $0x1010101010101010
GLOBL ·sixteen<>(SB), RODATA|NOPTR, $16
DATA ·sixtyFour<>+0(SB)/8, $0x4040404040404040
DATA ·sixtyFour<>+8(SB)/8, $0x4040404040404040
GLOBL ·sixtyFour<>(SB), RODATA|NOPTR, $16
DATA ·three<>+0(SB)/8, $0x0303030303030303
DATA ·three<>+8(SB)/8, $0x0303030303030303
GLOBL ·three<>(SB), RODATA|NOPTR, $16
DATA ·four<>+0(SB)/8, $0x0404040404040404
DATA ·four<>+8(SB)/8, $0x0404040404040404
GLOBL ·four<>(SB), RODATA|NOPTR, $16
// Sixteen words each.
DATA ·nine<>+0(SB)/8, $0x0009000900090009
DATA ·nine<>+8(SB)/8, $0x0009000900090009
DATA ·nine<>+16(SB)/8, $0x0009000900090009
DATA ·nine<>+24(SB)/8, $0x0009000900090009
GLOBL ·nine<>(SB), RODATA|NOPTR, $32
DATA ·sixtyThree<>+0(SB)/8, $0x003f003f003f003f
DATA ·sixtyThree<>+8(SB)/8, $0x003f003f003f003f
DATA ·sixtyThree<>+16(SB)/8, $0x003f003f003f003f
DATA ·sixtyThree<>+24(SB)/8, $0x003f003f003f003f
GLOBL ·sixtyThree<>(SB), RODATA|NOPTR, $32

// The samples across an edge are p3…p0 in X0…X3 and q0…q3 in X4…X7, of sixteen places.

// APART is how far two samples are apart.
#define APART(a, b, to) \
	VPSUBUSB b, a, to; \
	VPSUBUSB a, b, X9; \
	VPOR X9, to, to

// MASK sets X8 where the filter works and X11 where the edge has little variance, and goes
// on where it works nowhere. The thresholds are at (DX).
#define MASK(nowhere) \
	APART(X0, X1, X8); \
	APART(X1, X2, X10); \
	VPMAXUB X10, X8, X8; \
	APART(X7, X6, X10); \
	VPMAXUB X10, X8, X8; \
	APART(X6, X5, X10); \
	VPMAXUB X10, X8, X8; \
	APART(X2, X3, X11); \
	APART(X5, X4, X10); \
	VPMAXUB X10, X11, X11; \
	VPMAXUB X11, X8, X8; \
	VPBROADCASTB 8(DX), X9; \
	VPSUBUSB X9, X8, X8; \
	APART(X2, X5, X12); \
	VPSRLW $1, X12, X12; \
	VPAND ·sevenBits<>(SB), X12, X12; \
	APART(X3, X4, X10); \
	VPADDUSB X10, X10, X10; \
	VPADDUSB X12, X10, X10; \
	VPBROADCASTB (DX), X9; \
	VPSUBUSB X9, X10, X10; \
	VPOR X10, X8, X8; \
	VPXOR X10, X10, X10; \
	VPCMPEQB X10, X8, X8; \
	VPTEST X8, X8; \
	JZ nowhere; \
	VPBROADCASTB 16(DX), X9; \
	VPSUBUSB X9, X11, X11; \
	VPCMPEQB X10, X11, X11

// SIGNED takes the four samples nearest to the edge from unsigned to signed and back.
#define SIGNED \
	VPXOR ·signs<>(SB), X2, X2; \
	VPXOR ·signs<>(SB), X3, X3; \
	VPXOR ·signs<>(SB), X4, X4; \
	VPXOR ·signs<>(SB), X5, X5

// EIGHTH divides signed bytes by 8.
#define EIGHTH(x) \
	VPSRLW $3, x, x; \
	VPAND ·fiveBits<>(SB), x, x; \
	VPXOR ·sixteen<>(SB), x, x; \
	VPSUBB ·sixteen<>(SB), x, x

// NEAREST changes the samples at the edge by from; X10 keeps what q0 loses.
#define NEAREST(from) \
	VPADDSB ·four<>(SB), from, X10; \
	VPADDSB ·three<>(SB), from, X14; \
	EIGHTH(X10); \
	EIGHTH(X14); \
	VPSUBSB X10, X4, X4; \
	VPADDSB X14, X3, X3

// STEP changes two samples by a product of nine, in words in Y10.
#define STEP(p, q) \
	VPSRAW $7, Y10, Y13; \
	VEXTRACTI128 $1, Y13, X14; \
	VPACKSSWB X14, X13, X13; \
	VPADDSB X13, p, p; \
	VPSUBSB X13, q, q

// OUTER filters the edge of a macroblock.
#define OUTER \
	SIGNED; \
	VPXOR ·signs<>(SB), X1, X1; \
	VPXOR ·signs<>(SB), X6, X6; \
	VPSUBSB X5, X2, X9; \
	VPSUBSB X3, X4, X10; \
	VPADDSB X10, X9, X9; \
	VPADDSB X10, X9, X9; \
	VPADDSB X10, X9, X9; \
	VPAND X8, X9, X9; \
	VPANDN X9, X11, X12; \
	VPAND X11, X9, X9; \
	NEAREST(X12); \
	VPMOVSXBW X9, Y12; \
	VPMULLW ·nine<>(SB), Y12, Y12; \
	VPADDW ·sixtyThree<>(SB), Y12, Y10; \
	STEP(X1, X6); \
	VPADDW Y12, Y10, Y10; \
	STEP(X2, X5); \
	VPADDW Y12, Y10, Y10; \
	STEP(X3, X4); \
	SIGNED; \
	VPXOR ·signs<>(SB), X1, X1; \
	VPXOR ·signs<>(SB), X6, X6

// INNER filters the edge of a block.
#define INNER \
	SIGNED; \
	VPSUBSB X5, X2, X9; \
	VPANDN X9, X11, X9; \
	VPSUBSB X3, X4, X10; \
	VPADDSB X10, X9, X9; \
	VPADDSB X10, X9, X9; \
	VPADDSB X10, X9, X9; \
	VPAND X8, X9, X9; \
	NEAREST(X9); \
	VPXOR X9, X9, X9; \
	VPXOR ·signs<>(SB), X10, X10; \
	VPAVGB X9, X10, X10; \
	VPSUBB ·sixtyFour<>(SB), X10, X10; \
	VPAND X11, X10, X10; \
	VPADDSB X10, X2, X2; \
	VPSUBSB X10, X5, X5; \
	SIGNED

// ARGUMENTS takes those of the functions below, and three times the stride.
#define ARGUMENTS \
	MOVQ p+0(FP), DI; \
	MOVQ q+8(FP), SI; \
	MOVQ stride+16(FP), R8; \
	MOVQ s+24(FP), DX; \
	LEAQ (R8)(R8*2), R10

#define LOAD(from, also, X) \
	VMOVQ from, X; \
	VPINSRQ $1, also, X, X

#define STORE(X, to, also) \
	VMOVQ X, to; \
	VPEXTRQ $1, X, also

// ACROSS loads eight columns from either place, above the edge from R9 and R11 on.
#define ACROSS \
	MOVQ DI, R9; \
	MOVQ SI, R11; \
	LEAQ (R8*4), R12; \
	SUBQ R12, R9; \
	SUBQ R12, R11; \
	LOAD((R9), (R11), X0); \
	LOAD((R9)(R8*1), (R11)(R8*1), X1); \
	LOAD((R9)(R8*2), (R11)(R8*2), X2); \
	LOAD((R9)(R10*1), (R11)(R10*1), X3); \
	LOAD((DI), (SI), X4); \
	LOAD((DI)(R8*1), (SI)(R8*1), X5); \
	LOAD((DI)(R8*2), (SI)(R8*2), X6); \
	LOAD((DI)(R10*1), (SI)(R10*1), X7)

// func outerLinesAVX2(p, q *uint8, stride int, s *strength)
TEXT ·outerLinesAVX2(SB), NOSPLIT, $0-32
	ARGUMENTS
	ACROSS
	MASK(done)
	OUTER
	STORE(X1, (R9)(R8*1), (R11)(R8*1))
	STORE(X2, (R9)(R8*2), (R11)(R8*2))
	STORE(X3, (R9)(R10*1), (R11)(R10*1))
	STORE(X4, (DI), (SI))
	STORE(X5, (DI)(R8*1), (SI)(R8*1))
	STORE(X6, (DI)(R8*2), (SI)(R8*2))
done:
	VZEROUPPER
	RET

// func innerLinesAVX2(p, q *uint8, stride int, s *strength)
TEXT ·innerLinesAVX2(SB), NOSPLIT, $0-32
	ARGUMENTS
	ACROSS
	MASK(done)
	INNER
	STORE(X2, (R9)(R8*2), (R11)(R8*2))
	STORE(X3, (R9)(R10*1), (R11)(R10*1))
	STORE(X4, (DI), (SI))
	STORE(X5, (DI)(R8*1), (SI)(R8*1))
done:
	VZEROUPPER
	RET

// PAIR interleaves the samples of two lines.
#define PAIR(one, two, X) \
	VMOVQ one, X; \
	VMOVQ two, X15; \
	VPUNPCKLBW X15, X, X

// COLUMNS parts two columns in both halves of a register.
#define COLUMNS(Y, one, two) \
	VPERMQ $0xd8, Y, Y; \
	VEXTRACTI128 $1, Y, two; \
	VMOVDQA Y, one

// ALONG loads eight lines from either place and turns them, four samples before the edge
// from R9 and R11 on; R12 and R13 are four lines below.
#define ALONG \
	LEAQ -4(DI), R9; \
	LEAQ -4(SI), R11; \
	LEAQ (R9)(R8*4), R12; \
	LEAQ (R11)(R8*4), R13; \
	PAIR((R9), (R9)(R8*1), X0); \
	PAIR((R9)(R8*2), (R9)(R10*1), X1); \
	PAIR((R12), (R12)(R8*1), X2); \
	PAIR((R12)(R8*2), (R12)(R10*1), X3); \
	PAIR((R11), (R11)(R8*1), X4); \
	PAIR((R11)(R8*2), (R11)(R10*1), X5); \
	PAIR((R13), (R13)(R8*1), X6); \
	PAIR((R13)(R8*2), (R13)(R10*1), X7); \
	VINSERTI128 $1, X4, Y0, Y0; \
	VINSERTI128 $1, X5, Y1, Y1; \
	VINSERTI128 $1, X6, Y2, Y2; \
	VINSERTI128 $1, X7, Y3, Y3; \
	VPUNPCKLWD Y1, Y0, Y4; \
	VPUNPCKHWD Y1, Y0, Y5; \
	VPUNPCKLWD Y3, Y2, Y6; \
	VPUNPCKHWD Y3, Y2, Y7; \
	VPUNPCKLDQ Y6, Y4, Y8; \
	VPUNPCKHDQ Y6, Y4, Y9; \
	VPUNPCKLDQ Y7, Y5, Y10; \
	VPUNPCKHDQ Y7, Y5, Y11; \
	COLUMNS(Y8, Y0, X1); \
	COLUMNS(Y9, Y2, X3); \
	COLUMNS(Y10, Y4, X5); \
	COLUMNS(Y11, Y6, X7)

// EIGHT writes the eight samples of eight lines from columns interleaved in pairs in X8…X11.
#define EIGHT(at, below) \
	VPUNPCKLWD X9, X8, X12; \
	VPUNPCKHWD X9, X8, X13; \
	VPUNPCKLWD X11, X10, X14; \
	VPUNPCKHWD X11, X10, X15; \
	VPUNPCKLDQ X14, X12, X8; \
	VPUNPCKHDQ X14, X12, X9; \
	VPUNPCKLDQ X15, X13, X10; \
	VPUNPCKHDQ X15, X13, X11; \
	STORE(X8, (at), (at)(R8*1)); \
	STORE(X9, (at)(R8*2), (at)(R10*1)); \
	STORE(X10, (below), (below)(R8*1)); \
	STORE(X11, (below)(R8*2), (below)(R10*1))

// func outerColumnsAVX2(p, q *uint8, stride int, s *strength)
TEXT ·outerColumnsAVX2(SB), NOSPLIT, $0-32
	ARGUMENTS
	ALONG
	MASK(done)
	OUTER
	VPUNPCKLBW X1, X0, X8
	VPUNPCKLBW X3, X2, X9
	VPUNPCKLBW X5, X4, X10
	VPUNPCKLBW X7, X6, X11
	EIGHT(R9, R12)
	VPUNPCKHBW X1, X0, X8
	VPUNPCKHBW X3, X2, X9
	VPUNPCKHBW X5, X4, X10
	VPUNPCKHBW X7, X6, X11
	EIGHT(R11, R13)
done:
	VZEROUPPER
	RET

// FOUR writes the middle samples of four lines.
#define FOUR(X, at) \
	VMOVD X, 2(at); \
	VPEXTRD $1, X, 2(at)(R8*1); \
	VPEXTRD $2, X, 2(at)(R8*2); \
	VPEXTRD $3, X, 2(at)(R10*1)

// func innerColumnsAVX2(p, q *uint8, stride int, s *strength)
TEXT ·innerColumnsAVX2(SB), NOSPLIT, $0-32
	ARGUMENTS
	ALONG
	MASK(done)
	INNER
	VPUNPCKLBW X3, X2, X8
	VPUNPCKHBW X3, X2, X9
	VPUNPCKLBW X5, X4, X10
	VPUNPCKHBW X5, X4, X11
	VPUNPCKLWD X10, X8, X12
	VPUNPCKHWD X10, X8, X13
	VPUNPCKLWD X11, X9, X14
	VPUNPCKHWD X11, X9, X15
	FOUR(X12, R9)
	FOUR(X13, R12)
	FOUR(X14, R11)
	FOUR(X15, R13)
done:
	VZEROUPPER
	RET
