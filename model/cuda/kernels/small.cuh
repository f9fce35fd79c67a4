// What happens to activations that leave the GPU. All of these are limited by memory.
#pragma once
#include "common.cuh"

// pairValues returns two neighbouring activations.
__device__ __forceinline__ float2 pairValues(u32 pair) { return make_float2(firstOf(pair), secondOf(pair)); }
__device__ __forceinline__ float2 pairValues(u32 high, u32 low) {
  const float2 v = floatsOf(high), w = floatsOf(low);
  return make_float2(v.x + w.x, v.y + w.y);
}

// valuesOf returns 8 activations, planes added.
template <int PLANES> __device__ __forceinline__ void valuesOf(const char *in, u64 planeBytes, float scale, float (&v)[8]) {
  const uint4 high = *(const uint4 *)in;
  const uint4 low = PLANES == 2 ? *(const uint4 *)(in + planeBytes) : make_uint4(0, 0, 0, 0);
  const u32 h[4] = {high.x, high.y, high.z, high.w}, l[4] = {low.x, low.y, low.z, low.w};
#pragma unroll
  for (int i = 0; i < 4; i++) {
    const float2 pair = PLANES == 1 ? pairValues(h[i]) : pairValues(h[i], l[i]);
    v[2 * i] = pair.x * scale;
    v[2 * i + 1] = pair.y * scale;
  }
}

// flatten turns activations into float32, 8 a thread, and what is left one a thread.
template <int PLANES> __device__ __forceinline__ void flatten(const Flat &p) {
  const u64 thread = (u64)blockIdx.x * blockDim.x + threadIdx.x, threads = (u64)gridDim.x * blockDim.x;
  const u64 whole = p.count / 8;
  for (u64 i = thread; i < whole; i += threads) {
    float v[8];
    valuesOf<PLANES>((const char *)p.in + i * 16, p.inPlane * 2, p.scale, v);
    float4 *out = (float4 *)p.out + i * 2;
    out[0] = make_float4(v[0], v[1], v[2], v[3]);
    out[1] = make_float4(v[4], v[5], v[6], v[7]);
  }
  const unsigned short *in = (const unsigned short *)p.in;
  for (u64 i = whole * 8 + thread; i < p.count; i += threads)
    ((float *)p.out)[i] = (PLANES == 1 ? pairValues(in[i]) : pairValues(in[i], in[p.inPlane + i])).x * p.scale;
}

// Mean and Maximum are what a map is reduced by.
struct Mean {
  typedef double Sum; // a map has up to 12,544 pixels
  static __device__ __forceinline__ Sum start() { return 0; }
  static __device__ __forceinline__ Sum add(Sum a, Sum b) { return a + b; }
  static __device__ __forceinline__ float value(Sum sum, int pixels) { return (float)(sum / pixels); }
};
struct Maximum {
  typedef float Sum;
  static __device__ __forceinline__ Sum start() { return __uint_as_float(0xff800000u); }
  static __device__ __forceinline__ Sum add(Sum a, Sum b) { return maximumOf(a, b); }
  static __device__ __forceinline__ float value(Sum sum, int) { return sum; }
};

// reduce has a block of 256 threads for 64 channels of a page: 8 channels a thread, 32
// pixels at a time, then the 32 sums of a channel in order.
template <int PLANES, typename F> __device__ __forceinline__ void reduce(const Reduce &p) {
  __shared__ typename F::Sum sums[32][64];
  const int group = threadIdx.x % 8 * 8, lane = threadIdx.x / 8;
  for (int i = blockIdx.x; i < p.n * (p.C / 64); i += gridDim.x) {
    const int n = i / (p.C / 64), c = i % (p.C / 64) * 64;
    typename F::Sum sum[8];
#pragma unroll
    for (int j = 0; j < 8; j++)
      sum[j] = F::start();
    for (int pixel = lane; pixel < p.pixels; pixel += 32) {
      float v[8];
      valuesOf<PLANES>((const char *)p.in + (((u64)n * p.pixels + pixel) * p.C + c + group) * 2, p.inPlane * 2, p.scale, v);
#pragma unroll
      for (int j = 0; j < 8; j++)
        sum[j] = F::add(sum[j], v[j]);
    }
#pragma unroll
    for (int j = 0; j < 8; j++)
      sums[lane][group + j] = sum[j];
    __syncthreads();
    if (threadIdx.x < 64) {
      typename F::Sum all = F::start();
      for (int j = 0; j < 32; j++)
        all = F::add(all, sums[j][threadIdx.x]);
      ((float *)p.out)[(u64)n * p.C + c + threadIdx.x] = F::value(all, p.pixels);
    }
    __syncthreads();
  }
}

// combine returns op over a block's 256 values, in the order of a tree, to all its threads.
template <typename T, typename Op> __device__ __forceinline__ T combine(T *values, T v, Op op) {
  values[threadIdx.x] = v;
  __syncthreads();
  for (int width = 128; width > 0; width /= 2) {
    if (threadIdx.x < width)
      values[threadIdx.x] = op(values[threadIdx.x], values[threadIdx.x + width]);
    __syncthreads();
  }
  v = values[0];
  __syncthreads();
  return v;
}

// softmax has a block of 256 threads for a row. In float64: relative to the largest logit a
// float32 difference of -80 is off by 4e-6, and so would be its power of e.
__device__ __forceinline__ void softmaxRows(const Softmax &p) {
  __shared__ float maxima[256];
  __shared__ double sums[256];
  for (int n = blockIdx.x; n < p.n; n += gridDim.x) {
    const float *logits = (const float *)p.logits + (u64)n * p.stride;
    float largest = __uint_as_float(0xff800000u);
    for (int i = threadIdx.x; i < p.classes; i += 256)
      largest = maximumOf(largest, logits[i]);
    largest = combine(maxima, largest, [](float a, float b) { return maximumOf(a, b); });
    double sum = 0;
    for (int i = threadIdx.x; i < p.classes; i += 256)
      sum += exp((double)logits[i] - largest);
    sum = combine(sums, sum, [](double a, double b) { return a + b; });
    for (int i = threadIdx.x; i < p.classes; i += 256)
      ((float *)p.out)[(u64)n * p.classes + i] = (float)(exp((double)logits[i] - largest) / sum);
  }
}
