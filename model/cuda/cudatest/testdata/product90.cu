// c (m, n) float32 = a (m, k) b (n, k)ᵀ of bfloat16, k a multiple of 64: tiles of 64×64.
// Warp 4 fills two stages with tensor copies, warps 0 to 3 multiply with wgmma. fault plants
// mistakes. To PTX: NVRTC 12.2, --gpu-architecture=compute_90a.
struct __align__(64) TensorMap { char bytes[128]; };
struct Product { unsigned long long a, b, c; int m, n, k, fault; };
static __device__ __forceinline__ void wait(unsigned barrier, unsigned parity) {
	asm volatile("{\n.reg .pred p;\nagain:\nmbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n@p bra done;\nbra again;\ndone:\n}" ::"r"(barrier), "r"(parity) : "memory");
}
static __device__ __forceinline__ void load(unsigned to, const TensorMap *map, unsigned barrier, int x, int y) {
	asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4}], [%2];" ::"r"(to), "l"(map), "r"(barrier), "r"(x), "r"(y) : "memory");
}
static __device__ __forceinline__ unsigned long long descriptor(unsigned at) {
	return (unsigned long long)(at >> 4 & 0x3fff) | 1ull << 16 | 64ull << 32 | 1ull << 62;
}
extern "C" __global__ void __launch_bounds__(160) product(const __grid_constant__ TensorMap a, const __grid_constant__ TensorMap b, Product p) {
	extern __shared__ __align__(1024) unsigned char memory[];
	unsigned shared = (unsigned)__cvta_generic_to_shared(memory);
	unsigned full = shared + 32768, empty = full + 16;
	int warp = threadIdx.x >> 5, lane = threadIdx.x & 31, steps = p.k / 64;
	if (threadIdx.x == 0) {
		for (int i = 0; i < 2; i++) {
			asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(full + 8 * i) : "memory");
			asm volatile("mbarrier.init.shared::cta.b64 [%0], 4;" ::"r"(empty + 8 * i) : "memory");
		}
		asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
	}
	__syncthreads();
	if (warp == 4) {
		unsigned elected;
		asm volatile("{\n.reg .pred p;\nelect.sync _|p, 0xffffffff;\nselp.b32 %0, 1, 0, p;\n}" : "=r"(elected));
		if (elected || p.fault == 7)
			for (int s = 0; s < steps; s++) {
				int i = s & 1;
				if (p.fault != 5) wait(empty + 8 * i, (s >> 1 & 1) ^ 1);
				asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(full + 8 * i), "r"(p.fault == 3 ? 8192 : 16384) : "memory");
				load(shared + i * 16384, &a, full + 8 * i, s * 64, blockIdx.x * 64);
				load(shared + i * 16384 + 8192, &b, full + 8 * i, s * 64, blockIdx.y * 64);
			}
		return;
	}
	float d[32];
#pragma unroll
	for (int i = 0; i < 32; i++) d[i] = 0;
	for (int s = 0; s < steps; s++) {
		int i = s & 1;
		if (p.fault != 1) wait(full + 8 * i, s >> 1 & 1);
		unsigned long long da = descriptor(shared + i * 16384), db = descriptor(shared + i * 16384 + 8192);
		if (p.fault != 6) asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
		for (int k = 0; k < 4; k++)
			asm volatile("wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31}, %32, %33, 1, 1, 1, 0, 0;"
				: "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]), "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]),
				  "+f"(d[16]), "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]), "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
				: "l"(da + 2 * k), "l"(db + 2 * k));
		asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
		if (p.fault == 8) asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory");
		else if (p.fault != 2) asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
		if (p.fault != 4 && lane == 0) asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(empty + 8 * i) : "memory");
	}
	if (p.fault == 8) asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
	float *c = (float *)p.c;
#pragma unroll
	for (int i = 0; i < 32; i++) {
		int row = blockIdx.x * 64 + warp * 16 + (lane >> 2) + (i >> 1 & 1) * 8, col = blockIdx.y * 64 + (i >> 2) * 8 + (lane & 3) * 2 + (i & 1);
		if (row < p.m && col < p.n) c[(long long)row * p.n + col] = d[i];
	}
}
