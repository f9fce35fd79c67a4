// Package cuda computes VGG19 on NVIDIA GPUs of compute capability 8.0 and newer, through
// the driver alone (package driver) and with kernels of its own (package kernels).
//
// A batch goes up as bytes. Every convolution but the first, and every fully connected
// layer, is one launch of an implicit matrix product on tensor cores, with bias, ReLU and
// max-pool at its end; activations lie as (N, H, W, C) in two arenas, in turn a layer's input
// and output. What a cut reads is made float32 on the GPU and comes back while the next batch
// computes: each GPU has two lanes, with copies and staging buffers of their own, and one
// stream of kernels.
//
// In bfloat16 activations and weights are rounded to it and sums are float32. In float32 each
// number is the sum of two IEEE halves, its planes, and a product is three of theirs; a sum
// leaves the tensor core, which rounds toward zero, every 64 inputs or sooner.
//
// Every value is one sum in one order, whatever the batch: a page's result is the same to
// the last bit in all of them. On another kind of GPU, or on the CPU, the last bits differ.
package cuda
