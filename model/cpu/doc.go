// Package cpu computes VGG19 on the processor in float32 or bfloat16.
//
// A convolution is an implicit matrix product: activations lie as (H, W, C)
// inside a border of zeros, so that nine shifted views of them are the rows of a
// matrix that is never built. Weights are packed once into the panels which
// package kernel streams. Whole pages are dealt to the threads; pages that do
// not come out even are computed by several threads together. Fully connected
// layers take a batch at once, so that each weight is read from memory once.
//
// In bfloat16 weights and activations lie in pairs of channels, which VDPBF16PS
// multiplies; sums are float32. The first layer, whose 27 inputs carry all that is
// known of a pixel, is computed in float32, and only its output rounded. Machines
// without the instruction round the same numbers and compute with the float32
// kernels: the same precision without the speed, equal but for the order of sums.
//
// Every value is one sum in one order, whatever the batch and the number of
// threads: a page's result is the same to the last bit in all of them.
package cpu
