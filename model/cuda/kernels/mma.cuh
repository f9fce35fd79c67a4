// The instructions of sm_80 that move and multiply tiles.
#pragma once
#include "common.cuh"

__device__ __forceinline__ u32 sharedAddress(const void *p) { return (u32)__cvta_generic_to_shared(p); }

// copy16 starts a copy of 16 bytes to shared memory; where inside is false it writes zeros
// and does not read. REUSED: this multiprocessor will read the bytes again, keep them in L1.
template <bool REUSED> __device__ __forceinline__ void copy16(u32 to, const char *from, bool inside) {
  const int bytes = inside ? 16 : 0;
  if (REUSED)
    asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
  else
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes) : "memory");
}

// commitCopies closes a group of copies; waitForCopies waits until at most PENDING of the
// youngest groups of this thread are under way.
__device__ __forceinline__ void commitCopies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int PENDING> __device__ __forceinline__ void waitForCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
}

// loadMatrices reads four 8x8 matrices of 16 bits: each lane names a row of 16 bytes.
__device__ __forceinline__ void loadMatrices(u32 (&r)[4], u32 address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address));
}

// multiply adds a (16, 16) times b (16, 8) to sum, bf16 or with HALF fp16. With g = lane/4
// and t = lane%4 a lane has
//   a    rows g, g+8, g, g+8; columns 2t, 2t+1 of the left half (0, 1) and the right one (2, 3)
//   b    column g; rows 2t, 2t+1 (b0) and 2t+8, 2t+9 (b1)
//   sum  columns 2t, 2t+1 of row g (0, 1) and of row g+8 (2, 3)
template <bool HALF> __device__ __forceinline__ void multiply(float (&sum)[4], const u32 (&a)[4], u32 b0, u32 b1) {
  if (HALF)
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
  else
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
