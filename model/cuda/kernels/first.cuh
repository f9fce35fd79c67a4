// The first convolution, from bytes: 3 channels in, 64 out, side 3.
//
// A pixel is four bf16 values: red, green, blue, 1, or four zeros outside of the map. The
// weights hold the colour arithmetic (packFirst in model/cuda/first.go), that of the fourth
// value being what the means come to, so that the border is exact: zeros there are zeros of
// the prepared image. 9 taps of 4 values are filled up to 12: 48 columns, 3 steps of 16. The
// weights are TERMS bf16 numbers that add up to the value; pixels are exact as they are.
//
// What limits it: writing the output, 6.4 or 12.8 MB a page, which takes longer than the
// tensor cores' 0.6 or 0.9 GFLOP. A warp writes 16 neighbouring pixels, 2 KB in one piece.
#pragma once
#include "mma.cuh"

template <int PLANES> struct FirstConvolution {
  enum {
    TERMS = PLANES + 1, SIZE = 224, OUTPUTS = 64, THREADS = 128,
    W = 16, H = 8,                  // a tile; a warp has two rows of it
    HALO_W = W + 2, HALO_H = H + 2, // what a tile reads
    PITCH = 26, // from row to row of the halo: taps that a warp reads together lie in different banks
    FETCHED = (HALO_W * HALO_H + THREADS - 1) / THREADS,
    WEIGHTS = 3 * TERMS * 8 * 32,   // pairs of pairs: step, term, 8 channels, lane
    ROW = Stage<PLANES, OUTPUTS>::PITCH
  };

  struct Memory {
    uint2 halo[HALO_H * PITCH]; // a pixel: (red, green), (blue, 1)
    uint2 weights[WEIGHTS];
    uint4 stage[THREADS / 32][W * ROW / 16];
  };

  // place returns the top left pixel of a tile and its page.
  struct Place {
    int x0, y0, n;
    __device__ __forceinline__ Place(int tile) {
      x0 = tile % (SIZE / W) * W;
      y0 = tile / (SIZE / W) % (SIZE / H) * H;
      n = tile / (SIZE / W) / (SIZE / H);
    }
  };

  // fetch reads a thread's pixels of a tile's halo.
  static __device__ __forceinline__ void fetch(const First &p, int tile, uint2 (&pixels)[FETCHED]) {
    const Place at(tile);
#pragma unroll
    for (int i = 0; i < FETCHED; i++) {
      const int q = threadIdx.x + i * THREADS, x = at.x0 - 1 + q % HALO_W, y = at.y0 - 1 + q / HALO_W;
      pixels[i] = make_uint2(0, 0);
      if (q < HALO_W * HALO_H && (u32)x < SIZE && (u32)y < SIZE) {
        const unsigned char *rgb = (const unsigned char *)p.pixels + (((u64)at.n * SIZE + y) * SIZE + x) * 3;
        pixels[i] = make_uint2(pairOf(rgb[0], rgb[1]), pairOf(rgb[2], 1));
      }
    }
  }

  static __device__ __forceinline__ void keep(Memory &m, const uint2 (&pixels)[FETCHED]) {
#pragma unroll
    for (int i = 0; i < FETCHED; i++) {
      const int q = threadIdx.x + i * THREADS;
      if (q < HALO_W * HALO_H)
        m.halo[q / HALO_W * PITCH + q % HALO_W] = pixels[i];
    }
  }

  // pixelsOf returns the a of a warp's row: a lane's columns 2t, 2t+1 are half a pixel of tap
  // 4*step + t/2, and behind them of the tap after the next. Taps from 9 on have no weights:
  // any pixel will do.
  static __device__ __forceinline__ void pixelsOf(const Memory &m, int row, int step, u32 (&a)[4]) {
    const int lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
    const u32 *half = (const u32 *)m.halo + (row * PITCH + g) * 2 + t % 2;
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int tap = 4 * step + 2 * i + t / 2, at = tap < 9 ? tap / 3 * PITCH + tap % 3 : 0;
      a[2 * i] = half[at * 2];
      a[2 * i + 1] = half[(at + 8) * 2];
    }
  }

  // products computes a warp's two rows. P = 1: the tensor core accumulates; P = 2: each step
  // from zero, the smallest term first, and then added.
  static __device__ __forceinline__ void products(const Memory &m, float (&sum)[2][8][4]) {
    const int lane = threadIdx.x % 32, row = threadIdx.x / 32 * 2;
#pragma unroll 1 // else the weights of all steps are read ahead, into more registers than there are
    for (int step = 0; step < 3; step++) {
      u32 a[2][4];
      pixelsOf(m, row, step, a[0]);
      pixelsOf(m, row + 1, step, a[1]);
#pragma unroll
      for (int ni = 0; ni < 8; ni++) {
        float part[2][4] = {};
#pragma unroll
        for (int term = 0; term < TERMS; term++) {
          const uint2 w = m.weights[((step * TERMS + term) * 8 + ni) * 32 + lane];
#pragma unroll
          for (int i = 0; i < 2; i++)
            multiply<false>(PLANES == 1 ? sum[i][ni] : part[i], a[i], w.x, w.y);
        }
#pragma unroll
        for (int i = 0; i < 8 && PLANES == 2; i++)
          sum[i / 4][ni][i % 4] += part[i / 4][i % 4];
      }
    }
  }

  // write adds the bias to a warp's row, does the ReLU, and stores it by way of the stage.
  static __device__ __forceinline__ void write(const First &p, const Place &at, int row, char *stage, const float (&sum)[8][4]) {
    const int lane = threadIdx.x % 32;
#pragma unroll
    for (int ni = 0; ni < 8; ni++) {
      const int column = ni * 8 + lane % 4 * 2;
      const float2 bias = *(const float2 *)((const float *)p.bias + column);
#pragma unroll
      for (int half = 0; half < 2; half++)
        stagePair<PLANES, OUTPUTS>(stage, half * 8 + lane / 4, column,
                                   activate(sum[ni][half * 2], 1, bias.x, 0), activate(sum[ni][half * 2 + 1], 1, bias.y, 0));
    }
    __syncwarp();
    char *out = (char *)p.out + (((u64)at.n * SIZE + at.y0 + row) * SIZE + at.x0) * OUTPUTS * 2;
#pragma unroll
    for (int i = lane; i < W * 8; i += 32) {
      const char *from = stage + i / 8 * ROW + i % 8 * (PLANES == 1 ? 16 : 32);
      if (PLANES == 1)
        store8(out + i * 16, *(const uint4 *)from);
      else
        store8(out + i * 16, p.outPlane * 2, p.scale, *(const float4 *)from, *(const float4 *)(from + 16));
    }
    __syncwarp();
  }

  static __device__ __forceinline__ void run(const First &p) {
    __shared__ Memory m;
    for (int i = threadIdx.x; i < WEIGHTS / 2; i += THREADS)
      ((uint4 *)m.weights)[i] = ((const uint4 *)p.weights)[i];
    const int tiles = p.n * (SIZE / W) * (SIZE / H), row = threadIdx.x / 32 * 2;
    uint2 pixels[FETCHED];
    if (blockIdx.x < tiles)
      fetch(p, blockIdx.x, pixels);
    for (int i = blockIdx.x; i < tiles; i += gridDim.x) {
      keep(m, pixels);
      __syncthreads();
      if (i + gridDim.x < tiles)
        fetch(p, i + gridDim.x, pixels); // while this tile is computed
      float sum[2][8][4] = {};
      products(m, sum);
      const Place at(i);
      char *stage = (char *)m.stage[threadIdx.x / 32];
      write(p, at, row, stage, sum[0]);
      write(p, at, row + 1, stage, sum[1]);
      __syncthreads();
    }
  }
};
