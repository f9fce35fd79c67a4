// Both ends of the network, for every GPU: pixels to the first layer, and what leaves the GPU.
// Their numbers of threads stand in embed.go too.
#include "first.cuh"
#include "small.cuh"

// ENTRY is a kernel of THREADS threads; BLOCKS of them shall fit into a multiprocessor.
#define ENTRY(name, threads, blocks, parameters, body)                                                                  \
  extern "C" __global__ void __launch_bounds__(threads, blocks) name(parameters p) { body; }

ENTRY(first_p1, 128, 4, First, FirstConvolution<1>::run(p))
ENTRY(first_p2, 128, 2, First, FirstConvolution<2>::run(p))

ENTRY(flat_p1, 256, 1, Flat, flatten<1>(p))
ENTRY(flat_p2, 256, 1, Flat, flatten<2>(p))
ENTRY(mean_p1, 256, 1, Reduce, (reduce<1, Mean>(p)))
ENTRY(mean_p2, 256, 1, Reduce, (reduce<2, Mean>(p)))
ENTRY(maximum_p1, 256, 1, Reduce, (reduce<1, Maximum>(p)))
ENTRY(maximum_p2, 256, 1, Reduce, (reduce<2, Maximum>(p)))
ENTRY(softmax, 256, 1, Softmax, softmaxRows(p))
