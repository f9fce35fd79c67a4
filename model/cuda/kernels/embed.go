package kernels

import _ "embed"

// Ends is PTX for compute capability 8.0 and everything newer: the first layer, and the
// conversion of activations that leave the GPU.
//
//go:embed ends.ptx
var Ends string

// SM80 is PTX for the same GPUs: matrix products by mma.sync, fed by cp.async.
//
//go:embed sm80.ptx
var SM80 string

// Kernel is what a host must know of an entry point to launch it.
type Kernel struct {
	Name    string
	Threads int // of a block
	Shared  int // bytes of dynamic shared memory a block
	Blocks  int // that a multiprocessor takes at a time if it has 164 KB of shared memory
	// Of convolutions: the planes of activations and weights, a tile's pixels (at most) and
	// output channels, and whether a 2×2 max-pool follows.
	Planes, BM, BN int
	Pool           bool
}

// EndsKernels are the entry points of Ends. All loop over their work: any grid will do, and
// the multiprocessors times Blocks is the best.
var EndsKernels = []Kernel{
	{Name: "first_p1", Threads: 128, Blocks: 4},
	{Name: "first_p2", Threads: 128, Blocks: 3},
	{Name: "flat_p1", Threads: 256, Blocks: 8},
	{Name: "flat_p2", Threads: 256, Blocks: 8},
	{Name: "mean_p1", Threads: 256, Blocks: 3},
	{Name: "mean_p2", Threads: 256, Blocks: 3},
	{Name: "maximum_p1", Threads: 256, Blocks: 4},
	{Name: "maximum_p2", Threads: 256, Blocks: 4},
	{Name: "softmax", Threads: 256, Blocks: 4},
}

// SM80Kernels are the entry points of SM80. All loop over their work: any grid will do, and
// the multiprocessors times Blocks is the best.
var SM80Kernels = []Kernel{
	{Name: "conv_p1_n128", Threads: 128, Shared: 3 * 16384, Blocks: 2, Planes: 1, BM: 128, BN: 128},
	{Name: "conv_p1_n128_pool", Threads: 128, Shared: 3 * 16384, Blocks: 2, Planes: 1, BM: 128, BN: 128, Pool: true},
	{Name: "conv_p1_n64", Threads: 128, Shared: 4 * 12288, Blocks: 3, Planes: 1, BM: 128, BN: 64},
	{Name: "conv_p1_n64_pool", Threads: 128, Shared: 4 * 12288, Blocks: 3, Planes: 1, BM: 128, BN: 64, Pool: true},
	{Name: "conv_p2_n128", Threads: 256, Shared: 3 * 32768, Blocks: 1, Planes: 2, BM: 128, BN: 128},
	{Name: "conv_p2_n128_pool", Threads: 256, Shared: 3 * 32768, Blocks: 1, Planes: 2, BM: 128, BN: 128, Pool: true},
	{Name: "conv_p2_n64", Threads: 128, Shared: 2 * 24576, Blocks: 2, Planes: 2, BM: 128, BN: 64},
	{Name: "conv_p2_n64_pool", Threads: 128, Shared: 2 * 24576, Blocks: 2, Planes: 2, BM: 128, BN: 64, Pool: true},
	{Name: "peak", Threads: 256, Blocks: 2},
}

// SM80PeakFLOP is what a block of the kernel peak computes in a round.
const SM80PeakFLOP = 8 * 16 * 2 * 16 * 8 * 16
