// Convolutions and dense layers on mma.sync: an implicit matrix product of pixels (rows) and
// output channels (columns), whose inner dimension is taps times channels.
//
// A block has a tile of 128 pixels and BN channels, a warp 64 pixels and WN channels of it.
// The inner dimension goes by chunks of 32 channels of one tap, all taps of 32 channels
// before the next 32: what the taps share is then in L1 or L2. Chunks come through a ring of
// STAGES by cp.async. A row of a chunk is 64 bytes, two rows are one line of 128; a row's
// four pieces of 16 bytes are permuted by the line's number, so that the eight rows that
// ldmatrix reads at a time lie in different banks, and so do those that are written.
//
// What limits it. P = 1, n128: tensor cores; at their full rate on an A100 (1024 products a
// clock) fragments and copies take 96 of shared memory's 128 bytes a clock, L2 gives 32.
// With warps of 64x32 it would be 128, hence 4 warps of 64x64. n64: 144, shared memory is
// the limit at 89 %; 48 bytes a clock would come from L2, so pixels are kept in L1. P = 2:
// tensor cores, three products for each pair of fragments. GPUs with less tensor cores for
// the same shared memory (sm_86, sm_89, sm_120) are limited by them throughout.
#pragma once
#include "mma.cuh"

template <int PLANES, int COLUMNS, bool POOL> struct Convolution {
  enum {
    BM = 128, BN = COLUMNS, BK = 32, ROW = BK * 2,
    WN = PLANES == 1 && BN == 128 ? 64 : 32,
    MI = 4, NI = WN / 8, // a warp's 16x8 products
    THREADS = 64 * (BN / WN),
    STAGES = PLANES == 1 ? (BN == 128 ? 3 : 4) : (BN == 128 ? 3 : 2),
    A = BM * ROW, B = BN * ROW, // bytes of a plane of a chunk
    STAGE = PLANES * (A + B),
    SHARED = STAGES * STAGE, // dynamic; the epilogue uses it after the last chunk
    LOADED = THREADS / 4,    // rows that a block copies at a time, 4 threads a row
    REUSED = BN == 64        // whether pixels go through L1
  };

  // swizzled is where a row's piece of 16 bytes lies in a plane of a chunk.
  static __device__ __forceinline__ u32 swizzled(int row, int piece) {
    return row * ROW + ((piece ^ (row >> 1 & 3)) << 4);
  }

  // Source is what a thread copies: one piece of every LOADED'th row of pixels and weights.
  struct Source {
    const char *a, *b;      // the tile's first pixel at tap 0; this thread's first row of weights
    u32 offset[BM / LOADED]; // bytes from a to this thread's pixels
    u32 inside[BM / LOADED]; // bit tap: the pixel is on the map there
    u32 to;                 // where in a stage
    int tap, column, channel; // of the next chunk; column is the tap's place in its row
    u32 aShift, bShift;       // bytes from tap 0, channel 0 to the next chunk

    __device__ __forceinline__ void start(const Conv &p, const Tile &t, const u32 *rows, u32 shared) {
      const int row = threadIdx.x / 4, piece = threadIdx.x % 4, K = p.side * p.side * p.C;
      a = (const char *)p.in + ((((long long)t.n0 * p.H + t.y0 - p.pad) * p.W + t.x0 - p.pad) * p.C + piece * 8) * 2;
      b = (const char *)p.weights + ((u64)(t.panel * BN + row) * K + piece * 8) * 2;
      to = shared + swizzled(row, piece);
      asm("" : "+l"(a), "+l"(b), "+r"(to)); // else the compiler adds their parts again at each copy
      tap = column = channel = 0;
      aShift = bShift = 0;
#pragma unroll
      for (int i = 0; i < BM / LOADED; i++)
        place(p, t, rows[row + i * LOADED], offset[i], inside[i]);
    }

    // place says where a row's pixel is, and at which taps it is on the map.
    static __device__ __forceinline__ void place(const Conv &p, const Tile &t, u32 row, u32 &offset, u32 &inside) {
      const int x = t.x0 - p.pad + rowX(row), y = t.y0 - p.pad + rowY(row);
      offset = inside = 0;
      if (row == OUTSIDE || t.n0 + rowN(row) >= p.n)
        return;
      offset = (u32)((rowN(row) * p.H + rowY(row)) * p.W + rowX(row)) * p.C * 2;
      u32 columns = 0;
#pragma unroll
      for (int s = 0; s < 3; s++)
        columns |= (u32)((u32)(x + s) < (u32)p.W) << s;
#pragma unroll
      for (int r = 0; r < 3; r++)
        inside |= (u32)(y + r) < (u32)p.H ? columns << 3 * r : 0;
    }

    // copy starts the copies of the next chunk into a stage, and goes on to the one after it.
    __device__ __forceinline__ void copy(const Conv &p, u32 stage) {
      const u64 plane = p.inPlane * 2, weightsPlane = p.weightsPlane * 2;
      const u64 step = (u64)(p.side * p.side * p.C) * (LOADED * 2);
#pragma unroll
      for (int i = 0; i < BM / LOADED; i++)
#pragma unroll
        for (int q = 0; q < PLANES; q++)
          copy16<REUSED>(to + stage + q * A + i * LOADED * ROW, a + (u64)(offset[i] + aShift) + q * plane, inside[i] >> tap & 1);
#pragma unroll
      for (int i = 0; i < BN / LOADED; i++)
#pragma unroll
        for (int q = 0; q < PLANES; q++)
          copy16<false>(to + stage + PLANES * A + q * B + i * LOADED * ROW, b + bShift + i * step + q * weightsPlane, true);
      advance(p);
    }

    __device__ __forceinline__ void advance(const Conv &p) {
      aShift += p.C * 2;
      bShift += p.C * 2;
      tap++;
      if (++column == p.side) {
        column = 0;
        aShift += (p.W - p.side) * p.C * 2;
      }
      if (tap == p.side * p.side) {
        channel += BK;
        tap = column = 0;
        aShift = bShift = channel * 2;
      }
    }
  };

  // Fragments are where a lane's rows for ldmatrix lie in a stage. Step 1 of a chunk (its
  // second 16 channels) is two pieces further, which is bit 5 of the address, swizzled or not.
  struct Fragments {
    u32 a, b;

    __device__ __forceinline__ Fragments(u32 shared) {
      const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
      a = shared + warp % 2 * 64 * ROW + swizzled(lane % 16, lane / 16);
      b = shared + PLANES * A + warp / 2 * WN * ROW + swizzled(lane % 8 + lane / 16 * 8, lane / 8 % 2);
    }
    // rows reads 16 pixels, columns 16 channels: the b0, b1 of 8 and of 8 more.
    __device__ __forceinline__ void rows(u32 (&r)[4], u32 stage, int plane, int mi, int step) const {
      loadMatrices(r, (a ^ step << 5) + stage + plane * A + mi * 16 * ROW);
    }
    __device__ __forceinline__ void columns(u32 (&r)[4], u32 stage, int plane, int ni, int step) const {
      loadMatrices(r, (b ^ step << 5) + stage + plane * B + ni * 16 * ROW);
    }
  };

  static __device__ __forceinline__ u32 after(u32 stage) { return stage == (STAGES - 1) * STAGE ? 0 : stage + STAGE; }

  // fill starts the copies of the first STAGES - 1 chunks, a group each.
  static __device__ __forceinline__ void fill(const Conv &p, Source &source, int chunks) {
#pragma unroll 1
    for (int i = 0; i < STAGES - 1; i++) {
      if (i < chunks)
        source.copy(p, i * STAGE);
      commitCopies();
    }
  }

  // Step is what a warp needs of 16 channels, P = 1.
  struct Step {
    u32 a[MI][4], b[NI / 2][4];

    __device__ __forceinline__ void load(const Fragments &f, u32 stage, int step) {
#pragma unroll
      for (int mi = 0; mi < MI; mi++)
        f.rows(a[mi], stage, 0, mi, step);
#pragma unroll
      for (int ni = 0; ni < NI / 2; ni++)
        f.columns(b[ni], stage, 0, ni, step);
    }
    __device__ __forceinline__ void multiplyInto(float (&sum)[MI][NI][4]) const {
#pragma unroll
      for (int mi = 0; mi < MI; mi++)
#pragma unroll
        for (int ni = 0; ni < NI; ni++)
          multiply<false>(sum[mi][ni], a[mi], b[ni / 2][ni % 2 * 2], b[ni / 2][ni % 2 * 2 + 1]);
    }
  };

  // sumBFloat16 multiplies all chunks, P = 1: the tensor core accumulates. While it multiplies
  // 16 channels the next 16 are read, across chunks too: the wait for the next chunk comes
  // when this one is in registers as a whole, which also says that its stage is free.
  static __device__ __forceinline__ void sumBFloat16(const Conv &p, Source &source, const Fragments &f, float (&sum)[MI][NI][4]) {
    const int chunks = p.side * p.side * p.C / BK;
    u32 stage = 0, free = (STAGES - 1) * STAGE;
    Step first, second;
    fill(p, source, chunks);
    waitForCopies<STAGES - 2>();
    __syncthreads();
    first.load(f, stage, 0);
    for (int k = 0; k < chunks; k++) {
      if (k + STAGES - 1 < chunks)
        source.copy(p, free);
      commitCopies();
      second.load(f, stage, 1);
      first.multiplyInto(sum);
      waitForCopies<STAGES - 2>();
      __syncthreads();
      free = stage;
      stage = after(stage);
      if (k + 1 < chunks)
        first.load(f, stage, 0);
      second.multiplyInto(sum);
    }
  }

  // addChunk multiplies a chunk of both planes, for 16 pixels at a time: lo*hi + hi*lo + hi*hi
  // from zero in the tensor core, which rounds toward zero, then an ordinary addition to sum.
  static __device__ __forceinline__ void addChunk(const Fragments &f, u32 stage, float (&sum)[MI][NI][4]) {
    u32 b[2][2][NI / 2][4]; // step, plane
#pragma unroll
    for (int i = 0; i < 2 * 2 * (NI / 2); i++)
      f.columns(b[i / 2 / (NI / 2)][i / (NI / 2) % 2][i % (NI / 2)], stage, i / (NI / 2) % 2, i % (NI / 2), i / 2 / (NI / 2));
#pragma unroll
    for (int mi = 0; mi < MI; mi++) {
      float part[NI][4] = {};
#pragma unroll
      for (int step = 0; step < 2; step++) {
        u32 a[2][4]; // plane
        f.rows(a[0], stage, 0, mi, step);
        f.rows(a[1], stage, 1, mi, step);
#pragma unroll
        for (int term = 0; term < 3; term++)
#pragma unroll
          for (int ni = 0; ni < NI; ni++) {
            const u32(&w)[4] = b[step][term == 1][ni / 2];
            multiply<true>(part[ni], a[term == 0], w[ni % 2 * 2], w[ni % 2 * 2 + 1]);
          }
      }
#pragma unroll
      for (int ni = 0; ni < NI; ni++)
#pragma unroll
        for (int i = 0; i < 4; i++)
          sum[mi][ni][i] += part[ni][i];
    }
  }

  // sumFloat32 multiplies all chunks, P = 2.
  static __device__ __forceinline__ void sumFloat32(const Conv &p, Source &source, const Fragments &f, float (&sum)[MI][NI][4]) {
    const int chunks = p.side * p.side * p.C / BK;
    u32 stage = 0, free = (STAGES - 1) * STAGE;
    fill(p, source, chunks);
    for (int k = 0; k < chunks; k++) {
      waitForCopies<STAGES - 2>();
      __syncthreads();
      if (k + STAGES - 1 < chunks)
        source.copy(p, free);
      commitCopies();
      addChunk(f, stage, sum);
      free = stage;
      stage = after(stage);
    }
  }

  // finish calls put(row, column, first, second) for each pair of a lane, bias and ReLU done.
  template <typename Put> static __device__ __forceinline__ void finish(const Conv &p, int panel, const float (&sum)[MI][NI][4], Put put) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const float floor = floorOf(p.relu);
#pragma unroll
    for (int ni = 0; ni < NI; ni++) {
      const int column = warp / 2 * WN + ni * 8 + lane % 4 * 2;
      const float2 bias = *(const float2 *)((const float *)p.bias + panel * BN + column);
#pragma unroll
      for (int mi = 0; mi < MI; mi++)
#pragma unroll
        for (int half = 0; half < 2; half++)
          put(warp % 2 * 64 + mi * 16 + half * 8 + lane / 4, column,
              activate(sum[mi][ni][half * 2], p.descale, bias.x, floor),
              activate(sum[mi][ni][half * 2 + 1], p.descale, bias.y, floor));
    }
  }

  static __device__ __forceinline__ void run(const Conv &p) {
    extern __shared__ __align__(128) char shared[];
    __shared__ u32 rows[BM], pooledRows[POOL ? BM / 4 : 1];
    fillRows(rows, BM, p.boxW, p.boxH, p.boxN, threadIdx.x, THREADS);
    if (POOL)
      fillRows(pooledRows, BM / 4, p.boxW / 2, p.boxH / 2, p.boxN, threadIdx.x, THREADS);
    __syncthreads();
    const u32 base = sharedAddress(shared);
    const Fragments f(base);
    const int tiles = tileCount(p, BN);
    for (int i = blockIdx.x; i < tiles; i += gridDim.x) {
      const Tile t = tileAt(p, BN, i);
      float sum[MI][NI][4] = {};
      Source source;
      source.start(p, t, rows, base);
      if (PLANES == 1)
        sumBFloat16(p, source, f, sum);
      else
        sumFloat32(p, source, f, sum);
      if (!POOL && p.outFloat) {
        finish(p, t.panel, sum, [&](int row, int column, float v, float w) {
          storeFloats(p, t, rows[row], t.panel * BN + column, v, w);
        });
        __syncthreads(); // the last chunk has been read
        continue;
      }
      __syncthreads(); // the last chunk has been read: its memory is the epilogue's
      finish(p, t.panel, sum, [&](int row, int column, float v, float w) { stagePair<PLANES, BN>(shared, row, column, v, w); });
      __syncthreads();
      storeTile<PLANES, BN, POOL, THREADS>(p, t, POOL ? pooledRows : rows, shared, t.panel * BN, threadIdx.x);
      __syncthreads(); // the epilogue's memory is the next tile's
    }
  }
};
