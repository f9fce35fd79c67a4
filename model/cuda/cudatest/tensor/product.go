package tensor

// rows are 16 rows of A, 16 values deep.
type rows [16][16]float64

// columns are 8 columns of B, 16 values deep: two times four, side by side.
type columns [2][16][4]float64

// sums are 16 rows and 8 columns of D, in halves like columns.
type sums [16][2][4]float64

// product computes 16 rows and 8 columns of D = A·B + C as both mma.m16n8k16 and
// wgmma.m64nNk16 hold them ("Matrix Fragments for mma.m16n8k16", "Matrix Fragments for
// wgmma.mma_async.m64nNk16"). d may be c.
func product(d, c *[4]Warp, a *rows, b *columns) {
	var s sums
	s.load(c)
	for i := range s {
		multiplyAdd(&s[i][0], &a[i], &b[0])
		multiplyAdd(&s[i][1], &a[i], &b[1])
	}
	s.store(d)
}

// multiplyAdd adds one row times four columns: as many sums as the compiler keeps in
// registers, unrolled four times because a step's additions wait for the one before. A fused
// multiply-add would change nothing, as the products are exact.
func multiplyAdd(sums *[4]float64, a *[16]float64, b *[16][4]float64) {
	s0, s1, s2, s3 := sums[0], sums[1], sums[2], sums[3]
	for k := 0; k < 16; k += 4 {
		x, w := a[k], &b[k]
		s0 += x * w[0]
		s1 += x * w[1]
		s2 += x * w[2]
		s3 += x * w[3]
		x, w = a[k+1], &b[k+1]
		s0 += x * w[0]
		s1 += x * w[1]
		s2 += x * w[2]
		s3 += x * w[3]
		x, w = a[k+2], &b[k+2]
		s0 += x * w[0]
		s1 += x * w[1]
		s2 += x * w[2]
		s3 += x * w[3]
		x, w = a[k+3], &b[k+3]
		s0 += x * w[0]
		s1 += x * w[1]
		s2 += x * w[2]
		s3 += x * w[3]
	}
	sums[0], sums[1], sums[2], sums[3] = s0, s1, s2, s3
}

// load takes the sums from the lanes: lane 4g+t has columns 2t and 2t+1 of row g in the first
// two registers, and of row g+8 in the others.
func (s *sums) load(c *[4]Warp) {
	for lane := range 32 {
		g, half, at := lane>>2, lane>>1&1, lane&1*2
		s[g][half][at], s[g][half][at+1] = float(c[0][lane]), float(c[1][lane])
		s[g+8][half][at], s[g+8][half][at+1] = float(c[2][lane]), float(c[3][lane])
	}
}

// store rounds the sums and gives them back to the lanes.
func (s *sums) store(d *[4]Warp) {
	for lane := range 32 {
		g, half, at := lane>>2, lane>>1&1, lane&1*2
		upper, lower := &s[g][half], &s[g+8][half]
		for i, x := range [4]float64{upper[at], upper[at+1], lower[at], lower[at+1]} {
			bits, normal := truncate(x)
			if !normal {
				bits = truncateOther(x)
			}
			d[i][lane] = bits
		}
	}
}
