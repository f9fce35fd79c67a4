// What the kernels of all architectures share: parameters, tiles, 16-bit numbers, and the way of
// a finished tile from shared memory to the output. Needs sm_80, no headers.
#pragma once

typedef unsigned int u32;
typedef unsigned long long u64;

// ---- Parameters: the last one of each kernel, by value. model/cuda/kernels/parameters.go mirrors them.

// An activation or weight is P numbers of 16 bits, in P arrays (planes): P = 1, bf16, the
// value; P = 2, fp16, whose sum is the value times a power of two.

// Conv is a convolution of side 3, or with side 1 a dense layer (H = W = 1).
struct Conv {
  u64 in;                              // (P)(n, H, W, C)
  u64 weights;                         // (P)(outputs, side*side*C), column tap*C + c
  u64 bias;                            // (outputs) float32
  u64 out;                             // (P)(n, H', W', outputs), or (n, H, W, outputs) float32
  u64 inPlane, weightsPlane, outPlane; // elements from one plane to the next, multiples of 8
  int n, H, W, C;                      // of the input; C is a multiple of 64
  int outputs;                         // a multiple of BN
  int side, pad;                       // 3, 1 or 1, 0
  int boxW, boxH, boxN;                // a tile's pixels: boxW*boxH*boxN <= BM; boxW, boxH even if pooled
  int relu;                            // 0 or 1
  int outFloat;                        // 1: out is float32 and not pooled
  float descale;                       // what sums of products are to be multiplied with
  float scale;                         // P = 2: what outputs are multiplied with before they are split
};

// First is the first convolution, from bytes.
struct First {
  u64 pixels;   // (n, 224, 224, 3) uint8, red green blue
  u64 weights;  // in the order that the kernel reads them in: packFirst in model/cuda/first.go
  u64 bias;     // (64) float32
  u64 out;      // (P)(n, 224, 224, 64)
  u64 outPlane; // elements, a multiple of 8
  int n;
  float scale;  // as of Conv
};

struct Flat {
  u64 in;      // (P)(count), aligned to 16 bytes
  u64 inPlane; // elements, a multiple of 8
  u64 out;     // (count) float32, aligned to 16 bytes
  u64 count;
  float scale; // what the sum of planes is to be multiplied with
};

struct Reduce {
  u64 in;      // (P)(n, pixels, C)
  u64 inPlane; // elements, a multiple of 8
  u64 out;     // (n, C) float32
  int n, pixels, C; // C is a multiple of 64
  float scale;      // as of Flat
};

struct Softmax {
  u64 logits; // (n, stride) float32
  u64 out;    // (n, classes) float32
  int n, classes, stride;
};

struct Peak {
  u64 sink; // (1) float32, never written
  int rounds;
};

struct alignas(64) TensorMap {
  unsigned char bytes[128];
};

// ---- Tiles

// Tile is a box of pixels of the map before the pool, and a panel of BN output channels.
struct Tile {
  int x0, y0, n0, panel;
};

__device__ __forceinline__ int ceilDiv(int a, int b) { return (a + b - 1) / b; }

// tileCount returns how many tiles a layer has.
__device__ __forceinline__ int tileCount(const Conv &p, int BN) {
  return ceilDiv(p.W, p.boxW) * ceilDiv(p.H, p.boxH) * ceilDiv(p.n, p.boxN) * (p.outputs / BN);
}

// tileAt decodes t = ((tn*tilesH + th)*tilesW + tw)*panels + panel: neighbouring blocks
// work at the same time on the same pixels, which are then in L2.
__device__ __forceinline__ Tile tileAt(const Conv &p, int BN, int t) {
  const int panels = p.outputs / BN, tilesW = ceilDiv(p.W, p.boxW), tilesH = ceilDiv(p.H, p.boxH);
  Tile tile;
  tile.panel = t % panels;
  t /= panels;
  tile.x0 = t % tilesW * p.boxW;
  t /= tilesW;
  tile.y0 = t % tilesH * p.boxH;
  tile.n0 = t / tilesH * p.boxN;
  return tile;
}

