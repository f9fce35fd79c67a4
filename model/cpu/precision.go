package cpu

import (
	"fmt"

	"cutpoint/model/kernel"
)

// The precisions of Options.
const (
	Float32  = "float32"
	BFloat16 = "bfloat16"
)

// precision is how an engine computes in bfloat16, if it does.
type precision struct {
	how    way
	kernel kernel.BFloat16 // if paired
}

// way is what becomes of the numbers.
type way uint8

const (
	exact   way = iota // float32
	rounded            // to bfloat16, kept and multiplied as float32
	paired             // bfloat16 in pairs, on AVX512_BF16
)

// selectKernels returns the float32 kernels, which every engine needs, and how it
// computes in bfloat16.
func selectKernels(opt Options) (kernel.Float32, precision, error) {
	var p precision
	name := opt.Kernel
	switch opt.Precision {
	case "", Float32:
	case BFloat16:
		p.how = rounded
		k, ok := kernel.SelectBFloat16()
		if ok && (name == "" || name == kernel.NameBFloat16) {
			p, name = precision{paired, k}, ""
		}
	default:
		return kernel.Float32{}, p, fmt.Errorf("precision %q is not known: choose %s or %s", opt.Precision, Float32, BFloat16)
	}
	k, err := kernel.Select(name)
	return k, p, err
}

// round rounds values to bfloat16 in place.
func round(x []float32) {
	for i, v := range x {
		x[i] = kernel.Nearest(v)
	}
}

// round rounds a map in place.
func (a activation) round(threads int) {
	parallel(threads, a.H, func(y int) {
		for x := range a.W {
			round(a.pixel(y, x))
		}
	})
}
