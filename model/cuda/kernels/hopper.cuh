// Hopper's own instructions (sm_90a): barriers in shared memory, the tensor copy engine and
// the products of a warpgroup. Chapters are those of the PTX ISA.
#pragma once

// Addresses of shared memory are 32 bits in the window of the block.
__device__ __forceinline__ u32 sharedAddress(const void *p) { return (u32)__cvta_generic_to_shared(p); }

// ---- mbarrier ("Parallel Synchronization and Communication Instructions: mbarrier"): a phase
// ends when its arrivals and its expected bytes are complete. Phase 0 is the first; waiting
// for parity 1 on a new barrier returns at once.

__device__ __forceinline__ void initBarrier(u32 barrier, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

// publishShared lets the copy engine and the tensor cores see what a thread has stored; the
// others need a block-wide barrier too.
__device__ __forceinline__ void publishShared() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

// publishBarriers lets the copy engine see new barriers; the other threads need a block-wide barrier too.
__device__ __forceinline__ void publishBarriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  publishShared();
}

__device__ __forceinline__ void arrive(u32 barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

// arriveExpecting is an arrival that also announces bytes of the copy engine.
__device__ __forceinline__ void arriveExpecting(u32 barrier, u32 bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

// await returns once the phase of that parity has ended. try_wait sleeps a while in hardware.
__device__ __forceinline__ void await(u32 barrier, u32 parity) {
  u32 over;
  do {
    asm volatile("{\n\t"
                 ".reg .pred p;\n\t"
                 "mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n\t"
                 "selp.u32 %0, 1, 0, p;\n\t"
                 "}"
                 : "=r"(over)
                 : "r"(barrier), "r"(parity)
                 : "memory");
  } while (!over);
}

// ---- The tensor copy engine ("Data Movement and Conversion Instructions: Tensor copy"). One
// thread asks; the bytes of the whole box, zeros outside of the tensor included, complete on
// the barrier. The destination is aligned to 1024 bytes, as the 128-byte swizzle wants it.

__device__ __forceinline__ void prefetchMap(const TensorMap *map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}

__device__ __forceinline__ void copyBox(u32 to, const TensorMap *map, u32 barrier, int x, int y, int z) {
  asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
               "[%0], [%1, {%3, %4, %5}], [%2];" ::"r"(to), "l"(map), "r"(barrier), "r"(x), "r"(y), "r"(z)
               : "memory");
}

__device__ __forceinline__ void copyBox(u32 to, const TensorMap *map, u32 barrier, int c, int x, int y, int n, int p) {
  asm volatile("cp.async.bulk.tensor.5d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
               "[%0], [%1, {%3, %4, %5, %6, %7}], [%2];" ::"r"(to), "l"(map), "r"(barrier), "r"(c), "r"(x), "r"(y), "r"(n), "r"(p)
               : "memory");
}

// ---- wgmma ("Asynchronous Warpgroup Level Matrix Instructions")

// A matrix descriptor of rows of 64 numbers, 128 bytes, swizzled in groups of 8 rows of 1024 bytes
// ("Matrix Descriptor Format"): bits 0-13 address/16, 16-29 leading offset (not used by a
// swizzled K-major operand), 32-45 stride/16 from one group of rows to the next, 62-63 swizzle
// of 128 bytes. Only the lower half differs: matrixAt returns it. The next 16 columns are 32
// bytes on, STEP16; the next 8·n rows, n·ROWS8.
enum : u32 { STEP16 = 32 >> 4, ROWS8 = 1024 >> 4, MATRIX_UPPER = 1u << 30 | ROWS8 };

__device__ __forceinline__ u32 matrixAt(u32 shared) { return 1 << 16 | (shared & 0x3ffff) >> 4; }

// Operand lists: the accumulators by name and as C++ operands.
#define TEN(t) "%" #t "0,%" #t "1,%" #t "2,%" #t "3,%" #t "4,%" #t "5,%" #t "6,%" #t "7,%" #t "8,%" #t "9,"
#define NAMES_0_29 "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9," TEN(1) TEN(2)
#define NAMES_30_59 TEN(3) TEN(4) TEN(5)
#define NAMES_60_119 TEN(6) TEN(7) TEN(8) TEN(9) TEN(10) TEN(11)
#define R4(d, i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define R16(d, i) R4(d, i), R4(d, i + 4), R4(d, i + 8), R4(d, i + 12)
#define R32(d, i) R16(d, i), R16(d, i + 16)

// Registers that a product in flight writes may be touched only between waitProducts and
// beginProducts. The compiler sees no loads or stores there, so it must be told (keep).
__device__ __forceinline__ void beginProducts() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void commitProducts() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template <int PENDING> __device__ __forceinline__ void waitProducts() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(PENDING) : "memory");
}
template <int COUNT> __device__ __forceinline__ void keep(float (&d)[COUNT]) {
#pragma unroll
  for (int i = 0; i < COUNT; i += 32)
    asm volatile("" : R32(d, i)::"memory");
}

