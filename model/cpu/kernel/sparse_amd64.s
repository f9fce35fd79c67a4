//go:build !purego

#include "textflag.h"

// A value's index becomes the offset of its row of eight sums; the value itself
// is spread over a register.
#define TAKE(n, index, value) \
	MOVWLZX      (2*n)(SI)(AX*2), index; \
	IMULQ        R8, index; \
	VBROADCASTSS (4*n)(DX)(AX*4), value

// func gatherAVX2(dst, a *float32, stride uintptr, index *uint16, value *float32, n int)
//
// Four sums in turn hide the latency of the multiply-add.
TEXT ·gatherAVX2(SB), NOSPLIT, $0-48
	MOVQ    dst+0(FP), DI
	MOVQ    a+8(FP), BX
	MOVQ    stride+16(FP), R8
	MOVQ    index+24(FP), SI
	MOVQ    value+32(FP), DX
	MOVQ    n+40(FP), CX
	VMOVUPS (DI), Y0
	VXORPS  Y1, Y1, Y1
	VXORPS  Y2, Y2, Y2
	VXORPS  Y3, Y3, Y3
	XORQ    AX, AX
	SUBQ    $4, CX
	JLT     rest
four:
	TAKE(0, R9, Y4)
	TAKE(1, R10, Y5)
	TAKE(2, R11, Y6)
	TAKE(3, R12, Y7)
	VFMADD231PS (BX)(R9*1), Y4, Y0
	VFMADD231PS (BX)(R10*1), Y5, Y1
	VFMADD231PS (BX)(R11*1), Y6, Y2
	VFMADD231PS (BX)(R12*1), Y7, Y3
	ADDQ $4, AX
	CMPQ AX, CX
	JLE  four
rest:
	ADDQ $4, CX
	CMPQ AX, CX
	JGE  done
one:
	TAKE(0, R9, Y4)
	VFMADD231PS (BX)(R9*1), Y4, Y0
	ADDQ $1, AX
	CMPQ AX, CX
	JLT  one
done:
	VADDPS  Y1, Y0, Y0
	VADDPS  Y3, Y2, Y2
	VADDPS  Y2, Y0, Y0
	VMOVUPS Y0, (DI)
	VZEROUPPER
	RET

// func scatterAVX2(dst *float32, stride uintptr, b *float32, index *uint16, value *float32, n int)
//
// Indexes differ from each other, so that the four updates do not meet.
TEXT ·scatterAVX2(SB), NOSPLIT, $0-48
	MOVQ    dst+0(FP), BX
	MOVQ    stride+8(FP), R8
	MOVQ    b+16(FP), DI
	MOVQ    index+24(FP), SI
	MOVQ    value+32(FP), DX
	MOVQ    n+40(FP), CX
	VMOVUPS (DI), Y15
	XORQ    AX, AX
	SUBQ    $4, CX
	JLT     rest
four:
	TAKE(0, R9, Y4)
	TAKE(1, R10, Y5)
	TAKE(2, R11, Y6)
	TAKE(3, R12, Y7)
	VFMADD213PS (BX)(R9*1), Y15, Y4
	VFMADD213PS (BX)(R10*1), Y15, Y5
	VFMADD213PS (BX)(R11*1), Y15, Y6
	VFMADD213PS (BX)(R12*1), Y15, Y7
	VMOVUPS Y4, (BX)(R9*1)
	VMOVUPS Y5, (BX)(R10*1)
	VMOVUPS Y6, (BX)(R11*1)
	VMOVUPS Y7, (BX)(R12*1)
	ADDQ $4, AX
	CMPQ AX, CX
	JLE  four
rest:
	ADDQ $4, CX
	CMPQ AX, CX
	JGE  done
one:
	TAKE(0, R9, Y4)
	VFMADD213PS (BX)(R9*1), Y15, Y4
	VMOVUPS Y4, (BX)(R9*1)
	ADDQ $1, AX
	CMPQ AX, CX
	JLT  one
done:
	VZEROUPPER
	RET
