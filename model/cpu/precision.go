package cpu

import (
	"fmt"
	"strings"

	"cutpoint/model/cpu/kernel"
)

// The precisions of Options.
const (
	Float32  = "float32"
	BFloat16 = "bfloat16"
)

// precision is how an engine multiplies, besides its float32 kernels.
type precision struct {
	how   way
	pairs kernel.BFloat16 // the fastest there is: if paired, the one chosen
	tiles kernel.Tiles    // if tiled or split
}

// way is what becomes of the numbers.
type way uint8

const (
	exact   way = iota // float32
	rounded            // to bfloat16, kept and multiplied as float32
	paired             // bfloat16 in pairs, on AVX512_BF16
	tiled              // bfloat16 in pairs, on AMX: convolutions are direct sums
	split              // float32 as three bfloat16 numbers, on AMX, in convolutions
)

// inBFloat16 says whether values have eight bits.
func (w way) inBFloat16() bool { return w == rounded || w == paired || w == tiled }

// Precisions lists them, the default first.
func Precisions() []string { return []string{Float32, BFloat16} }

// Kernels returns the names that Options.Kernel may have on this machine with that
// precision, the fastest first; nil if there is no such precision.
func Kernels(precision string) (names []string) {
	if _, ok := kernel.DetectTiles(); ok {
		names = append(names, kernel.AMX)
	}
	switch precision {
	case "", Float32:
	case BFloat16:
		names = append(names, kernel.AvailableBFloat16()...)
	default:
		return nil
	}
	return append(names, kernel.Available()...)
}

// Check says whether New would find such a kernel and precision here.
func (opt Options) Check() error {
	_, _, err := selectKernels(opt)
	return err
}

// selectKernels returns the float32 kernels, which every engine needs, and how it
// multiplies besides.
func selectKernels(opt Options) (kernel.Float32, precision, error) {
	p, name := precision{}, opt.Kernel
	switch opt.Precision {
	case "", Float32:
	case BFloat16:
		p.how = rounded
	default:
		return kernel.Float32{}, p, fmt.Errorf("precision %q is not known: choose %s or %s", opt.Precision, Float32, BFloat16)
	}
	p.pairs, _ = kernel.SelectBFloat16("")
	if tiles, ok := kernel.DetectTiles(); ok && (name == "" || name == kernel.AMX) {
		p.tiles, name = tiles, ""
		if p.how = split; opt.Precision == BFloat16 {
			p.how = tiled
		}
	} else if p.how == rounded {
		if k, ok := kernel.SelectBFloat16(name); ok {
			p.how, p.pairs, name = paired, k, ""
		}
	}
	if name == kernel.AMX || kernel.KnownBFloat16(name) {
		return kernel.Float32{}, p, notHere(name, opt.Precision)
	}
	k, err := kernel.Select(name)
	return k, p, err
}

// notHere says why that kernel, which is none of float32 vectors, cannot be had.
func notHere(name, precision string) error {
	has := strings.Join(Kernels(precision), ", ")
	if name == kernel.AMX || precision == BFloat16 {
		return fmt.Errorf("kernel %s does not run on this machine or in this build: choose one of %s", name, has)
	}
	return fmt.Errorf("kernel %s is for %s: choose that precision, or one of %s", name, BFloat16, has)
}

// round rounds values to bfloat16 in place.
func round(x []float32) {
	for i, v := range x {
		x[i] = kernel.Nearest(v)
	}
}
