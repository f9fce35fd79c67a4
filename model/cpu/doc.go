// Package cpu computes VGG19 on the processor in float32.
//
// A convolution is an implicit matrix product: activations lie as (H, W, C)
// inside a border of zeros, so that nine shifted views of them are the rows of a
// matrix that is never built. Weights are packed once into the panels which
// package kernel streams. Whole pages are dealt to the threads; pages that do
// not come out even are computed by several threads together. Fully connected
// layers take a batch at once, so that each weight is read from memory once.
//
// Every value is one sum in one order, whatever the batch and the number of
// threads: a page's result is the same to the last bit in all of them.
package cpu
