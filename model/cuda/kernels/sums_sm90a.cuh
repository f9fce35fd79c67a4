// A warpgroup's sums: 64 channels, all pixels of the tile or half of them, all of the inner
// dimension.
#pragma once

// Feed is a warpgroup's way through the rings.
template <typename S> struct Feed {
  Rings<S> rings;
  u32 firstPixel, firstChannel, tapStep; // rows of a slab, rows of a panel, from tap to tap of a slab, in 16 bytes
  int tap, group, lane;

  __device__ __forceinline__ Feed(const Rings<S> &r, const Conv &p, int g, int l)
      : rings(r), firstPixel(S::SHARED_CHANNELS ? g * S::PIXELS * 8 : 0), firstChannel(S::SHARED_CHANNELS ? 0 : g * 64 * 8),
        tapStep(S::rowsBetween(p) * 8), tap(0), group(g), lane(l) {}

  __device__ __forceinline__ bool leads() const { return rings.resident && group == 0; }
  __device__ __forceinline__ bool follows() const { return rings.resident && group == 1; }

  __device__ __forceinline__ void awaitChunk() const {
    if (tap == 0)
      await(rings.slabs.full(), rings.slabs.parity);
    await(rings.panels.full(), rings.resident ? 0 : rings.panels.parity);
  }
  __device__ __forceinline__ u32 pixels() const { return matrixAt(rings.slabs.at()) + firstPixel + tap * tapStep; }
  __device__ __forceinline__ u32 weights() const { return matrixAt(rings.panels.at()) + firstChannel; }

  // Used is what a chunk used: barriers, or 0 if it is still needed.
  struct Used {
    u32 slab, panel;
  };
  // next goes on to the next chunk and returns what this one used.
  __device__ __forceinline__ Used next() {
    Used used = {0, rings.resident ? 0 : rings.panels.empty()};
    rings.panels.next();
    if (++tap == S::TAPS) {
      used.slab = rings.slabs.empty();
      rings.slabs.next();
      tap = 0;
    }
    return used;
  }
  // release tells the producer that a warp is through with a chunk. Each warp says so for
  // itself: its products are complete when its own waitProducts returns.
  __device__ __forceinline__ void release(const Used &used) const {
    __syncwarp();
    if (lane == 0) {
      if (used.panel)
        arrive(used.panel);
      if (used.slab)
        arrive(used.slab);
    }
  }
};

// With resident panels a tile is only 9 chunks, and the epilogue takes a fifth of their time.
// Where both warpgroups ended together tensor cores would rest meanwhile, so the second one
// begins each tile when the first one has asked for SKEW chunks more: one then multiplies, at
// twice the rate, while the other stores. Skewed by one slab, the ring still has one to fill.
enum : int { SKEW = 3, SKEW_BARRIER = 3 };

// Sums are the accumulators, and sum computes them. One chunk's products are always in flight
// while the warps ask for the next one's. P = 1: tensor cores accumulate over all of the
// inner dimension.
template <typename S, int P> struct Sums;

template <typename S> struct Sums<S, 1> {
  typedef typename Feed<S>::Used Used;
  float d[S::PIXELS / 2];

  // The first chunk stands apart, for else ptxas 12.2 takes the accumulators for undefined and
  // waits for every product.
  __device__ __forceinline__ void sum(Feed<S> &feed, int chunks) {
    if (feed.follows())
      meet(SKEW_BARRIER, CONSUMERS);
    Used used = ask(feed, 0);
    for (int chunk = 1; chunk < chunks; chunk++) {
      const Used now = ask(feed, 1);
      if (chunk == SKEW && feed.leads())
        announce(SKEW_BARRIER, CONSUMERS);
      waitProducts<1>();
      feed.release(used);
      used = now;
    }
    waitProducts<0>();
    keep(d);
    feed.release(used);
  }

  // ask starts one chunk's products, which are added or, without accumulate, assigned.
  __device__ __forceinline__ Used ask(Feed<S> &feed, int accumulate) {
    feed.awaitChunk();
    const u32 weights = feed.weights(), pixels = feed.pixels();
    beginProducts();
#pragma unroll
    for (int k = 0; k < 4; k++)
      product<1>(d, weights + k * STEP16, pixels + k * STEP16, accumulate || k > 0);
    commitProducts();
    return feed.next();
  }
};

// P = 2: tensor cores round toward zero when they accumulate, so they add up one chunk only,
// lo·hi + hi·lo + hi·hi; ordinary adds do the rest while the next chunk's products are in
// flight, into other registers.
template <typename S> struct Sums<S, 2> {
  typedef typename Feed<S>::Used Used;
  float d[S::PIXELS / 2];

  __device__ __forceinline__ void sum(Feed<S> &feed, int chunks) {
    float even[S::PIXELS / 2], odd[S::PIXELS / 2];
#pragma unroll
    for (int i = 0; i < S::PIXELS / 2; i++)
      d[i] = 0;
    Used evenUsed = ask(feed, even), oddUsed;
    int chunk = 1;
    for (; chunk + 1 < chunks; chunk += 2) {
      oddUsed = ask(feed, odd);
      settle<1>(feed, even, evenUsed);
      evenUsed = ask(feed, even);
      settle<1>(feed, odd, oddUsed);
    }
    if (chunk < chunks) {
      oddUsed = ask(feed, odd);
      settle<1>(feed, even, evenUsed);
      settle<0>(feed, odd, oddUsed);
    } else {
      settle<0>(feed, even, evenUsed);
    }
  }

  __device__ __forceinline__ Used ask(Feed<S> &feed, float (&part)[S::PIXELS / 2]) {
    feed.awaitChunk();
    const u32 weights = feed.weights(), pixels = feed.pixels();
    const u32 lowWeights = weights + S::PANEL_PLANE / 16, lowPixels = pixels + S::SLAB_PLANE / 16;
    beginProducts();
    term(part, weights, lowPixels, 0);
    term(part, lowWeights, pixels, 1);
    term(part, weights, pixels, 1);
    commitProducts();
    return feed.next();
  }

  static __device__ __forceinline__ void term(float (&part)[S::PIXELS / 2], u32 weights, u32 pixels, int accumulate) {
#pragma unroll
    for (int k = 0; k < 4; k++)
      product<2>(part, weights + k * STEP16, pixels + k * STEP16, accumulate || k > 0);
  }

  // settle adds a chunk's sum once no more than PENDING newer ones are in flight.
  template <int PENDING> __device__ __forceinline__ void settle(const Feed<S> &feed, float (&part)[S::PIXELS / 2], const Used &used) {
    waitProducts<PENDING>();
    keep(part);
    feed.release(used);
#pragma unroll
    for (int i = 0; i < S::PIXELS / 2; i++)
      d[i] += part[i];
    keep(d);
  }
};
