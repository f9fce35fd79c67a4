package model

import "context"

// Engine computes the trunk. An engine is the whole network: it holds its
// weights packed the way its kernels want them, and one call of Forward uses all
// cores, or a whole GPU, that it was given.
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

	// ForwardFrom computes cuts from the values of another cut instead of pixels, for
	// n = len(x)/from.Dim() pages. Every cut must be a function of the other one (Cut.From).
	//
	//	x       (n, from.Dim()) float32, as Forward writes them, not retained
	//	dst[i]  (n, cuts[i].Dim()) float32, overwritten
	//
	// From values of the same engine it computes what Forward does: to the last bit on the
	// CPU and in bfloat16, and within 1e-6 (relative RMS) on a GPU in float32, whose
	// activations are not determined by their values alone. Errors are those of Forward.
	ForwardFrom(ctx context.Context, from Cut, x []float32, cuts []Cut, dst [][]float32) error

	// Concurrency is how many goroutines may call these at the same time, at
	// least 1. More than 1 is for a GPU, which copies one batch while it computes
	// another, and for several GPUs, each of which takes a batch when it comes free.
	Concurrency() int

	// Name says what computes, for people: "cpu avx512 float32".
	Name() string

	// Close frees what the engine holds. It is called when no Forward is under way
	// any more, and the engine is not used afterwards.
	Close() error
}

// Profiler is an Engine that says where its time goes. The engines on the CPU and on GPUs
// are; benchmarks ask for it, a run does not.
type Profiler interface {
	Engine

	// Measure is Forward, and adds the time of each layer to the profile: that of all
	// processors together.
	Measure(ctx context.Context, pixels []uint8, cuts []Cut, dst [][]float32, profile *Profile) error

	// Processors is how many compute at the same time: threads of the CPU, or GPUs.
	Processors() int

	// Peak measures the floating-point operations a second that all of them reach with
	// nothing but products.
	Peak() (float64, error)

	// Memory returns the bytes that are held of GPUs' memory.
	Memory() uint64
}
