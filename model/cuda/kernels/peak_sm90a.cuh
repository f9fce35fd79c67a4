// How fast wgmma can be with both operands in shared memory: nothing else in the way.
#pragma once

enum : int { PEAK_THREADS = 256 };

// peakRounds does 8 products of 64x16 and 16x256 a warpgroup and round: with two warpgroups
// 2*8*2*64*16*256 = 8,388,608 FLOP a block and round. Launch one block a multiprocessor, a
// second one does not find the registers. Numbers of either sign with all bits in use cost
// the power that a network's do; the second half of a round takes back what the first added,
// so that sums neither grow nor vanish.
__device__ __forceinline__ void peakRounds(const Peak &p) {
  __shared__ __align__(1024) u32 a[2][64 * 32]; // (64, 64) bf16 pairs of each sign
  __shared__ __align__(1024) u32 b[256 * 32];   // (256, 64) bf16 pairs
  u32 state = threadIdx.x * 2654435761u + 12345u;
  // next returns two numbers of random sign and mantissa in [1/2, 2).
  auto next = [&]() {
    state = state * 1664525u + 1013904223u;
    return (state ^ state >> 16) & 0x80ff80ffu | 0x3f003f00u;
  };
  for (int i = threadIdx.x; i < 64 * 32; i += PEAK_THREADS) {
    a[0][i] = next();
    a[1][i] = a[0][i] ^ 0x80008000u;
  }
  for (int i = threadIdx.x; i < 256 * 32; i += PEAK_THREADS)
    b[i] = next();
  publishShared();
  __syncthreads();

  const u32 plus = matrixAt(sharedAddress(a[0])), minus = matrixAt(sharedAddress(a[1])), bMatrix = matrixAt(sharedAddress(b));
  float sum[128];
#pragma unroll
  for (int i = 0; i < 128; i++)
    sum[i] = 0;
  keep(sum);
#pragma unroll 1
  for (int round = 0; round < p.rounds; round++) {
    beginProducts();
#pragma unroll
    for (int k = 0; k < 8; k++)
      product<1>(sum, (k < 4 ? plus : minus) + k % 4 * STEP16, bMatrix + k % 4 * STEP16, 1);
    commitProducts();
    waitProducts<1>();
  }
  waitProducts<0>();
  keep(sum);
  float all = 0;
#pragma unroll
  for (int i = 0; i < 128; i++)
    all += sum[i];
  if (all == 1e30f) // no sum of these is, but the compiler does not know
    *(float *)p.sink = all;
}
