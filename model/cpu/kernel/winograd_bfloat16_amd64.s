//go:build !purego

#include "textflag.h"
#include "go_asm.h"
#include "bfloat16_amd64.h"

#define V0 Z0
#define V1 Z1
#define V2 Z2
#define V3 Z3
#define V4 Z4
#define V5 Z5
#define V6 Z6
#define V7 Z7
#define C0 Z8
#define C1 Z9
#define C2 Z10
#define C3 Z11
#define C4 Z12
#define C5 Z13
#define S0 Z14
#define S1 Z15
#define LANE 64
#define PLACE 32
#define COPY VMOVAPS
#define PUT_V0(to) ROUND(0); VMOVUPS Y0, to
#define PUT_V1(to) ROUND(1); VMOVUPS Y1, to
#define PUT_V2(to) ROUND(2); VMOVUPS Y2, to
#define PUT_V4(to) ROUND(4); VMOVUPS Y4, to
#define PUT_V5(to) ROUND(5); VMOVUPS Y5, to
#define PUT_V6(to) ROUND(6); VMOVUPS Y6, to
#include "winograd_amd64.h"

// func toWinogradBF16(t *winogradTile)
TEXT ·toWinogradBF16(SB), 0, $2368-8
	TO_WINOGRAD