#define PRODUCT(shape, type, names, a, b, add, ...)                                                \
  asm volatile("{\n\t"                                                                             \
               ".reg .pred p;\n\t"                                                                 \
               "setp.ne.b32 p, " add ", 0;\n\t"                                                    \
               "wgmma.mma_async.sync.aligned." shape ".f32." type "." type " {" names "}, " a ", " b \
               ", p, 1, 1, 0, 0;\n\t"                                                              \
               "}" : __VA_ARGS__ : "l"((u64)MATRIX_UPPER << 32 | aMatrix), "l"((u64)MATRIX_UPPER << 32 | bMatrix), "r"(accumulate))

// product adds (or, without accumulate, assigns) the product of a (64, 16) and b (N, 16),
// transposed, bf16 (P = 1) or fp16 (P = 2). Lane 4g + q of warp w holds rows 16w + g and
// 16w + g + 8, columns 8j + 2q and 8j + 2q + 1: d[4j], d[4j+1] of the first row, d[4j+2],
// d[4j+3] of the second. N = 2·COUNT.
#define PRODUCT_64(type) PRODUCT("m64n64k16", type, NAMES_0_29 "%30,%31", "%32", "%33", "%34", R32(d, 0))
#define PRODUCT_128(type)                                                                          \
  PRODUCT("m64n128k16", type, NAMES_0_29 NAMES_30_59 "%60,%61,%62,%63", "%64", "%65", "%66", R32(d, 0), R32(d, 32))
template <int P> __device__ __forceinline__ void product(float (&d)[32], u32 aMatrix, u32 bMatrix, int accumulate) {
  if (P == 1)
    PRODUCT_64("bf16");
  else
    PRODUCT_64("f16");
}
template <int P> __device__ __forceinline__ void product(float (&d)[64], u32 aMatrix, u32 bMatrix, int accumulate) {
  if (P == 1)
    PRODUCT_128("bf16");
  else
    PRODUCT_128("f16");
}
template <int P> __device__ __forceinline__ void product(float (&d)[128], u32 aMatrix, u32 bMatrix, int accumulate) {
  static_assert(P == 1, "for peak alone");
  PRODUCT("m64n256k16", "bf16",
          NAMES_0_29 NAMES_30_59 NAMES_60_119 "%120,%121,%122,%123,%124,%125,%126,%127", "%128", "%129",
          "%130", R32(d, 0), R32(d, 32), R32(d, 64), R32(d, 96));
}

#undef R4
#undef R16
#undef R32
#undef PRODUCT_64
#undef PRODUCT_128
#undef TEN
#undef PRODUCT
#undef NAMES_0_29
#undef NAMES_30_59
#undef NAMES_60_119

// ---- Others

// moreRegisters and fewerRegisters change what each thread of a warpgroup may use. All of the
// warpgroup's threads call them.
template <int COUNT> __device__ __forceinline__ void moreRegisters() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(COUNT));
}
template <int COUNT> __device__ __forceinline__ void fewerRegisters() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(COUNT));
}

// meet is a barrier of some of the block's warps.
__device__ __forceinline__ void meet(int barrier, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(barrier), "r"(threads) : "memory");
}

// announce is an arrival at such a barrier without waiting.
__device__ __forceinline__ void announce(int barrier, int threads) {
  asm volatile("bar.arrive %0, %1;" ::"r"(barrier), "r"(threads) : "memory");
}

// storeMatrices writes four 8x8 matrices of 16 bits, transposed, from the layout in registers
// that product leaves; lane l gives the address of column l%8 of matrix l/8.
__device__ __forceinline__ void storeMatrices(u32 column, u32 a, u32 b, u32 c, u32 d) {
  asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(column), "r"(a), "r"(b), "r"(c), "r"(d)
               : "memory");
}
