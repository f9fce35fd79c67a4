package cudatest

import "math/bits"

// all is the mask of a whole warp.
const all = 0xffffffff

// operation is what an instruction does to the lanes of a mask that is not empty.
type operation func(w *warp, m uint32)

// cell is what a register of a lane holds.
type cell interface{ uint32 | uint64 }

// The shapes of scalar instructions. Registers are given by their index; constants are
// kept in registers, too, so that every operand is one.

func each1[A, D cell](d *[32]D, a *[32]A, m uint32, f func(A) D) {
	if m == all {
		for i := range d {
			d[i] = f(a[i])
		}
		return
	}
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		d[i] = f(a[i])
	}
}

func each2[A, B, D cell](d *[32]D, a *[32]A, b *[32]B, m uint32, f func(A, B) D) {
	if m == all {
		for i := range d {
			d[i] = f(a[i], b[i])
		}
		return
	}
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		d[i] = f(a[i], b[i])
	}
}

func each3[A, C, D cell](d *[32]D, a, b *[32]A, c *[32]C, m uint32, f func(A, A, C) D) {
	if m == all {
		for i := range d {
			d[i] = f(a[i], b[i], c[i])
		}
		return
	}
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		d[i] = f(a[i], b[i], c[i])
	}
}

// test is the mask of lanes for which f holds.
func test[A cell](a, b *[32]A, m uint32, f func(A, A) bool) (out uint32) {
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		if f(a[i], b[i]) {
			out |= 1 << i
		}
	}
	return out
}

// choose takes a where the mask's bit is set and b elsewhere.
func choose[A cell](d, a, b *[32]A, which, m uint32) {
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		if which>>i&1 != 0 {
			d[i] = a[i]
		} else {
			d[i] = b[i]
		}
	}
}

func copyLanes[A cell](d, a *[32]A, m uint32) {
	if m == all {
		*d = *a
		return
	}
	for ; m != 0; m &= m - 1 {
		i := bits.TrailingZeros32(m) & 31
		d[i] = a[i]
	}
}
