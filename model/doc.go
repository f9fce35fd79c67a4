// Package model describes VGG19 as data: one table of layers (Simonyan and
// Zisserman, arXiv 1409.1556, table 1, configuration E), from which shapes,
// parameter counts and operation counts are derived; the cut points at which
// the network may be read; its weights; and the interface that every engine
// that computes it satisfies.
//
// Layout is HWC everywhere: element (h, w, c) of a (H, W, C) map has the index
// (h·W + w)·C + c, as Keras flattens it.
package model
