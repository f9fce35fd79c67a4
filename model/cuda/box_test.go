package cuda

import (
	"testing"

	"cutpoint/model/cuda/kernels"
)

func never(box) bool { return false }

func TestBestBox(t *testing.T) {
	for _, c := range []struct {
		w, h, n, rows int
		pool          bool
		tiles         int
	}{
		{224, 224, 256, 256, true, 256 * 196}, {224, 224, 1, 128, true, 392}, {112, 112, 4, 256, false, 4 * 49},
		{56, 56, 256, 256, false, 256 * 3136 / 256}, {28, 28, 256, 128, true, 256 * 784 / 128}, {14, 14, 256, 256, true, 196},
		{14, 14, 1, 256, false, 1}, {14, 14, 1, 128, false, 2}, {1, 1, 256, 128, false, 2}, {1, 1, 1, 256, false, 1}, {7, 5, 3, 128, false, 1},
	} {
		b := bestBox(c.w, c.h, c.n, c.rows, c.pool, never)
		if got := b.count(c.w, c.h, c.n); got != c.tiles || b.w*b.h*b.n > c.rows {
			t.Errorf("%+v: %+v makes %d tiles", c, b, got)
		}
	}
}

// TestBestBoxCovers: whatever the map, a box is not empty, holds no more than a tile's rows,
// and whole windows under a pool.
func TestBestBoxCovers(t *testing.T) {
	for side := 2; side <= 40; side++ {
		for n := 1; n < 6; n++ {
			for _, pool := range []bool{false, true} {
				b := bestBox(side, 42-side, n, 128, pool, never)
				if b.w < 1 || b.h < 1 || b.n < 1 || b.w*b.h*b.n > 128 || pool && (b.w|b.h)&1 != 0 {
					t.Errorf("%d×%d of %d, pool %v: %+v", side, 42-side, n, pool, b)
				}
			}
		}
	}
}

// TestTallBox: among the boxes with the fewest tiles the highest tall one is taken. All maps
// of the network have one.
func TestTallBox(t *testing.T) {
	k := find(kernels.SM90aKernels, 1, 128, false)
	tall := func(b box) bool {
		return kernels.Tall(k, &kernels.Conv{Side: 3, BoxW: int32(b.w), BoxH: int32(b.h), BoxN: int32(b.n)})
	}
	for _, c := range []struct {
		side, n int
		want    box
	}{
		{224, 1, box{8, 32, 1}}, {112, 3, box{16, 16, 1}}, {56, 256, box{8, 8, 4}}, {28, 256, box{4, 4, 16}}, {14, 256, box{2, 2, 64}},
	} {
		got := bestBox(c.side, c.side, c.n, k.BM, false, tall)
		plain := bestBox(c.side, c.side, c.n, k.BM, false, never)
		if got != c.want || !tall(got) || got.count(c.side, c.side, c.n) != plain.count(c.side, c.side, c.n) {
			t.Errorf("%d×%d of %d: %+v, want %+v; %+v if none is tall", c.side, c.side, c.n, got, c.want, plain)
		}
	}
}
