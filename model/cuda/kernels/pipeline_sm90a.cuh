// The pipeline that feeds Hopper's tensor cores: shapes of tiles and stages, rings of stages
// and their barriers, a block's way through the tiles, and the thread that asks for copies.
#pragma once

enum : int { CONV_SHARED = 232448, CONSUMERS = 256, CONSUMER_WARPS = 8 };

// Shape is what P, BN and TALL decide. The inner dimension goes by chunks: 64 channels of one
// tap. A slab is the pixels of a chunk, P planes of (BM, 64); a panel is its weights, P planes
// of (BN, 64); a row of either is 128 bytes.
//
// Weights are wgmma's A, 64 channels a warpgroup, and pixels its B, as many as there are:
// operands come from shared memory for each product, and this way they take 80 of its 128
// bytes a clock at full rate (P = 1, BN = 128: 64x16 and 256x16 in 128 clocks), where 128
// pixels by 128 channels would take 96. Copies take 48 more, 29 with TALL.
//
// A tile's row is a pixel (i, j, k) of its box, (k·boxH + j)·boxW + i, but with TALL
// (j·boxN + k)·boxW + i. A TALL slab has two rows of pixels more than the tile, one above and
// one below, and serves three taps, those above each other: one begins boxN·boxW rows of 128
// bytes behind the other, which is whole groups of the swizzle if it is a multiple of 8. That
// takes 3·(boxH+2)/boxH slabs from L2 instead of 9: 3.4 of 16x16 pixels, 6 of 2x2.
template <int P_, int BN_, bool TALL_> struct Shape {
  enum {
    P = P_,
    BN = BN_,
    TALL = TALL_,
    BM = P == 1 ? 256 : 128,
    SHARED_CHANNELS = BN == 64,              // by the two warpgroups, each then has half of the pixels
    PIXELS = SHARED_CHANNELS ? BM / 2 : BM,  // of a warpgroup
    TAPS = TALL ? 3 : 1,
    BETWEEN = P == 1 && BN == 128 ? 128 : 32, // the most boxN·boxW of TALL
    SLAB_PLANE = (TALL ? BM + 2 * BETWEEN : BM) * 128,
    PANEL_PLANE = BN * 128,
    SLAB = P * SLAB_PLANE,
    PANEL = P * PANEL_PLANE,
    RINGS = 196608,
    SLABS = TALL ? (P == 1 && BN == 64 ? 3 : 2) : (P == 2 && BN == 128 ? 3 : 4),
    PANELS = (RINGS - SLABS * SLAB) / PANEL, // 4, 8, 3, 4; tall 4, 9, 3, 6
    STRIPS = RINGS,                          // behind the rings: two strips, the table of rows, the barriers
    TABLE = STRIPS + 32768,
    BARRIERS = TABLE + BM * 4,
    BYTES = BARRIERS + (SLABS + PANELS) * 16,
  };
  static_assert(BYTES + 1024 <= CONV_SHARED, "with what alignment may take");

  // rowsBetween is from a pixel's row to that of the pixel below.
  static __device__ __forceinline__ int rowsBetween(const Conv &p) { return TALL ? p.boxN * p.boxW : p.boxW; }
  static __device__ __forceinline__ int rowOf(const Conv &p, int i, int j, int k) {
    return (TALL ? j * p.boxN + k : k * p.boxH + j) * p.boxW + i;
  }
  // fill fills the table of rows; rowI, rowJ and rowK read an entry.
  static __device__ __forceinline__ void fill(u32 *rows, int count, int boxW, int boxH, int boxN, int thread, int threads) {
    fillRows(rows, count, boxW, TALL ? boxN : boxH, TALL ? boxH : boxN, thread, threads);
  }
  static __device__ __forceinline__ int rowI(u32 row) { return rowX(row); }
  static __device__ __forceinline__ int rowJ(u32 row) { return TALL ? rowN(row) : rowY(row); }
  static __device__ __forceinline__ int rowK(u32 row) { return TALL ? rowY(row) : rowN(row); }
};

// Ring is where one stands in a ring of stages: a stage, and the parity of the round. A stage
// is full once its bytes are there, and empty once all consumers' warps are through with it.
template <int STAGES, int BYTES> struct Ring {
  u32 base, barriers; // shared addresses
  int stage;
  u32 parity;
  __device__ __forceinline__ u32 at() const { return base + stage * BYTES; }
  __device__ __forceinline__ u32 full() const { return barriers + stage * 16; }
  __device__ __forceinline__ u32 empty() const { return full() + 8; }
  __device__ __forceinline__ void next() {
    if (++stage == STAGES)
      stage = 0, parity ^= 1;
  }
  __device__ __forceinline__ void init() const {
    for (Ring r = *this; r.parity == 0; r.next()) {
      initBarrier(r.full(), 1);
      initBarrier(r.empty(), CONSUMER_WARPS);
    }
  }
  // claim waits until the stage is empty and announces its bytes.
  __device__ __forceinline__ void claim(u32 bytes) const {
    await(empty(), parity ^ 1);
    arriveExpecting(full(), bytes);
  }
};

