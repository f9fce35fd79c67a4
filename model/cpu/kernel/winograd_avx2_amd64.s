//go:build !purego

#include "textflag.h"
#include "go_asm.h"

#define V0 Y0
#define V1 Y1
#define V2 Y2
#define V3 Y3
#define V4 Y4
#define V5 Y5
#define V6 Y6
#define V7 Y7
#define C0 Y8
#define C1 Y9
#define C2 Y10
#define C3 Y11
#define C4 Y12
#define C5 Y13
#define S0 Y14
#define S1 Y15
#define LANE 32
#define PLACE LANE
#define COPY VMOVAPS
#define PUT_V0(to) VMOVUPS V0, to
#define PUT_V1(to) VMOVUPS V1, to
#define PUT_V2(to) VMOVUPS V2, to
#define PUT_V4(to) VMOVUPS V4, to
#define PUT_V5(to) VMOVUPS V5, to
#define PUT_V6(to) VMOVUPS V6, to
#include "winograd_amd64.h"

// func toWinogradAVX2(t *winogradTile)
TEXT ·toWinogradAVX2(SB), 0, $1184-8
	TO_WINOGRAD

// func fromWinogradAVX2(t *winogradTile)
TEXT ·fromWinogradAVX2(SB), 0, $1184-8
	FROM_WINOGRAD
