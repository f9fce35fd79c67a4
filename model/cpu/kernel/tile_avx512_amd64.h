// What the AVX-512 tiles of both precisions share: n rows by 32 outputs. Row i
// accumulates in Z(2i) and Z(2i+1), the place's weights are in Z28 and Z29, its
// source values in Z30 and Z31 by turns.
//
// The file that includes this one defines ROW(at, x, xn, lo, hi, n), which spreads
// the place at into x = Z(xn) and adds its products to lo = Z(n) and hi = Z(n+1).

#define LOAD(lo, hi) \
	VMOVUPS (R8), lo; \
	VMOVUPS 64(R8), hi; \
	ADDQ    R9, R8

#define STORE(lo, hi) \
	VMOVUPS lo, (R8); \
	VMOVUPS hi, 64(R8); \
	ADDQ    R9, R8

// The operand order makes VMAXPS return the sum where it is NaN.
#define RELU(lo, hi) \
	VMAXPS lo, Z28, lo; \
	VMAXPS hi, Z28, hi

#define LOAD1 \
	LOAD(Z0, Z1)

#define LOAD2 \
	LOAD1; \
	LOAD(Z2, Z3)

#define LOAD4 \
	LOAD2; \
	LOAD(Z4, Z5); \
	LOAD(Z6, Z7)

#define LOAD8 \
	LOAD4; \
	LOAD(Z8, Z9); \
	LOAD(Z10, Z11); \
	LOAD(Z12, Z13); \
	LOAD(Z14, Z15)

#define LOAD14 \
	LOAD8; \
	LOAD(Z16, Z17); \
	LOAD(Z18, Z19); \
	LOAD(Z20, Z21); \
	LOAD(Z22, Z23); \
	LOAD(Z24, Z25); \
	LOAD(Z26, Z27)

#define RELU1 \
	RELU(Z0, Z1)

#define RELU2 \
	RELU1; \
	RELU(Z2, Z3)

#define RELU4 \
	RELU2; \
	RELU(Z4, Z5); \
	RELU(Z6, Z7)

#define RELU8 \
	RELU4; \
	RELU(Z8, Z9); \
	RELU(Z10, Z11); \
	RELU(Z12, Z13); \
	RELU(Z14, Z15)

#define RELU14 \
	RELU8; \
	RELU(Z16, Z17); \
	RELU(Z18, Z19); \
	RELU(Z20, Z21); \
	RELU(Z22, Z23); \
	RELU(Z24, Z25); \
	RELU(Z26, Z27)

#define STORE1 \
	STORE(Z0, Z1)

#define STORE2 \
	STORE1; \
	STORE(Z2, Z3)

#define STORE4 \
	STORE2; \
	STORE(Z4, Z5); \
	STORE(Z6, Z7)

#define STORE8 \
	STORE4; \
	STORE(Z8, Z9); \
	STORE(Z10, Z11); \
	STORE(Z12, Z13); \
	STORE(Z14, Z15)

#define STORE14 \
	STORE8; \
	STORE(Z16, Z17); \
	STORE(Z18, Z19); \
	STORE(Z20, Z21); \
	STORE(Z22, Z23); \
	STORE(Z24, Z25); \
	STORE(Z26, Z27)

#define ROWS1(s) \
	ROW(s(R8), Z30, 30, Z0, Z1, 0)

#define ROWS2(s) \
	ROWS1(s); \
	ROW(s(R8)(AX*1), Z31, 31, Z2, Z3, 2)

#define ROWS4(s) \
	ROWS2(s); \
	ROW(s(R8)(AX*2), Z30, 30, Z4, Z5, 4); \
	ROW(s(R9), Z31, 31, Z6, Z7, 6)

#define ROWS8(s) \
	ROWS4(s); \
	ROW(s(R8)(AX*4), Z30, 30, Z8, Z9, 8); \
	ROW(s(R10), Z31, 31, Z10, Z11, 10); \
	ROW(s(R10)(AX*1), Z30, 30, Z12, Z13, 12); \
	ROW(s(R9)(AX*4), Z31, 31, Z14, Z15, 14)

#define ROWS14(s) \
	ROWS8(s); \
	ROW(s(R8)(AX*8), Z30, 30, Z16, Z17, 16); \
	ROW(s(R10)(AX*4), Z31, 31, Z18, Z19, 18); \
	ROW(s(R11), Z30, 30, Z20, Z21, 20); \
	ROW(s(R9)(AX*8), Z31, 31, Z22, Z23, 22); \
	ROW(s(R11)(AX*2), Z30, 30, Z24, Z25, 24); \
	ROW(s(R10)(AX*8), Z31, 31, Z26, Z27, 26)

#define STEP1(w, s) \
	VMOVUPS w(BX), Z28; \
	VMOVUPS (w+64)(BX), Z29; \
	ROWS1(s)

#define STEP2(w, s) \
	VMOVUPS w(BX), Z28; \
	VMOVUPS (w+64)(BX), Z29; \
	ROWS2(s)

#define STEP4(w, s) \
	VMOVUPS w(BX), Z28; \
	VMOVUPS (w+64)(BX), Z29; \
	ROWS4(s)

#define STEP8(w, s) \
	VMOVUPS w(BX), Z28; \
	VMOVUPS (w+64)(BX), Z29; \
	ROWS8(s)

#define STEP14(w, s) \
	VMOVUPS w(BX), Z28; \
	VMOVUPS (w+64)(BX), Z29; \
	ROWS14(s)