// A row of a tile is a pixel (i, j, k) of its box, row = (k*boxH + j)*boxW + i. That does
// not depend on the tile: fillRows decodes all rows once into a table in shared memory, so
// that there are no divisions in the loop over the tiles. Rows behind the box are OUTSIDE.
enum : u32 { OUTSIDE = 0xffffffffu };

__device__ __forceinline__ void fillRows(u32 *rows, int count, int boxW, int boxH, int boxN, int thread, int threads) {
#pragma unroll 1
  for (int m = thread; m < count; m += threads) {
    const int i = m % boxW, j = m / boxW % boxH, k = m / boxW / boxH;
    rows[m] = k < boxN ? i | j << 8 | k << 16 : OUTSIDE;
  }
}

__device__ __forceinline__ int rowX(u32 row) { return row & 255; }
__device__ __forceinline__ int rowY(u32 row) { return row >> 8 & 255; }
__device__ __forceinline__ int rowN(u32 row) { return row >> 16; }

// ---- 16 bits and NaN

// A pair is two bf16 in 32 bits, the first one below.
__device__ __forceinline__ u32 pairOf(float first, float second) {
  u32 pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
  return pair;
}
__device__ __forceinline__ float firstOf(u32 pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float secondOf(u32 pair) { return __uint_as_float(pair & 0xffff0000u); }

// Halves are two fp16 in 32 bits, the first one below.
__device__ __forceinline__ u32 halvesOf(float first, float second) {
  u32 halves;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(halves) : "f"(second), "f"(first));
  return halves;
}
__device__ __forceinline__ float2 floatsOf(u32 halves) {
  float2 v;
  asm("{.reg .b16 a, b; mov.b32 {a, b}, %2; cvt.f32.f16 %0, a; cvt.f32.f16 %1, b;}" : "=f"(v.x), "=f"(v.y) : "r"(halves));
  return v;
}

// split returns two values as halves and what these lack: nothing where they are not finite,
// so that an infinity stays one.
__device__ __forceinline__ void split(u32 &high, u32 &low, float first, float second) {
  high = halvesOf(first, second);
  const float2 v = floatsOf(high);
  const float a = first - v.x, b = second - v.y;
  low = halvesOf(a - a == 0 ? a : 0, b - b == 0 ? b : 0);
}

