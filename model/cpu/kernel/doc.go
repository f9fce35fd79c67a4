// Package kernel holds the inner loops of the CPU engines: products of rows
// with packed weight panels, from which both convolutions and fully connected
// layers are made, and Winograd's transforms, which make a convolution such a product.
//
// Three sets of files serve the training of heads (package model/head) and not the network:
// sparse*.* multiply features without their zeros, adam*.* take an optimiser's steps, and
// heads_*.go declare the assembly of both. Heads also use Product, whose rows may be
// features as well as pixels.
//
// Every kernel comes as a quartet: the exported, documented function; a generic
// twin in Go, always compiled, which is the reference in tests; the assembly in
// a .s file; and its declaration. The build tag purego leaves only the twins.
//
// A product's sums are accumulated in one fixed order, the order of the panel,
// whatever the number of rows and whatever tile a row falls into. A row's
// result is therefore the same to the last bit in every batch. Implementations
// differ from each other in the last bits: the assembly fuses multiply and add,
// the generic twin rounds in between.
package kernel
