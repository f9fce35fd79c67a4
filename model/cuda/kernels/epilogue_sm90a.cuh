// From accumulators to the output on Hopper: powers of two, bias, ReLU, a strip of shared
// memory in which channels become neighbours, 2x2 maxima, 16-byte stores.
#pragma once

// Strip is (ROWS, 64 channels) of a warpgroup, a row being a pixel, or with POOL the larger
// of two neighbouring ones: bf16, or WIDE, float32. It takes 16 KB whatever the kernel, so
// that the rings have the rest; tiles with more pixels than that go through it in passes.
//
// Chunks of 16 bytes are swizzled, for there is no room for padding. A warp writes 8 rows of a
// chunk each, or WIDE, 4 rows of two chunks each, every second row, with POOL every row. It
// reads 8 neighbouring chunks of a row, or WIDE, every second one of 16. All of these touch
// every bank once.
template <bool WIDE, bool POOL> struct Strip {
  enum { PITCH = WIDE ? 256 : 128, PASS = WIDE ? 64 : 128 }; // bytes of a row, most rows
  static __device__ __forceinline__ int at(int row, int chunk) {
    const int swizzled = WIDE ? chunk ^ (POOL ? row & 3 : row >> 1 & 3) << 1 ^ chunk >> 3 : chunk ^ (row & 7);
    return row * PITCH + swizzled * 16;
  }
};

// Corner is a thread's place in a warpgroup's (64, PIXELS) accumulators, see product: channels
// `channel` and channel + 8, pixels 8j + pixel and 8j + pixel + 1. What its sums become is in it too.
struct Corner {
  int lane, warp, channel, pixel;
  float descale, floor;
  u32 floors;    // a pair of them, bf16
  float bias[2]; // of its two channels

  __device__ __forceinline__ Corner(const Conv &p, int column, int thread) {
    lane = thread % 32, warp = thread / 32, channel = warp * 16 + lane / 4, pixel = lane % 4 * 2;
    descale = p.descale, floor = floorOf(p.relu), floors = pairOf(floor, floor);
    const float *at = (const float *)p.bias + column + channel;
#pragma unroll
    for (int i = 0; i < 2; i++)
      asm("ld.global.nc.f32 %0, [%1];" : "=f"(bias[i]) : "l"(at + 8 * i));
  }
  __device__ __forceinline__ float value(float sum, int i) const { return maximumOf(sum * descale + bias[i], floor); }
  __device__ __forceinline__ u32 pair(float first, float second, int i) const {
    return maximumOfPairs(pairOf(first * descale + bias[i], second * descale + bias[i]), floors);
  }
};

// pairAt is a register of matrices of 8 channels: two pixels of channel i. With POOL they are
// the maxima of two neighbours in j and in j + 1; descale is positive, so maxima may come first.
template <bool POOL> __device__ __forceinline__ u32 pairAt(const float *d, int j, int i, const Corner &c) {
  const float *a = d + 4 * j + 2 * i, *b = a + 4;
  if (POOL)
    return c.pair(maximumOf(a[0], a[1]), maximumOf(b[0], b[1]), i);
  return c.pair(a[0], a[1], i);
}

// writePairs writes ROWS rows of bf16 from the 8·j'th pixel on, four transposed matrices of 8
// channels and 8 rows at a time. The pixels of a matrix that POOL makes alternate between j
// and j + 1.
template <bool POOL, int ROWS> __device__ __forceinline__ void writePairs(char *strip, const float *d, int j0, const Corner &c) {
  const int in8 = POOL ? c.lane % 2 * 4 + c.lane % 8 / 2 : c.lane % 8, step = POOL ? 2 : 1;
#pragma unroll
  for (int row = 0; row < ROWS; row += 16) {
    const int j = j0 + row / 8 * step;
    const int at = Strip<false, POOL>::at(row + c.lane / 16 * 8 + in8, c.warp * 2 + c.lane / 8 % 2);
    storeMatrices(sharedAddress(strip + at), pairAt<POOL>(d, j, 0, c), pairAt<POOL>(d, j, 1, c), pairAt<POOL>(d, j + step, 0, c),
                  pairAt<POOL>(d, j + step, 1, c));
  }
}

// writeFloats writes ROWS rows of float32 from the 8·j'th pixel on.
template <bool POOL, int ROWS> __device__ __forceinline__ void writeFloats(char *strip, const float *d, int j0, const Corner &c) {
#pragma unroll
  for (int j = 0; j < ROWS / (POOL ? 4 : 8); j++)
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const float *sum = d + 4 * (j0 + j) + 2 * i;
      const int channel = c.channel + 8 * i, in16 = channel % 4 * 4;
      if (POOL) {
        const int at = Strip<true, POOL>::at(4 * j + c.pixel / 2, channel / 4);
        *(float *)(strip + at + in16) = c.value(maximumOf(sum[0], sum[1]), i);
      } else {
        const int at = Strip<true, POOL>::at(8 * j + c.pixel, channel / 4); // the next row's swizzle is the same
        *(float *)(strip + at + in16) = c.value(sum[0], i);
        *(float *)(strip + at + Strip<true, POOL>::PITCH + in16) = c.value(sum[1], i);
      }
    }
}

// readStrip reads a chunk of a row, or with POOL the larger of that and the one `below` rows on.
template <bool WIDE, bool POOL, typename V> __device__ __forceinline__ V readStrip(const char *strip, int row, int below, int chunk) {
  V v = *(const V *)(strip + Strip<WIDE, POOL>::at(row, chunk));
  if (POOL)
    maximise(v, *(const V *)(strip + Strip<WIDE, POOL>::at(row + below, chunk)));
  return v;
}

