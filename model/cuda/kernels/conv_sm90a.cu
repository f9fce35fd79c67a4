// Convolutions of side 3 and dense layers on Hopper: an implicit matrix product, out (outputs,
// pixels) = weights (outputs, taps·C) · in (pixels, taps·C) transposed. The tensor copy engine
// gathers a tile's pixels, shifted by a tap and zero outside of the map, and lays them out as
// wgmma reads them.
//
// A block is three warpgroups, and stays: it does tiles b, b + gridDim.x, … One thread of the
// first warpgroup asks for copies, rings of stages ahead and on into the next tile while this
// one is stored. The others multiply, each its 64 channels or its half of the pixels.
//
// The entry points *_tall fetch fewer pixels and give the same bits. The box of their map of
// pixels is boxH + 2 high, and if boxN > 1 the map's dimensions are (C, W, n, H, P), n before
// H; side is 3, outputs are no float32, and boxW·boxN is a multiple of 8, at most 128 for
// P = 1, BN = 128, else 32.
//
// Launch: 384 threads, CONV_SHARED bytes of dynamic shared memory, no more blocks than
// multiprocessors (one fits).
//
// What limits it, on paper. A chunk is 64 of the inner dimension; at full rate, 4096 FLOP a
// clock, it takes so many clocks, for which so many bytes a clock come from L2 (of 64 at most;
// about 40 have been seen) and pass through shared memory, operands and copies (of 128):
//
//                clocks   L2: plain   tall        shared memory: plain   tall
//     P=1 n128     1024          48   28 … 37                      128   108 … 117
//     P=1 n64       512          80   24                           176   120   weights stay
//     P=2 n128     1536          43   29 … 32                      139   125 … 128
//     P=2 n64       768          63   37                           191   165
//
// tall from 224x224 and 112x112 (boxes of 16x16) over 56x56 (8x8 of 4 images) to 28x28 and
// 14x14 (4x4 of 16, 2x2 of 64). The epilogue is about 650 instructions a warp for n128, 270 for
// n64 with a pool, of which two share a scheduler: 1,300 of 9,216 … 73,728 clocks of a tile, and
// 540 of 4,608. Of these the other warpgroup hides what it still has to multiply, a chunk or
// two; see SKEW. With dense layers of few pages the weights' 205 MB come from memory once and
// are the limit.
#include "common.cuh"
#include "hopper.cuh"
#include "pipeline_sm90a.cuh"
#include "sums_sm90a.cuh"
#include "epilogue_sm90a.cuh"
#include "peak_sm90a.cuh"

// consume is a warpgroup's work: its half of all the block's tiles.
template <typename S, bool POOL>
__device__ __forceinline__ void consume(const Rings<S> &rings, const Conv &p, char *strips, const u32 *rows, int group, int thread) {
  const Meeting meeting = meetingOf<S, POOL>(p, group);
  Feed<S> feed(rings, p, group, thread % 32);
  const int chunks = p.side * p.side * (p.C / 64);
  for (Walk walk(p, S::BN); walk.more(); walk.next()) {
    Sums<S, S::P> sums;
    sums.sum(feed, chunks);
    if (!POOL && !S::TALL && p.outFloat)
      finish<S, false, true>(sums.d, p, walk.tile(p), strips, rows, meeting, group, thread);
    else
      finish<S, POOL, false>(sums.d, p, walk.tile(p), strips, rows, meeting, group, thread);
  }
}

// Registers: 384 threads start with 168 each; 128·40 + 256·232 is the same sum.
template <typename S, bool POOL> __device__ __forceinline__ void conv(const TensorMap *a, const TensorMap *b, const Conv &p) {
  extern __shared__ __align__(1024) char dynamic[];
  char *base = dynamic + (-sharedAddress(dynamic) & 1023);
  u32 *rows = (u32 *)(base + S::TABLE);
  const Rings<S> rings(sharedAddress(base), p);
  const int group = threadIdx.x / 128 - 1, thread = threadIdx.x % 128, half = POOL ? 2 : 1;
  if (threadIdx.x == 0) {
    prefetchMap(a), prefetchMap(b);
    rings.slabs.init(), rings.panels.init();
    publishBarriers();
  }
  S::fill(rows, S::BM / (half * half), p.boxW / half, p.boxH / half, p.boxN, threadIdx.x, blockDim.x);
  __syncthreads();
  if (group < 0) {
    fewerRegisters<40>();
    if (threadIdx.x == 0)
      produce(rings, a, b, p);
  } else {
    moreRegisters<232>();
    consume<S, POOL>(rings, p, base + S::STRIPS, rows, group, thread);
  }
}

#define ENTRY(name, P, BN, POOL, TALL)                                                                                  \
  extern "C" __global__ void __launch_bounds__(384, 1)                                                                  \
      name(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b, const __grid_constant__ Conv p) { \
    conv<Shape<P, BN, TALL>, POOL>(&a, &b, p);                                                                         \
  }
#define CONV(name, P, BN)                                                                                               \
  ENTRY(name, P, BN, false, false)                                                                                      \
  ENTRY(name##_pool, P, BN, true, false)                                                                                \
  ENTRY(name##_tall, P, BN, false, true)                                                                                \
  ENTRY(name##_tall_pool, P, BN, true, true)

CONV(conv_p1_n64, 1, 64)
CONV(conv_p1_n128, 1, 128)
CONV(conv_p2_n64, 2, 64)
CONV(conv_p2_n128, 2, 128)

extern "C" __global__ void __launch_bounds__(PEAK_THREADS, 1) peak(Peak p) { peakRounds(p); }
