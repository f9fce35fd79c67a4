package model

import "context"

// Engine computes the trunk. An engine is the whole network: it holds its
// weights packed the way its kernels want them. Forward may be called from one
// goroutine at a time; the engine itself uses all cores it was given.
type Engine interface {
	// Forward computes cuts for n = len(pixels)/InputShape().Len() pages in one
	// pass that stops at the deepest cut.
	//
	//	pixels  (n, 224, 224, 3) RGB, row-major, not retained
	//	dst[i]  (n, cuts[i].Dim()) float32, overwritten
	//
	// A page's values do not depend on what else is in the batch or on its place
	// in it: they are the same to the last bit for every batch size.
	//
	// It returns ctx's error soon after ctx is done, and an error that names the
	// argument if lengths disagree or the weights do not serve a cut.
	Forward(ctx context.Context, pixels []uint8, cuts []Cut, dst [][]float32) error

	// Name says what computes, for people: "cpu avx512 float32".
	Name() string

	// Close frees what the engine holds; the engine is not used afterwards.
	Close() error
}
