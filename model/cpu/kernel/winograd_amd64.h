// Winograd's transforms for both instruction sets, which define the vectors V0…V7, C0…C5,
// S0 and S1, their size LANE in bytes, and COPY, a vector's move between registers.
//
// PLACE is the size of a vector in the places, and PUT_V… writes one there, rounded if
// they are pairs.
//
// Each transform goes down the columns first and keeps the result in 36 vectors on the
// stack, at AX, then along the rows.

// BROADCAST fills the constants.
#define BROADCAST(c0, c1, c2, c3, c4, c5) \
	VBROADCASTSS c0, C0; \
	VBROADCASTSS c1, C1; \
	VBROADCASTSS c2, C2; \
	VBROADCASTSS c3, C3; \
	VBROADCASTSS c4, C4; \
	VBROADCASTSS c5, C5

// LOAD6 loads six vectors: three from R8, three from R10, a stride apart.
#define LOAD6(stride) \
	VMOVUPS (R8), V0; \
	VMOVUPS (R8)(stride*1), V1; \
	VMOVUPS (R8)(stride*2), V2; \
	VMOVUPS (R10), V3; \
	VMOVUPS (R10)(stride*1), V4; \
	VMOVUPS (R10)(stride*2), V5

// LOAD_ROW loads row i from the stack.
#define LOAD_ROW(i) \
	VMOVUPS ((6*i+0)*LANE)(AX), V0; \
	VMOVUPS ((6*i+1)*LANE)(AX), V1; \
	VMOVUPS ((6*i+2)*LANE)(AX), V2; \
	VMOVUPS ((6*i+3)*LANE)(AX), V3; \
	VMOVUPS ((6*i+4)*LANE)(AX), V4; \
	VMOVUPS ((6*i+5)*LANE)(AX), V5

// B6 takes V0…V5 to V0 V1 V6 V2 V4 V5. C0 is squaresProduct, C1 squaresSum, C2 squareB,
// C3 squareA, C4 pointA and C5 pointB.
#define B6 \
	COPY V4, V6; \
	VFNMADD231PS C2, V2, V6; \
	COPY V3, V7; \
	VFNMADD231PS C2, V1, V7; \
	VFMADD231PS  C0, V1, V5; \
	VFNMADD231PS C1, V3, V5; \
	VFNMADD231PS C3, V1, V3; \
	VFMADD213PS  V4, C0, V0; \
	VFNMADD231PS C1, V2, V0; \
	VFNMADD231PS C3, V2, V4; \
	COPY V6, V1; \
	VFMADD231PS  C4, V7, V1; \
	VFNMADD231PS C4, V7, V6; \
	COPY V4, V2; \
	VFMADD231PS  C5, V3, V2; \
	VFNMADD231PS C5, V3, V4

// TO_COLUMN transforms column x and goes to the next, BX bytes on.
#define TO_COLUMN(x) \
	LOAD6(R9); \
	B6; \
	VMOVUPS V0, ((0+x)*LANE)(AX); \
	VMOVUPS V1, ((6+x)*LANE)(AX); \
	VMOVUPS V6, ((12+x)*LANE)(AX); \
	VMOVUPS V2, ((18+x)*LANE)(AX); \
	VMOVUPS V4, ((24+x)*LANE)(AX); \
	VMOVUPS V5, ((30+x)*LANE)(AX); \
	ADDQ BX, R8; \
	ADDQ BX, R10

// TO_ROW transforms row i into six places, R12 bytes apart; R11 is three of them.
#define TO_ROW(i) \
	LOAD_ROW(i); \
	B6; \
	PUT_V0((R8)); \
	PUT_V1((R8)(R12*1)); \
	PUT_V6((R8)(R12*2)); \
	PUT_V2((R10)); \
	PUT_V4((R10)(R12*1)); \
	PUT_V5((R10)(R12*2)); \
	LEAQ (R8)(R11*2), R8; \
	LEAQ (R10)(R11*2), R10

#define TO_WINOGRAD \
	MOVQ t+0(FP), DI; \
	MOVQ SP, AX; \
	ADDQ $(LANE-1), AX; \
	ANDQ $~(LANE-1), AX; \
	MOVQ winogradTile_pixels(DI), SI; \
	MOVQ winogradTile_rowStride(DI), R9; \
	MOVQ winogradTile_pixelStride(DI), BX; \
	MOVQ winogradTile_places(DI), DX; \
	MOVQ winogradTile_placeStride(DI), R12; \
	MOVQ winogradTile_vectors(DI), CX; \
	LEAQ (R9)(R9*2), R13; \
	LEAQ (R12)(R12*2), R11; \
	BROADCAST(winograd<>+0(SB), winograd<>+4(SB), winograd<>+8(SB), winograd<>+12(SB), winograd<>+16(SB), winograd<>+20(SB)); \
next: \
	MOVQ SI, R8; \
	LEAQ (SI)(R13*1), R10; \
	TO_COLUMN(0); \
	TO_COLUMN(1); \
	TO_COLUMN(2); \
	TO_COLUMN(3); \
	TO_COLUMN(4); \
	TO_COLUMN(5); \
	MOVQ DX, R8; \
	LEAQ (DX)(R11*1), R10; \
	TO_ROW(0); \
	TO_ROW(1); \
	TO_ROW(2); \
	TO_ROW(3); \
	TO_ROW(4); \
	TO_ROW(5); \
	ADDQ $LANE, SI; \
	ADDQ $PLACE, DX; \
	DECQ CX; \
	JNE  next; \
	VZEROUPPER; \
	RET

