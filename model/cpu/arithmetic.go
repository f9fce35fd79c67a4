package cpu

import (
	"fmt"
	"strings"

	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
)

// arithmetic is how an engine multiplies: numbers of which precision, by which algorithm,
// with which kernels. New chooses one; the layers that it packs compute themselves.
type arithmetic interface {
	// name is of the kernel and the precision: "avx512 float32".
	name() string
	// peak runs n rounds of multiply-adds in registers, and returns the operations done.
	peak(n int) int64
	// schedule says how pages go through the layers.
	schedule() schedule

	packFirst(l model.Layer, p model.Params, colors model.Preprocess) convolution
	packConv(l model.Layer, p model.Params) convolution
	packDense(l model.Layer, p model.Params) dense
}

// convolution is a 3×3 convolution with its packed weights.
type convolution interface {
	// convolve computes the convolution with bias and ReLU, and the 2×2 max-pool after it
	// if out is of that size, for a map of each page.
	convolve(out, in []activation, threads int)
}

// dense is a fully connected layer with its packed weights.
type dense interface {
	// multiply returns x·W + bias, (pages, outputs), after ReLU if the layer has it. It may
	// round x.
	multiply(x matrix, pages int) matrix
}

// schedule is how pages go through the layers.
type schedule struct {
	deepMap  int              // side of the largest map that several pages read together
	together int              // number of those pages that a thread takes
	strips   bool             // whether large maps are computed in strips, two layers at a time
	pairs    *kernel.BFloat16 // rounds values to maps in pairs; nil: maps are float32
}

// workers are the threads of an engine and their memory.
type workers struct {
	threads   int
	scratches chan *scratch // of blocks of tiles, one for each thread
}

func newWorkers(threads int) workers {
	w := workers{threads, make(chan *scratch, threads)}
	for range threads {
		w.scratches <- &scratch{}
	}
	return w
}

// Kernels returns the names that Options.Kernel may have on this machine with that
// precision, the fastest first; nil if there is no such precision.
func Kernels(precision string) (names []string) {
	if _, ok := kernel.DetectTiles(); ok {
		names = append(names, kernel.AMX)
	}
	switch precision {
	case "", model.Float32:
	case model.BFloat16:
		names = append(names, kernel.AvailableBFloat16()...)
	default:
		return nil
	}
	return append(names, kernel.Available()...)
}

// Check says whether New would find such a kernel and precision here.
func (opt Options) Check() error {
	_, err := chooseArithmetic(opt, workers{})
	return err
}

func chooseArithmetic(opt Options, w workers) (arithmetic, error) {
	precision, err := model.ParsePrecision(opt.Precision)
	if err != nil {
		return nil, err
	}
	name, inBFloat16 := opt.Kernel, precision == model.BFloat16
	choice := func(f exact) arithmetic { return f }
	if inBFloat16 {
		choice = func(f exact) arithmetic { return rounded{f} }
	}
	if tiles, ok := kernel.DetectTiles(); ok && (name == "" || name == kernel.AMX) {
		name, choice = "", func(f exact) arithmetic { return split{f, tiles} }
		if inBFloat16 {
			pairs, _ := kernel.SelectBFloat16("")
			choice = func(f exact) arithmetic { return tiled{f.workers, tiles, pairs} }
		}
	} else if pairs, ok := kernel.SelectBFloat16(name); ok && inBFloat16 {
		name, choice = "", func(f exact) arithmetic { return paired{f, pairs} }
	}
	if name == kernel.AMX || kernel.KnownBFloat16(name) {
		return nil, notHere(name, precision)
	}
	k, err := kernel.Select(name)
	if err != nil {
		return nil, err
	}
	return choice(exact{w, k}), nil
}

// notHere says why that kernel, which is none of float32 vectors, cannot be had.
func notHere(name, precision string) error {
	has := strings.Join(Kernels(precision), ", ")
	if name == kernel.AMX || precision == model.BFloat16 {
		return fmt.Errorf("kernel %s does not run on this machine or in this build: choose one of %s", name, has)
	}
	return fmt.Errorf("kernel %s is for %s: choose that precision, or one of %s", name, model.BFloat16, has)
}
