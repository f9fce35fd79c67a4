//go:build (amd64 || arm64) && !purego

package kernel

import "unsafe"

// tile is a Product or a PairProduct as the assembly takes it: strides in bytes, the
// rest as there. The number of rows is in the routine's name.
type tile struct {
	dst        unsafe.Pointer
	dstStride  uintptr
	src        unsafe.Pointer
	srcStride  uintptr
	panel      unsafe.Pointer
	init       *float32
	initStride uintptr
	offsets    *int
	segments   int
	length     int
	relu       int
}

// multiplyAssembly cuts the rows into tiles.
func multiplyAssembly(i isa, n int, p *Product) {
	if len(p.Offsets) == 0 || p.Length == 0 {
		multiplyGeneric(n, widths[i], p)
		return
	}
	t := tile{
		dstStride: uintptr(4 * p.DstStride), srcStride: uintptr(4 * p.SrcStride), initStride: uintptr(4 * p.InitStride),
		panel: unsafe.Pointer(&p.Panel[0]), offsets: &p.Offsets[0], segments: len(p.Offsets), length: p.Length,
	}
	if p.ReLU {
		t.relu = 1
	}
	for row := 0; row < n; {
		t.dst, t.src, t.init = unsafe.Pointer(&p.Dst[row*p.DstStride]), unsafe.Pointer(&p.Src[row*p.SrcStride]), &p.Init[row*p.InitStride]
		row += multiplyTile(i, n-row, &t)
	}
}