// Rings are the slabs' and the panels'. Where all of a layer's panels are in the ring at once
// they stay (resident): C = 64 and 64 outputs, the network's second convolution.
template <typename S> struct Rings {
  Ring<S::SLABS, S::SLAB> slabs;
  Ring<S::PANELS, S::PANEL> panels;
  bool resident;

  __device__ __forceinline__ Rings(u32 base, const Conv &p)
      : slabs{base, base + S::BARRIERS, 0, 0},
        panels{base + S::SLABS * S::SLAB, base + S::BARRIERS + S::SLABS * 16, 0, 0},
        resident(S::PANELS == 9 && p.C == 64 && p.outputs == S::BN) {}
};

// Walk goes through a block's tiles, blockIdx.x, blockIdx.x + gridDim.x, …, in tileAt's order
// but without divisions: the distance to the next tile, decoded once, is added digit by digit.
struct Walk {
  int left, panel, w, h, n; // tiles from this one on; this one's digits
  int panels, tilesW, tilesH, stepPanel, stepW, stepH, stepN;

  __device__ __forceinline__ Walk(const Conv &p, int BN) {
    panels = p.outputs / BN, tilesW = ceilDiv(p.W, p.boxW), tilesH = ceilDiv(p.H, p.boxH);
    left = tileCount(p, BN) - (int)blockIdx.x;
    digits(blockIdx.x, panel, w, h, n);
    digits(gridDim.x, stepPanel, stepW, stepH, stepN);
  }
  __device__ __forceinline__ void digits(int t, int &panel, int &w, int &h, int &n) const {
    panel = t % panels, t /= panels;
    w = t % tilesW, t /= tilesW;
    h = t % tilesH, n = t / tilesH;
  }
  static __device__ __forceinline__ int add(int &digit, int step, int base) {
    digit += step;
    const int carry = digit >= base;
    digit -= carry ? base : 0;
    return carry;
  }
  __device__ __forceinline__ bool more() const { return left > 0; }
  __device__ __forceinline__ void next() {
    left -= gridDim.x;
    n += stepN + add(h, stepH + add(w, stepW + add(panel, stepPanel, panels), tilesW), tilesH);
  }
  __device__ __forceinline__ Tile tile(const Conv &p) const { return {w * p.boxW, h * p.boxH, n * p.boxN, panel}; }
};

// fillSlab and fillPanel ask for the next slab, 64 channels of the pixels from (x, y, n) on, or
// (x, n, y) where the map has them so, or panel, 64 columns of BN rows of weights.
template <typename S>
__device__ __forceinline__ void fillSlab(Ring<S::SLABS, S::SLAB> &ring, const TensorMap *map, u32 bytes, int c, int x, int y, int n) {
  ring.claim(bytes);
#pragma unroll
  for (int plane = 0; plane < S::P; plane++)
    copyBox(ring.at() + plane * S::SLAB_PLANE, map, ring.full(), c, x, y, n, plane);
  ring.next();
}
template <typename S> __device__ __forceinline__ void fillPanel(Ring<S::PANELS, S::PANEL> &ring, const TensorMap *map, int k, int row) {
  ring.claim(S::PANEL);
#pragma unroll
  for (int plane = 0; plane < S::P; plane++)
    copyBox(ring.at() + plane * S::PANEL_PLANE, map, ring.full(), k, row, plane);
  ring.next();
}

// produce is one thread's work: the chunks of all the block's tiles, in the consumers' order.
// All taps of 64 channels come before the next 64: a pixel is fetched from memory once and
// then, for the other taps, from L2, and memory is read evenly all the time.
template <typename S> __device__ __forceinline__ void produce(Rings<S> rings, const TensorMap *a, const TensorMap *b, const Conv &p) {
  const u32 slabBytes = S::P * p.boxW * (S::TALL ? p.boxH + 2 : p.boxH) * p.boxN * 128;
  const bool across = S::TALL && p.boxN > 1; // rows of pixels come after images
  bool panelsThere = false;
  for (Walk walk(p, S::BN); walk.more(); walk.next()) {
    const Tile tile = walk.tile(p);
    for (int c = 0; c < p.C; c += 64)
      for (int s = 0; s < p.side; s++)
        for (int r = 0; r < p.side; r++) {
          if (!S::TALL || r == 0) {
            const int x = tile.x0 + s - p.pad, y = tile.y0 + r - p.pad;
            fillSlab<S>(rings.slabs, a, slabBytes, c, x, across ? tile.n0 : y, across ? y : tile.n0);
          }
          if (!panelsThere)
            fillPanel<S>(rings.panels, b, (r * p.side + s) * p.C + c, tile.panel * S::BN);
        }
    panelsThere = rings.resident;
  }
}
