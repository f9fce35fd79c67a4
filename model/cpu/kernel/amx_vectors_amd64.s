//go:build !purego

#include "textflag.h"
#include "bfloat16_amd64.h"

// What goes into tiles and comes out of them, in AVX-512 with BF16.

// RELU keeps NaN: VMAXPS returns its second source, which Go names first, where one is.
#define RELU(z) \
	VMAXPS z, Z31, z

// PUT writes the pairs of Z0's and Z1's values, without the sign of -0 (Z30 is 0x8000 in
// every word).
#define PUT \
	CONVERT(0, 0, 1); \
	VPCMPEQW Z0, Z30, K1; \
	VPSUBW   Z30, Z0, K1, Z0; \
	VMOVUPS  Z0, (DI)

#define CONSTANTS \
	VPXORQ Z31, Z31, Z31; \
	MOVL   $0x8000, AX; \
	VPBROADCASTW AX, Z30

// func finishLines(dst *Pair, line, stride uintptr, sums *float32, n int)
TEXT ·finishLines(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), BX
	MOVQ stride+16(FP), DX
	MOVQ sums+24(FP), SI
	MOVQ $2, R8
	CONSTANTS
line:
	MOVQ BX, DI
	MOVQ n+32(FP), CX
next:
	VMOVUPS (SI), Z0
	VMOVUPS 64(SI), Z1
	RELU(Z0)
	RELU(Z1)
	PUT
	ADDQ $128, SI
	ADDQ DX, DI
	DECQ CX
	JNE  next
	ADDQ line+8(FP), BX
	DECQ R8
	JNE  line
	VZEROUPPER
	RET

// KEEP_MAX is the maximum of z and memory, NaN where either is: VMAXPS gives memory's where
// one is NaN, and the lanes in which z was are put back.
#define KEEP_MAX(from, z) \
	VCMPPS  $3, z, z, K2; \
	VMOVAPS z, Z2; \
	VMAXPS  from, z, z; \
	VMOVAPS Z2, K2, z

// POOL sets z to the maximum of sixteen outputs over 2×2 pixels.
#define POOL(at, z) \
	VMOVUPS at(SI), z; \
	KEEP_MAX(at(SI)(R9*1), z); \
	KEEP_MAX(at(BX), z); \
	KEEP_MAX(at(BX)(R9*1), z)

// func finishPool(dst *Pair, stride uintptr, upper, lower *float32, step, apart uintptr, n int)
TEXT ·finishPool(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ stride+8(FP), DX
	MOVQ upper+16(FP), SI
	MOVQ lower+24(FP), BX
	MOVQ step+32(FP), R8
	MOVQ apart+40(FP), R9
	MOVQ n+48(FP), CX
	CONSTANTS
next:
	POOL(0, Z0)
	POOL(64, Z1)
	RELU(Z0)
	RELU(Z1)
	PUT
	ADDQ R8, SI
	ADDQ R8, BX
	ADDQ DX, DI
	DECQ CX
	JNE  next
	VZEROUPPER
	RET

// REST takes from Z0 and Z1 what Z2 has of them as pairs.
#define REST \
	VEXTRACTI64X4 $1, Z2, Y3; \
	VPMOVZXWD Y2, Z2; \
	VPMOVZXWD Y3, Z3; \
	VPSLLD $16, Z2, Z2; \
	VPSLLD $16, Z3, Z3; \
	VSUBPS Z2, Z0, Z0; \
	VSUBPS Z3, Z1, Z1

// func splitTriples(dst *Pair, dstStride uintptr, src *float32, srcStride uintptr, rows, n int)
TEXT ·splitTriples(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), R8
	MOVQ src+16(FP), R9
	MOVQ rows+32(FP), DX
	MOVQ n+40(FP), R11
	SHLQ $6, R11 // from a part to the next
row:
	MOVQ R8, DI
	MOVQ R9, SI
	MOVQ n+40(FP), CX
next:
	VMOVUPS (SI), Z0
	VMOVUPS 64(SI), Z1
	CONVERT(2, 0, 1)
	VMOVUPS Z2, (DI)
	REST
	CONVERT(2, 0, 1)
	VMOVUPS Z2, (DI)(R11*1)
	REST
	CONVERT(2, 0, 1)
	VMOVUPS Z2, (DI)(R11*2)
	ADDQ $128, SI
	ADDQ $64, DI
	DECQ CX
	JNE  next
	ADDQ dstStride+8(FP), R8
	ADDQ srcStride+24(FP), R9
	DECQ DX
	JNE  row
	VZEROUPPER
	RET
