// How fast mma.sync can be: registers only, nothing else in the way.
#pragma once
#include "mma.cuh"

// peakRounds does 16 products of 16x16 and 16x8 a warp and round, in 8 independent sums: with
// the 8 warps of a block 8*16*2*16*8*16 = 524,288 FLOP a block and round. Numbers of either
// sign with all bits in use cost the power that a network's do; every other product takes
// back what the one before it added, so that sums neither grow nor vanish.
__device__ __forceinline__ void peakRounds(const Peak &p) {
  u32 a[2][4], minus[2][4], b[4][2], state = threadIdx.x * 2654435761u + 12345u;
  // next returns two numbers of random sign and mantissa in [1/2, 2).
  auto next = [&]() {
    state = state * 1664525u + 1013904223u;
    return (state ^ state >> 16) & 0x80ff80ffu | 0x3f003f00u;
  };
#pragma unroll
  for (int i = 0; i < 8; i++) {
    a[i / 4][i % 4] = next();
    minus[i / 4][i % 4] = a[i / 4][i % 4] ^ 0x80008000u;
    b[i / 2][i % 2] = next();
  }
  float sum[8][4] = {};
  for (int round = 0; round < p.rounds; round++) {
#pragma unroll
    for (int i = 0; i < 8; i++)
      multiply<false>(sum[i], a[i % 2], b[i / 2][0], b[i / 2][1]);
#pragma unroll
    for (int i = 0; i < 8; i++)
      multiply<false>(sum[i], minus[i % 2], b[i / 2][0], b[i / 2][1]);
  }
  float all = 0;
#pragma unroll
  for (int i = 0; i < 32; i++)
    all += sum[i / 4][i % 4];
  if (all == 1e30f) // no sum of these is, but the compiler does not know
    *(float *)p.sink = all;
}
