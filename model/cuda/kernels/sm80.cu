// Matrix products for sm_80 and newer. Their numbers of threads stand in embed.go too.
#include "conv_sm80.cuh"
#include "peak_sm80.cuh"

#define CONV(name, planes, columns, pool, blocks)                                                                       \
  extern "C" __global__ void __launch_bounds__(Convolution<planes, columns, pool>::THREADS, blocks) name(Conv p) {     \
    Convolution<planes, columns, pool>::run(p);                                                                        \
  }

CONV(conv_p1_n128, 1, 128, false, 2)
CONV(conv_p1_n128_pool, 1, 128, true, 2)
CONV(conv_p1_n64, 1, 64, false, 3)
CONV(conv_p1_n64_pool, 1, 64, true, 3)
CONV(conv_p2_n128, 2, 128, false, 1)
CONV(conv_p2_n128_pool, 2, 128, true, 1)
CONV(conv_p2_n64, 2, 64, false, 2)
CONV(conv_p2_n64_pool, 2, 64, true, 2)

extern "C" __global__ void __launch_bounds__(256, 1) peak(Peak p) { peakRounds(p); }
