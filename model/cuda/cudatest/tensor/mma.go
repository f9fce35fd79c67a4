package tensor

// MMA is mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32: D (16, 8) = A (16, 16) · B
// (16, 8) + C (16, 8), with each operand over the lanes as in "Matrix Fragments for
// mma.m16n8k16 with floating point type". C and D are float32 by their bits; A and B are
// pairs of bfloat16, the lower half first. The operands may be the same registers.
func MMA(d, c *[4]Warp, a *[4]Warp, b *[2]Warp) { multiply(bfloat, d, c, a, b) }

// MMAF16 is MMA with pairs of IEEE halves: ….f32.f16.f16.f32.
func MMAF16(d, c *[4]Warp, a *[4]Warp, b *[2]Warp) { multiply(half, d, c, a, b) }

func multiply(f format, d, c *[4]Warp, a *[4]Warp, b *[2]Warp) {
	var left rows
	var right columns
	for lane := range 32 {
		g, k := lane>>2, 2*(lane&3)
		upper, lower := &left[g], &left[g+8]
		upper[k], upper[k+1] = f.pair(a[0][lane])
		lower[k], lower[k+1] = f.pair(a[1][lane])
		upper[k+8], upper[k+9] = f.pair(a[2][lane])
		lower[k+8], lower[k+9] = f.pair(a[3][lane])
		panel, column := &right[g>>2], g&3
		panel[k][column], panel[k+1][column] = f.pair(b[0][lane])
		panel[k+8][column], panel[k+9][column] = f.pair(b[1][lane])
	}
	product(d, c, &left, &right)
}
