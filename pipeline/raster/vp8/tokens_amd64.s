//go:build !purego

#include "textflag.h"

// The decoder's value is in AX, its range less 1 in BX, its number of bits in R14; SI points
// to the next bytes, DI to the probabilities. The decoded value is in R15.

// FILL fills the window to 48 bits at least. Bits of a byte that does not fit whole are read
// again, to the same place.
#define FILL \
	MOVQ   (SI), DX; \
	BSWAPQ DX; \
	LEAQ   8(R14), CX; \
	SHRQ   CX, DX; \
	ORQ    DX, AX; \
	MOVQ   $56, CX; \
	SUBQ   R14, CX; \
	SHRQ   $3, CX; \
	ADDQ   CX, SI; \
	LEAQ   (R14)(CX*8), R14

// SPLIT splits the range by the probability in DX.
#define SPLIT \
	IMULQ BX, DX; \
	SHRQ  $8, DX; \
	LEAQ  1(DX), R13; \
	SHLQ  $56, R13; \
	CMPQ  AX, R13

// BIT goes on where a bit is set; else, ZERO takes it, there ONE.
#define BIT(at, set) \
	MOVBLZX at(DI), DX; \
	SPLIT; \
	JCC     set

#define ZERO \
	MOVBLZX (R12)(DX*2), CX; \
	MOVBLZX 1(R12)(DX*2), BX; \
	SHLQ    CX, AX; \
	SUBQ    CX, R14

#define ONE \
	SUBQ R13, AX; \
	SUBQ DX, BX; \
	LEAQ -1(BX), DX; \
	ZERO

// APPEND appends a bit to R15, without a branch.
#define APPEND \
	SPLIT; \
	SBBQ    CX, CX; \
	NOTQ    CX; \
	ANDQ    CX, R13; \
	SUBQ    R13, AX; \
	ADDQ    R15, R15; \
	SUBQ    CX, R15; \
	SUBQ    DX, BX; \
	DECQ    BX; \
	TESTQ   CX, CX; \
	CMOVQNE BX, DX; \
	ZERO

// NEXT takes the probabilities that follow a coefficient, by what it was.
#define NEXT(after) \
	LEAQ    ·bands(SB), R13; \
	MOVBLZX 1(R13)(R10*1), DX; \
	IMULQ   $33, DX; \
	LEAQ    after(R8)(DX*1), DI

// func readBlockAMD64(b *boolDecoder, probs *[8][3][11]uint8, p *[11]uint8, factors *[2]int32, first int, coef *[16]int16) int
TEXT ·readBlockAMD64(SB), NOSPLIT, $8-56
	MOVQ b+0(FP), CX
	MOVQ probs+8(FP), R8
	MOVQ p+16(FP), DI
	MOVQ factors+24(FP), R11
	MOVQ first+32(FP), R10
	MOVQ coef+40(FP), R9
	MOVQ 0(CX), AX
	MOVQ 8(CX), BX
	MOVQ 16(CX), R14
	MOVQ 24(CX), SI
	ADDQ 32(CX), SI
	LEAQ ·ranges(SB), R12

coefficient:
	CMPQ R14, $32 // enough for five bits
	JGE  filled
	FILL
filled:
	BIT(0, more)
	ZERO
	JMP  done
more:
	ONE
zeros:
	BIT(1, value)
	ZERO
	INCQ R10
	CMPQ R10, $16
	JEQ  done
	LEAQ    ·bands(SB), R13
	MOVBLZX (R13)(R10*1), DX
	IMULQ   $33, DX
	LEAQ    (R8)(DX*1), DI
	CMPQ R14, $32
	JGE  zeros
	FILL
	JMP  zeros
value:
	ONE
	BIT(2, two)
	ZERO
	MOVQ $1, R15
	NEXT(11)
	JMP  sign

two: // or more (13.2)
	ONE
	CMPQ R14, $48 // enough for seven bits
	JGE  ready
	FILL
ready:
	BIT(3, five)
	ZERO
	BIT(4, three)
	ZERO
	MOVQ $2, R15
	JMP  large
three:
	ONE
	XORQ R15, R15
	MOVBLZX 5(DI), DX
	APPEND
	ADDQ $3, R15
	JMP  large
five:
	ONE
	XORQ R15, R15
	BIT(6, eleven)
	ZERO
	BIT(7, seven)
	ZERO
	MOVQ $159, DX
	APPEND
	ADDQ $5, R15
	JMP  large
seven:
	ONE
	MOVQ $165, DX
	APPEND
	MOVQ $145, DX
	APPEND
	ADDQ $7, R15
	JMP  large
eleven:
	ONE
	MOVBLZX 8(DI), DX
	APPEND
	MOVBLZX 9(DI)(R15*1), DX
	APPEND
	MOVQ R15, CX
	MOVQ $8, DX
	SHLQ CX, DX
	ADDQ $3, DX
	MOVQ DX, least-8(SP)
	LEAQ ·categories(SB), DI
	SHLQ $4, R15
	ADDQ R15, DI
	XORQ R15, R15
further:
	CMPQ R14, $8
	JGE  enough
	FILL
enough:
	MOVBLZX (DI), DX
	APPEND
	INCQ DI
	CMPB (DI), $0
	JNE  further
	ADDQ least-8(SP), R15
large:
	NEXT(22)

sign: // without a branch, for it is as often set as not
	MOVQ BX, R13
	SHRQ $1, R13
	INCQ R13
	SHLQ $56, R13
	LEAQ -1(R13), DX
	SUBQ AX, DX
	SARQ $63, DX
	ANDQ DX, R13
	SUBQ R13, AX
	ADDQ AX, AX
	ADDQ DX, BX
	ORQ  $1, BX
	DECQ R14
	XORQ DX, R15
	SUBQ DX, R15
	MOVL 4(R11), CX
	TESTQ R10, R10
	CMOVLEQ (R11), CX
	IMULL CX, R15
	LEAQ ·zigzag(SB), R13
	MOVBLZX (R13)(R10*1), DX
	MOVW R15, (R9)(DX*2)
	INCQ R10
	CMPQ R10, $16
	JLT  coefficient

done:
	MOVQ b+0(FP), CX
	MOVQ AX, 0(CX)
	MOVQ BX, 8(CX)
	MOVQ R14, 16(CX)
	SUBQ 32(CX), SI
	MOVQ SI, 24(CX)
	MOVQ R10, ret+48(FP)
	RET