// storeIf writes 16 bytes of global memory, or not. What is not stored is read all the same,
// so that the reads of several turns are on their way at once and not one in each branch.
__device__ __forceinline__ void storeIf(bool yes, u64 to, u32 a, u32 b, u32 c, u32 d) {
  asm volatile("{\n\t"
               ".reg .pred p;\n\t"
               "setp.ne.b32 p, %0, 0;\n\t"
               "@p st.global.v4.b32 [%1], {%2, %3, %4, %5};\n\t"
               "}" ::"r"((int)yes), "l"(to), "r"(a), "r"(b), "r"(c), "r"(d)
               : "memory");
}
__device__ __forceinline__ void storeIf(bool yes, u64 to, const uint4 &v) { storeIf(yes, to, v.x, v.y, v.z, v.w); }
__device__ __forceinline__ void storeIf(bool yes, u64 to, const float4 &v) {
  storeIf(yes, to, __float_as_uint(v.x), __float_as_uint(v.y), __float_as_uint(v.z), __float_as_uint(v.w));
}

// storeStrip stores COUNT pixels from `first` on of the table of rows, which with POOL is that
// of the box halved in both directions. The strip begins with the tile's row `begin`. 128
// threads; 8 of them store a pixel's 64 channels from `column` on.
template <typename S, bool POOL, bool FLOAT, int COUNT>
__device__ __forceinline__ void storeStrip(const char *strip, const Conv &p, const Tile &t, const u32 *rows, int first, int begin, int column, int thread) {
  constexpr int HALF = POOL ? 2 : 1, WIDE = S::P == 2 || FLOAT, BYTES = FLOAT ? 4 : 2;
  const int W = p.W / HALF, H = p.H / HALF, x0 = t.x0 / HALF, y0 = t.y0 / HALF, chunk = thread % 8;
  const int below = S::rowsBetween(p) / 2;
  const u64 base = p.out + (column + chunk * 8) * BYTES;
#pragma unroll
  for (int turn = 0; turn < COUNT / 16; turn++) {
    const int m = first + thread / 8 + turn * 16;
    const u32 pixel = rows[m];
    const int i = S::rowI(pixel), j = S::rowJ(pixel), k = S::rowK(pixel), x = x0 + i, y = y0 + j, n = t.n0 + k;
    const bool inside = pixel != OUTSIDE && x < W && y < H && n < p.n;
    const int row = !POOL ? m - begin : inside ? S::rowOf(p, 2 * i, 2 * j, k) / 2 - begin : 0;
    const u64 out = base + (u64)((u32)(n * H + y) * W + x) * (p.outputs * BYTES);
    if (!WIDE) {
      storeIf(inside, out, readStrip<WIDE, POOL, uint4>(strip, row, below, chunk));
      continue;
    }
    const float4 v = readStrip<WIDE, POOL, float4>(strip, row, below, 2 * chunk);
    const float4 w = readStrip<WIDE, POOL, float4>(strip, row, below, 2 * chunk + 1);
    if (FLOAT) {
      storeIf(inside, out, v);
      storeIf(inside, out + 16, w);
    } else {
      uint4 high, low;
      split(high.x, low.x, v.x * p.scale, v.y * p.scale);
      split(high.y, low.y, v.z * p.scale, v.w * p.scale);
      split(high.z, low.z, w.x * p.scale, w.y * p.scale);
      split(high.w, low.w, w.z * p.scale, w.w * p.scale);
      storeIf(inside, out, high);
      storeIf(inside, out + p.outPlane * 2, low);
    }
  }
}

// Meeting is who must meet before a strip is read, and before it is written again: a
// warpgroup, or with POOL both if they share a strip and windows reach from one's rows to the
// other's. Windows lie within two rows of pixels, which begin at an even one.
struct Meeting {
  int barrier, threads;

  __device__ __forceinline__ void operator()() const { meet(barrier, threads); }
};
template <typename S, bool POOL> __device__ __forceinline__ Meeting meetingOf(const Conv &p, int group) {
  if (POOL && S::SHARED_CHANNELS && S::PIXELS % (2 * S::rowsBetween(p)) != 0)
    return {1, CONSUMERS};
  return {1 + group, 128};
}

// finish stores a warpgroup's part of a tile: PIXELS/2 accumulators a thread.
template <typename S, bool POOL, bool FLOAT>
__device__ __forceinline__ void finish(const float (&d)[S::PIXELS / 2], const Conv &p, const Tile &tile, char *strips, const u32 *rows, const Meeting &meeting,
                                       int group, int thread) {
  constexpr bool WIDE = S::P == 2 || FLOAT;
  constexpr int ALL = POOL ? S::PIXELS / 2 : S::PIXELS, ROWS = ALL < Strip<WIDE, POOL>::PASS ? ALL : Strip<WIDE, POOL>::PASS;
  constexpr int STORED = POOL ? S::PIXELS / 4 : ROWS; // pixels a pass
  const int column = tile.panel * S::BN + (S::SHARED_CHANNELS ? 0 : group * 64);
  const int part = S::SHARED_CHANNELS ? group : 0; // of the tile's rows
  const Corner corner(p, column, thread);
  char *strip = strips + group * ROWS * Strip<WIDE, POOL>::PITCH;
#pragma unroll
  for (int pass = 0; pass < ALL / ROWS; pass++) {
    meeting(); // all have read what was in the strip before
    if (WIDE)
      writeFloats<POOL, ROWS>(strip, d, pass * ROWS / 8, corner);
    else
      writePairs<POOL, ROWS>(strip, d, pass * ROWS / 8, corner);
    meeting();
    storeStrip<S, POOL, FLOAT, STORED>(strip, p, tile, rows, part * (POOL ? STORED : ALL) + pass * STORED, part * ALL + pass * ROWS, column, thread);
  }
}
