// c (m, n) float32 = a (m, k) b (n, k)ᵀ of bfloat16, k a multiple of 32: tiles of 64×64,
// 4 warps, cp.async into two stages, ldmatrix, mma.sync. fault plants mistakes.
// To PTX: NVRTC 12.2, --gpu-architecture=compute_80.
struct Product { unsigned long long a, b, c; int m, n, k, fault; };
static __device__ __forceinline__ void copy(unsigned to, unsigned long long from, int valid) {
	asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(valid) : "memory");
}
static __device__ __forceinline__ void load4(unsigned (&r)[4], unsigned at) {
	asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];" : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(at) : "memory");
}
// A row of a stage has 32 values in 80 bytes, so that ldmatrix has no conflicts.
static __device__ __forceinline__ void stage(const Product &p, unsigned shared, int k0) {
	for (int i = threadIdx.x; i < 512; i += 128) {
		int row = i >> 2 & 63, part = i & 3;
		bool isB = i >= 256;
		int at = (isB ? blockIdx.y : blockIdx.x) * 64 + row;
		bool inside = at < (isB ? p.n : p.m);
		copy(shared + (isB ? 5120 : 0) + row * 80 + part * 16 + (p.fault == 4 && k0 ? 8 : 0),
			(isB ? p.b : p.a) + 2ull * ((inside || p.fault == 3 ? at : 0) * (long long)p.k + k0 + part * 8), inside || p.fault == 3 ? 16 : 0);
	}
	asm volatile("cp.async.commit_group;" ::: "memory");
}
extern "C" __global__ void __launch_bounds__(128) product(Product p) {
	extern __shared__ __align__(16) unsigned char memory[];
	unsigned shared = (unsigned)__cvta_generic_to_shared(memory);
	int warp = threadIdx.x >> 5, lane = threadIdx.x & 31;
	float acc[8][4];
#pragma unroll
	for (int j = 0; j < 8; j++)
#pragma unroll
		for (int i = 0; i < 4; i++) acc[j][i] = 0;
	int steps = p.k / 32;
	stage(p, shared, 0);
	for (int s = 0; s < steps; s++) {
		if (s + 1 < steps) {
			stage(p, shared + (s + 1 & 1) * 10240, (s + 1) * 32);
			if (p.fault != 1) asm volatile("cp.async.wait_group 1;" ::: "memory");
		} else if (p.fault != 1)
			asm volatile("cp.async.wait_group 0;" ::: "memory");
		if (p.fault == 5) { if (warp != 2) __syncthreads(); }
		else if (p.fault != 2) __syncthreads();
		unsigned base = shared + (s & 1) * 10240;
#pragma unroll
		for (int k = 0; k < 2; k++) {
			unsigned a[4];
			load4(a, base + (warp * 16 + (lane & 15)) * 80 + k * 32 + (lane >> 4) * 16);
#pragma unroll
			for (int j = 0; j < 8; j += 2) {
				unsigned b[4];
				load4(b, base + 5120 + (j * 8 + (lane & 7) + (lane >> 4) * 8) * 80 + k * 32 + (lane >> 3 & 1) * 16);
#pragma unroll
				for (int h = 0; h < 2; h++)
					asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
						: "+f"(acc[j + h][0]), "+f"(acc[j + h][1]), "+f"(acc[j + h][2]), "+f"(acc[j + h][3])
						: "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[2 * h]), "r"(b[2 * h + 1]));
			}
		}
		if (p.fault != 6) __syncthreads();
	}
	float *c = (float *)p.c;
#pragma unroll
	for (int j = 0; j < 8; j++)
#pragma unroll
		for (int i = 0; i < 2; i++) {
			int row = blockIdx.x * 64 + warp * 16 + (lane >> 2) + 8 * i, col = blockIdx.y * 64 + j * 8 + (lane & 3) * 2;
			if (row < p.m && col < p.n)
				*(float2 *)(c + (long long)row * p.n + col) = make_float2(acc[j][2 * i], acc[j][2 * i + 1]);
		}
}