// Maxima that return NaN if one of the two is.
__device__ __forceinline__ float maximumOf(float a, float b) {
  float r;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
  return r;
}
__device__ __forceinline__ u32 maximumOfPairs(u32 a, u32 b) {
  u32 r;
  asm("max.NaN.bf16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));
  return r;
}

// floorOf and activate are bias and ReLU, or no ReLU: NaN is not below anything and stays.
__device__ __forceinline__ float floorOf(int relu) { return relu ? 0.0f : __uint_as_float(0xff800000u); }
__device__ __forceinline__ float activate(float sum, float descale, float bias, float floor) {
  const float v = sum * descale + bias;
  return v < floor ? floor : v;
}

// ---- The epilogue: accumulators -> (rows, COLUMNS) in shared memory -> output

// PITCH is a row's bytes. A warp writes 8 rows of 4 pairs at a time: 16 bytes behind each
// row of bf16 (P = 1), or 32 behind each of float32 (P = 2), put them into different banks.
template <int P, int COLUMNS> struct Stage {
  enum { PITCH = P == 1 ? COLUMNS * 2 + 16 : COLUMNS * 4 + 32 };
};

// stagePair writes two neighbouring columns of a row (column is even), bias and ReLU done.
template <int P, int COLUMNS>
__device__ __forceinline__ void stagePair(char *stage, int row, int column, float first, float second) {
  char *at = stage + row * Stage<P, COLUMNS>::PITCH;
  if (P == 1)
    *(u32 *)(at + column * 2) = pairOf(first, second);
  else
    *(float2 *)(at + column * 4) = make_float2(first, second);
}

// storeFloats writes two neighbouring columns of a row straight to the output if that is
// float32 (outFloat). row is the table's entry, column counts from the layer's first output.
__device__ __forceinline__ void storeFloats(const Conv &p, const Tile &t, u32 row, int column, float first, float second) {
  const int x = t.x0 + rowX(row), y = t.y0 + rowY(row), n = t.n0 + rowN(row);
  if (row == OUTSIDE || x >= p.W || y >= p.H || n >= p.n)
    return;
  float *out = (float *)p.out + (((u64)n * p.H + y) * p.W + x) * p.outputs + column;
  *(float2 *)out = make_float2(first, second);
}

// store8 writes 8 channels, 16 bytes a plane: P = 1, 4 pairs as they are; P = 2, 8 float32,
// which are multiplied with scale and split.
__device__ __forceinline__ void store8(char *out, const uint4 &v) { *(uint4 *)out = v; }
__device__ __forceinline__ void store8(char *out, u64 planeBytes, float scale, const float4 &v, const float4 &w) {
  uint4 high, low;
  split(high.x, low.x, v.x * scale, v.y * scale);
  split(high.y, low.y, v.z * scale, v.w * scale);
  split(high.z, low.z, w.x * scale, w.y * scale);
  split(high.w, low.w, w.z * scale, w.w * scale);
  *(uint4 *)out = high;
  *(uint4 *)(out + planeBytes) = low;
}

__device__ __forceinline__ void maximise(uint4 &v, const uint4 &w) {
  v.x = maximumOfPairs(v.x, w.x), v.y = maximumOfPairs(v.y, w.y);
  v.z = maximumOfPairs(v.z, w.z), v.w = maximumOfPairs(v.w, w.w);
}
__device__ __forceinline__ void maximise(float4 &v, const float4 &w) {
  v.x = maximumOf(v.x, w.x), v.y = maximumOf(v.y, w.y);
  v.z = maximumOf(v.z, w.z), v.w = maximumOf(v.w, w.w);
}

// read8 reads 8 channels of a row, or with POOL their maxima over rows m, m+1, m+boxW, m+boxW+1.
template <bool POOL, int PITCH, typename V> __device__ __forceinline__ V read8(const char *at, int boxW) {
  V v = *(const V *)at;
  if (POOL) {
    maximise(v, *(const V *)(at + PITCH));
    maximise(v, *(const V *)(at + boxW * PITCH));
    maximise(v, *(const V *)(at + (boxW + 1) * PITCH));
  }
  return v;
}

// storeTile writes the COLUMNS channels that stage holds, from the layer's output `column`
// on, as P planes, 16 bytes a thread and plane, neighbouring threads side by side.
// rows is the table of the box, with POOL that of the box halved in both directions.
template <int P, int COLUMNS, bool POOL, int THREADS>
__device__ __forceinline__ void storeTile(const Conv &p, const Tile &t, const u32 *rows, const char *stage, int column, int thread) {
  constexpr int CHUNKS = COLUMNS / 8, PITCH = Stage<P, COLUMNS>::PITCH, HALF = POOL ? 2 : 1;
  const int W = p.W / HALF, H = p.H / HALF, chunk = thread % CHUNKS;
  const int count = p.boxW / HALF * (p.boxH / HALF) * p.boxN;
#pragma unroll 2
  for (int m = thread / CHUNKS; m < count; m += THREADS / CHUNKS) {
    const int i = rowX(rows[m]), j = rowY(rows[m]), k = rowN(rows[m]);
    const int x = t.x0 / HALF + i, y = t.y0 / HALF + j, n = t.n0 + k;
    if (x >= W || y >= H || n >= p.n)
      continue;
    char *out = (char *)p.out + ((((u64)n * H + y) * W + x) * p.outputs + column + chunk * 8) * 2;
    const int row = POOL ? (k * p.boxH + 2 * j) * p.boxW + 2 * i : m;
    const char *at = stage + row * PITCH + chunk * (P == 1 ? 16 : 32);
    if (P == 1)
      store8(out, read8<POOL, PITCH, uint4>(at, p.boxW));
    else
      store8(out, p.outPlane * 2, p.scale, read8<POOL, PITCH, float4>(at, p.boxW), read8<POOL, PITCH, float4>(at + 16, p.boxW));
  }
}
