package head

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// KNNName is the recipe of KNN.
const KNNName = "knn"

// KNN is a vote of the training pages whose vectors point in the most similar
// direction (cosine similarity). It trains nothing: a baseline.
type KNN struct {
	// Neighbours that vote; 0 means 5. Fewer vote where there are fewer pages.
	Neighbours int
}

// Name returns "knn".
func (KNN) Name() string { return KNNName }

// Train keeps the rows.
func (t KNN) Train(ctx context.Context, d Data) (*Head, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("train a knn head: %w", err)
	}
	if t.Neighbours < 0 {
		return nil, fmt.Errorf("train a knn head: %d neighbours cannot vote", t.Neighbours)
	}
	if t.Neighbours == 0 {
		t.Neighbours = 5
	}
	n := &Neighbours{K: min(t.Neighbours, d.Len()), Classes: make([]int32, d.Len()),
		Pages: Dense{In: d.Dim, Out: d.Len(), Kernel: make([]float32, d.Dim*d.Len()), Bias: make([]float32, d.Len())}}
	parallel(d.Len(), func(i int) {
		x := d.Row(i)
		length := reciprocalLength(x)
		for j, v := range x {
			n.Pages.Kernel[j*d.Len()+i] = float32(float64(v) * length)
		}
		n.Classes[i] = int32(d.Y[d.At(i)])
	})
	return &Head{Kind: KNNName, Dim: d.Dim, Classes: d.Classes, Normalize: true, Neighbours: n,
		Options: map[string]string{"neighbours": strconv.Itoa(n.K), "rows": strconv.Itoa(d.Len()), "metric": "cosine"}}, ctx.Err()
}

// Neighbours are pages whose classes are known.
type Neighbours struct {
	K       int     // how many vote
	Pages   Dense   // In = D, Out = M: a column of the kernel is a page's vector of length 1
	Classes []int32 // (M)
}

// vote writes log((votes + 1)/(K + classes)) to dst, (n, classes), for the rows
// of x, (n, D): Laplace's rule of succession, so that no class is impossible.
func (v *Neighbours) vote(x []float32, n, classes int, dst []float64) {
	pages := v.Pages.Out
	similar := v.Pages.forward(x, n, false) // (n, M)
	parallel(n, func(i int) {
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

// nearest returns the places of the k largest similarities, the first of equals.
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
