package cpu

import (
	"fmt"
	"strings"

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
	paired             // bfloat16 in pairs, on AMX or AVX512_BF16
)

// Precisions lists them, the default first.
func Precisions() []string { return []string{Float32, BFloat16} }

// Kernels returns the names that Options.Kernel may have on this machine with that
// precision, the fastest first; nil if there is no such precision.
func Kernels(precision string) []string {
	switch precision {
	case "", Float32:
		return kernel.Available()
	case BFloat16:
		return append(kernel.AvailableBFloat16(), kernel.Available()...)
	}
	return nil
}

// Check says whether New would find such a kernel and precision here.
func (opt Options) Check() error {
	_, _, err := selectKernels(opt)
	return err
}

// selectKernels returns the float32 kernels, which every engine needs, and how it
// computes in bfloat16.
func selectKernels(opt Options) (kernel.Float32, precision, error) {
	var p precision
	name := opt.Kernel
	switch opt.Precision {
	case "", Float32:
	case BFloat16:
		p.how = rounded
		if k, ok := kernel.SelectBFloat16(name); ok {
			p, name = precision{paired, k}, ""
		}
	default:
		return kernel.Float32{}, p, fmt.Errorf("precision %q is not known: choose %s or %s", opt.Precision, Float32, BFloat16)
	}
	if kernel.KnownBFloat16(name) {
		return kernel.Float32{}, p, noBFloat16(name, opt.Precision)
	}
	k, err := kernel.Select(name)
	return k, p, err
}

// noBFloat16 says why that kernel, which is for bfloat16, cannot be had.
func noBFloat16(name, precision string) error {
	has := strings.Join(Kernels(precision), ", ")
	if precision == BFloat16 {
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