// A4 takes V0…V5 to V0 V3 V4 V5. C0 is pointA, C1 pointB, C2 squareA, C3 squareB, C4 cubeA
// and C5 cubeB.
#define A4 \
	VADDPS V2, V1, V6; \
	VSUBPS V2, V1, V7; \
	VADDPS V4, V3, V1; \
	VSUBPS V4, V3, V2; \
	VADDPS V6, V0, V0; \
	VADDPS V1, V0, V0; \
	VFMADD231PS C4, V7, V5; \
	VFMADD231PS C5, V2, V5; \
	VMULPS C0, V7, V3; \
	VFMADD231PS C1, V2, V3; \
	VMULPS C2, V6, V4; \
	VFMADD231PS C3, V1, V4

// FROM_COLUMN transforms column x of places and goes to the next, R12 bytes on.
#define FROM_COLUMN(x) \
	LOAD6(R9); \
	A4; \
	VMOVUPS V0, ((0+x)*LANE)(AX); \
	VMOVUPS V3, ((6+x)*LANE)(AX); \
	VMOVUPS V4, ((12+x)*LANE)(AX); \
	VMOVUPS V5, ((18+x)*LANE)(AX); \
	ADDQ R12, R8; \
	ADDQ R12, R10

// BIAS_RELU adds the bias in V1 to v. The other sum, with zero, leaves no −0. VMAXPS
// returns its first operand, v, where that is NaN.
#define BIAS_RELU(v) \
	VADDPS V1, v, v; \
	VADDPS V2, v, v; \
	VMAXPS v, V2, v

// FROM_ROW transforms row i to V0 V3 V4 V5 after bias and ReLU.
#define FROM_ROW(i) \
	LOAD_ROW(i); \
	A4; \
	VMOVUPS (R13), V1; \
	VXORPS  V2, V2, V2; \
	BIAS_RELU(V0); \
	BIAS_RELU(V3); \
	BIAS_RELU(V4); \
	BIAS_RELU(V5)

// STORE_ROW writes row i, and goes to the next.
#define STORE_ROW(i) \
	FROM_ROW(i); \
	LEAQ    (R8)(R11*2), R10; \
	VMOVUPS V0, (R8); \
	VMOVUPS V3, (R8)(R11*1); \
	VMOVUPS V4, (R10); \
	VMOVUPS V5, (R10)(R11*1); \
	ADDQ    BX, R8

// POOL_ROWS writes the maxima of rows i and j. Without −0, the order of what ReLU leaves
// is that of the bits, with NaN on top.
#define POOL_ROWS(i, j) \
	FROM_ROW(i); \
	VPMAXUD V0, V3, S0; \
	VPMAXUD V4, V5, S1; \
	FROM_ROW(j); \
	VPMAXUD V0, V3, V0; \
	VPMAXUD V4, V5, V4; \
	VPMAXUD V0, S0, V0; \
	VPMAXUD V4, S1, V4; \
	VMOVUPS V0, (R8); \
	VMOVUPS V4, (R8)(R11*1); \
	ADDQ    BX, R8

#define FROM_WINOGRAD \
	MOVQ t+0(FP), DI; \
	MOVQ SP, AX; \
	ADDQ $(LANE-1), AX; \
	ANDQ $~(LANE-1), AX; \
	MOVQ winogradTile_places(DI), SI; \
	MOVQ winogradTile_placeStride(DI), R12; \
	MOVQ winogradTile_pixels(DI), DX; \
	MOVQ winogradTile_rowStride(DI), BX; \
	MOVQ winogradTile_pixelStride(DI), R11; \
	MOVQ winogradTile_bias(DI), R13; \
	MOVQ winogradTile_vectors(DI), CX; \
	LEAQ (R12)(R12*2), R9; \
	ADDQ R9, R9; \
	BROADCAST(winograd<>+16(SB), winograd<>+20(SB), winograd<>+12(SB), winograd<>+8(SB), winograd<>+24(SB), winograd<>+28(SB)); \
next: \
	MOVQ SI, R8; \
	LEAQ (R9)(R9*2), R10; \
	ADDQ SI, R10; \
	FROM_COLUMN(0); \
	FROM_COLUMN(1); \
	FROM_COLUMN(2); \
	FROM_COLUMN(3); \
	FROM_COLUMN(4); \
	FROM_COLUMN(5); \
	MOVQ DX, R8; \
	CMPQ winogradTile_pool(DI), $0; \
	JNE  pool; \
	STORE_ROW(0); \
	STORE_ROW(1); \
	STORE_ROW(2); \
	STORE_ROW(3); \
	JMP  done; \
pool: \
	POOL_ROWS(0, 1); \
	POOL_ROWS(2, 3); \
done: \
	ADDQ $LANE, SI; \
	ADDQ $LANE, DX; \
	ADDQ $LANE, R13; \
	DECQ CX; \
	JNE  next; \
	VZEROUPPER; \
	RET

DATA winograd<>+0(SB)/4, $(1.265625)
DATA winograd<>+4(SB)/4, $(2.8125)
DATA winograd<>+8(SB)/4, $(2.25)
DATA winograd<>+12(SB)/4, $(0.5625)
DATA winograd<>+16(SB)/4, $(0.75)
DATA winograd<>+20(SB)/4, $(1.5)
DATA winograd<>+24(SB)/4, $(0.421875)
DATA winograd<>+28(SB)/4, $(3.375)
GLOBL winograd<>(SB), RODATA|NOPTR, $32
