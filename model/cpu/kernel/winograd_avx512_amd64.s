//go:build !purego

#include "textflag.h"
#include "go_asm.h"

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
#define PLACE LANE
#define COPY VMOVAPS
#define PUT_V0(to) VMOVUPS V0, to
#define PUT_V1(to) VMOVUPS V1, to
#define PUT_V2(to) VMOVUPS V2, to
#define PUT_V4(to) VMOVUPS V4, to
#define PUT_V5(to) VMOVUPS V5, to
#define PUT_V6(to) VMOVUPS V6, to
#include "winograd_amd64.h"

// func toWinogradAVX512(t *winogradTile)
TEXT ·toWinogradAVX512(SB), 0, $2368-8
	TO_WINOGRAD

// func fromWinogradAVX512(t *winogradTile)
TEXT ·fromWinogradAVX512(SB), 0, $2368-8
	FROM_WINOGRAD
