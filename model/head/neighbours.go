package head

import (
	"cmp"
	"math"
	"slices"

	"cutpoint/model/internal/parallel"
)

// Neighbours are pages whose classes are known.
type Neighbours struct {
	K       int     // number of pages that vote
	Pages   Dense   // In = D, Out = M: a column of the kernel is a page's vector of length 1
	Classes []int32 // (M)
}

// vote writes log((votes + 1)/(K + classes)) to dst, (n, classes), for the rows
// of x, (n, D): Laplace's rule of succession, so that no class is impossible.
func (v *Neighbours) vote(x []float32, n, classes int, dst []float64) {
	pages := v.Pages.Out
	similar := v.Pages.forward(x, n, false) // (n, M)
	parallel.For(n, func(i int) {
		nearest := nearest(similar[i*pages:(i+1)*pages], v.K)
		votes := make([]int, classes)
		for _, p := range nearest {
			votes[v.Classes[p]]++
		}
		for k, c := range votes {
			dst[i*classes+k] = math.Log(float64(c+1) / float64(v.K+classes))
		}
	})
}

// nearest returns the indexes of the k largest similarities, the first of equals.
func nearest(similar []float32, k int) []int {
	order := func(a, b int) int { return cmp.Or(cmp.Compare(similar[b], similar[a]), a-b) }
	var best []int // sorted, at most k
	for i, s := range similar {
		if len(best) == k && s <= similar[best[k-1]] {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, i, order)
		best = slices.Insert(best, at, i)
		best = best[:min(len(best), k)]
	}
	return best
}
