package kernels

import (
	_ "embed"
	"fmt"
)

// SM90a is PTX for compute capability 9.0 alone (H100, H200, GH200): tensor copies and wgmma.
// It has faster convolutions; SM80 has everything else.
//
//go:embed sm90a.ptx
var SM90a string

// SM90aKernels are the entry points of SM90a. A multiprocessor takes one block. Convolutions
// take the maps of PixelMap and WeightMap before Conv, and do not read Conv's In and Weights.
var SM90aKernels = append(convolutionsSM90a(""), Kernel{Name: "peak", Threads: 256, Blocks: 1})

// SM90aTallKernels are the same convolutions for the boxes that Tall accepts: they give
// the same bits and take less from L2.
var SM90aTallKernels = convolutionsSM90a("_tall")

func convolutionsSM90a(variant string) []Kernel {
	var all []Kernel
	for _, planes := range []int{1, 2} {
		for _, columns := range []int{128, 64} {
			name := fmt.Sprintf("conv_p%d_n%d%s", planes, columns, variant)
			k := Kernel{Name: name, Threads: 384, Shared: sharedSM90a, Blocks: 1, Planes: planes, BM: 256 / planes, BN: columns}
			all = append(all, k)
			k.Name, k.Pool = name+"_pool", true
			all = append(all, k)
		}
	}
	return all
}

// Tall reports whether one of SM90aTallKernels may be used.
func Tall(k Kernel, p *Conv) bool {
	most := int32(32)
	if k.Planes == 1 && k.BN == 128 {
		most = 128
	}
	return p.Side == 3 && p.OutFloat == 0 && p.BoxW*p.BoxN%8 == 0 && p.BoxW*p.BoxN <= most
}

// TensorMap is what a tensor map says of an array of 16-bit numbers: dimensions from the
// innermost on, the bytes from one to the next of each but the first, and the box of a copy.
// Swizzle is of 128 bytes, what lies outside is zero.
type TensorMap struct {
	Dims, Strides []uint64
	Box           []uint32
}

// PixelMap is the map of a convolution's input. A tall kernel's copies have two rows of
// pixels more, and take the images' rows side by side: with several images strides do not
// grow then. cuda.h's formula has them grow; other kernels for Hopper rely on drivers that
// accept them as they are, but this one has not been run by a driver yet.
func PixelMap(tall bool, planes int, p *Conv) TensorMap {
	c, w, h, n := uint64(p.C), uint64(p.W), uint64(p.H), uint64(p.N)
	m := TensorMap{
		Dims:    []uint64{c, w, h, n, uint64(planes)},
		Strides: []uint64{c * 2, w * c * 2, h * w * c * 2, p.InPlane * 2},
		Box:     []uint32{64, uint32(p.BoxW), uint32(p.BoxH), uint32(p.BoxN), 1},
	}
	if tall {
		m.Box[2] += 2
		if p.BoxN > 1 {
			m.Dims[2], m.Dims[3] = m.Dims[3], m.Dims[2]
			m.Strides[1], m.Strides[2] = m.Strides[2], m.Strides[1]
			m.Box[2], m.Box[3] = m.Box[3], m.Box[2]
		}
	}
	return m
}

// WeightMap is the map of a convolution's weights.
func WeightMap(k Kernel, p *Conv) TensorMap {
	row := uint64(p.Side * p.Side * p.C)
	return TensorMap{
		Dims:    []uint64{row, uint64(p.Outputs), uint64(k.Planes)},
		Strides: []uint64{row * 2, p.WeightsPlane * 2},
		Box:     []uint32{64, uint32(k.BN), 1},
	}
}

// sharedSM90a is all that a block may have, 227 KB.
const sharedSM90a = 232448

// SM90aPeakFLOP is what a block of SM90a's kernel peak computes in a round.
const SM90aPeakFLOP = 2 * 8 * 2 * 64 * 16 * 256
