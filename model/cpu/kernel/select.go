package kernel

import (
	"fmt"
	"slices"
	"strings"
)

// Float32 is one implementation of the float32 kernels. The zero value is the
// generic one; Select returns the others.
type Float32 struct {
	isa isa
}

// isa is an instruction set that has kernels here.
type isa uint8

const (
	generic isa = iota
	avx2        // AVX2 and FMA: six rows by sixteen outputs in registers
	avx512      // AVX-512 F, BW, DQ and VL: fourteen rows by thirty-two outputs
	neon        // Advanced SIMD of arm64: five rows by sixteen outputs
)

// names gives the names in use in options and messages.
var names = [...]string{generic: "generic", avx2: "avx2", avx512: "avx512", neon: "neon"}

// widths gives the number of outputs in a panel.
var widths = [...]int{generic: 4, avx2: 16, avx512: 32, neon: 16}

// Available returns the names of the implementations that this machine runs,
// the fastest first. The last is always "generic".
func Available() []string {
	var available []string
	for _, i := range detected {
		available = append(available, names[i])
	}
	return available
}

// Select returns the implementation of that name, or the fastest one if name is
// empty. The error names what this machine has instead.
func Select(name string) (Float32, error) {
	if name == "" {
		return Float32{detected[0]}, nil
	}
	for _, i := range detected {
		if names[i] == name {
			return Float32{i}, nil
		}
	}
	has := strings.Join(Available(), ", ")
	if slices.Contains(names[:], name) {
		return Float32{}, fmt.Errorf("kernel %s does not run on this machine or in this build: choose one of %s", name, has)
	}
	return Float32{}, fmt.Errorf("unknown kernel %q: choose one of %s", name, has)
}

// Name returns the implementation's name: "avx512", "avx2", "neon" or "generic".
func (k Float32) Name() string { return names[k.isa] }

// Width returns the number of outputs in a panel.
func (k Float32) Width() int { return widths[k.isa] }
