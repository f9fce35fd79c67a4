// Package cpu computes VGG19 on the processor in float32 or bfloat16.
//
// A convolution goes through Winograd's transforms (package kernel), which leave a quarter
// of the multiplications of the direct sums: activations lie as (H, W, C) inside a border
// of zeros; tiles of 6×6 pixels are brought to 36 places, each place's product with the
// transformed weights is a matrix product, and tiles of 4×4 outputs are brought back, with
// bias, ReLU and the max-pool on the way. Blocks of tiles keep what is between the
// transforms in the caches. The first layer, with three channels, is a direct sum.
//
// Pages are divided among the threads. Where maps are small and weights large, a thread
// takes a few pages through a layer together; the pages left over are computed by several
// threads each. Fully connected layers take a batch at once, so that each weight is read
// from memory once.
//
// In bfloat16 the transformed tiles and weights, and the inputs and weights of the fully
// connected layers, are rounded and multiplied in pairs by VDPBF16PS; sums, and everything
// between the products, are float32. The first layer, which reads the pixels, is computed
// in float32. Machines without these instructions round the same numbers and multiply them
// with the float32 kernels: the results differ by the order of sums only.
//
// On AMX direct convolution beats Winograd in bfloat16: convolutions are direct sums, and
// maps stay in pairs from layer to layer; blocks 1 and 2 are computed in strips, and in
// blocks 3 to 5 eight pages lie side by side. The first layer reads a pixel's bytes as they
// are. In float32 Winograd's transformed tiles and weights are split into three bfloat16
// numbers each; of the nine products the three smallest are below float32's precision and
// left out. Everything else is float32.
//
// These are the values of one interface, arithmetic, of which New chooses one; a layer that
// it packs computes itself.
//
// Every value is one sum in one order, whatever the batch and the number of
// threads: a page's result is the same to the last bit in all of them.
package cpu
