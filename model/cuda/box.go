package cuda

// box is the shape of a tile's pixels: columns, rows and images.
type box struct{ w, h, n int }

// count returns how many boxes cover n maps.
func (b box) count(w, h, n int) int {
	return ceilDiv(w, b.w) * ceilDiv(h, b.h) * ceilDiv(n, b.n)
}

// bestBox returns the box of at most rows pixels that covers n maps in the fewest tiles. Of
// those it takes one that is tall, if there is, and of these the highest, which reads the
// fewest pixels twice; otherwise the widest, whose pixels lie together. Under a max-pool a box
// holds whole windows.
func bestBox(w, h, n, rows int, pool bool, tall func(box) bool) box {
	step := 1
	if pool {
		step = 2
	}
	best, fewest, bestTall := box{}, 0, false
	for bw := step * (min(w, rows/step) / step); bw >= step; bw -= step {
		for bh := step * (min(h, rows/bw) / step); bh >= step; bh -= step {
			b := box{bw, bh, min(n, rows/(bw*bh))}
			count, isTall := b.count(w, h, n), tall(b)
			if best.w == 0 || count < fewest || count == fewest && isTall && (!bestTall || b.h > best.h) {
				best, fewest, bestTall = b, count, isTall
			}
		}
	}
	return best
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
