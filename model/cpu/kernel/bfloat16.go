package kernel

import (
	"math"
	"slices"
)

// Pair is two bfloat16 values, those of the upper sixteen bits of a float32: the one
// of the even channel in the lower half, the next channel's in the upper.
type Pair uint32

// Nearest returns the bfloat16 next to x as a float32, ties to even, as
// VCVTNE2PS2BF16 rounds: subnormal numbers become zero, NaN stays NaN. Zero is
// returned without its sign.
func Nearest(x float32) float32 {
	bits := math.Float32bits(x)
	switch {
	case x != x:
		return math.Float32frombits((bits | 1<<22) &^ 0xffff)
	case bits&0x7f800000 == 0:
		return 0
	}
	return math.Float32frombits((bits + 0x7fff + bits>>16&1) &^ 0xffff)
}

// PairOf rounds two values.
func PairOf(even, odd float32) Pair {
	return Pair(math.Float32bits(Nearest(even))>>16 | math.Float32bits(Nearest(odd)))
}

// Even and Odd return the values as float32.
func (p Pair) Even() float32 { return math.Float32frombits(uint32(p) << 16) }

// Odd is Even's sibling.
func (p Pair) Odd() float32 { return math.Float32frombits(uint32(p) &^ 0xffff) }

// BFloat16 is one implementation of the kernels on pairs. The zero value is the
// generic twin, which serves as the reference: an engine on a machine without
// these instructions is faster with rounded numbers on the float32 kernels.
type BFloat16 struct{ isa pairISA }

// pairISA is an instruction set that multiplies pairs.
type pairISA uint8

const (
	genericPairs pairISA = iota
	avx512bf16           // AVX512_BF16: fourteen rows by thirty-two outputs in registers
)

// pairNames gives the names in use in options and messages.
var pairNames = [...]string{genericPairs: "generic", avx512bf16: "avx512bf16"}

// AvailableBFloat16 returns the names of the implementations that this machine runs
// besides the generic one, the fastest first.
func AvailableBFloat16() []string {
	var available []string
	for _, i := range detectedPairs {
		available = append(available, pairNames[i])
	}
	return available
}

// KnownBFloat16 says whether some machine has an implementation of that name.
func KnownBFloat16(name string) bool { return slices.Contains(pairNames[avx512bf16:], name) }

// SelectBFloat16 returns the implementation of that name, or the fastest one if name is
// empty, if this machine has it.
func SelectBFloat16(name string) (k BFloat16, ok bool) {
	for _, i := range detectedPairs {
		if name == "" || name == pairNames[i] {
			return BFloat16{i}, true
		}
	}
	return k, false
}

// Name returns the implementation's name: "avx512bf16" or "generic".
func (k BFloat16) Name() string { return pairNames[k.isa] }

// Width returns the number of outputs in a panel.
func (k BFloat16) Width() int { return widths[avx512] }

// Panels returns the number of panels that hold that number of outputs.
func (k BFloat16) Panels(outputs int) int { return (outputs + k.Width() - 1) / k.Width() }

// PackedLen returns the length in pairs of a (rows, outputs) matrix in panels; the
// last panel and a last odd row are filled up with zeros.
func (k BFloat16) PackedLen(rows, outputs int) int {
	return k.Panels(outputs) * ((rows + 1) / 2) * k.Width()
}

// PackPanel rounds and lays out panel j of a row-major matrix: the columns from
// j·Width on, two rows in each pair.
//
//	dst    ((rows+1)/2, Width) pairs
//	matrix (rows, outputs)
func (k BFloat16) PackPanel(dst []Pair, matrix []float32, outputs, j int) {
	first := j * k.Width()
	n := min(k.Width(), outputs-first)
	for len(matrix) > 0 {
		even, odd := matrix[first:first+n], []float32(nil)
		if matrix = matrix[outputs:]; len(matrix) > 0 {
			odd = matrix[first : first+n]
			matrix = matrix[outputs:]
		}
		for c, v := range even {
			var other float32
			if odd != nil {
				other = odd[c]
			}
			dst[c] = PairOf(v, other)
		}
		clear(dst[n:k.Width()])
		dst = dst[k.Width():]
	}
}

// Narrow rounds src to pairs: dst[i] of src[2i] and src[2i+1]. src is at least twice
// as long as dst.
func (k BFloat16) Narrow(dst []Pair, src []float32) {
	src = src[:2*len(dst)]
	done := 0
	if k.isa != genericPairs {
		done = narrowAssembly(dst, src)
	}
	for i := done; i < len(dst); i++ {
		dst[i] = PairOf(src[2*i], src[2*i+1])
	}
}

// Peak is Float32's, with VDPBF16PS.
func (k BFloat16) Peak(n int) int64 {
	if k.isa == genericPairs {
		return peakGeneric(n)
	}
	return peakPairsAssembly(n)
}
