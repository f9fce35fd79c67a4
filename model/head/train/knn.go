package train

import (
	"context"
	"fmt"
	"strconv"

	"cutpoint/model/head"
	"cutpoint/model/internal/parallel"
)

// KNN is a vote of the training pages whose vectors point in the most similar
// direction (cosine similarity). It trains nothing: a baseline.
type KNN struct {
	// Neighbours that vote; 0 means 5. Fewer vote where there are fewer pages.
	Neighbours int
}

// Name returns "knn".
func (KNN) Name() string { return head.KNNName }

// Train keeps the rows.
func (t KNN) Train(ctx context.Context, d Data) (*head.Head, error) {
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("train a knn head: %w", err)
	}
	if t.Neighbours < 0 {
		return nil, fmt.Errorf("train a knn head: %d neighbours cannot vote", t.Neighbours)
	}
	if t.Neighbours == 0 {
		t.Neighbours = 5
	}
	n := &head.Neighbours{K: min(t.Neighbours, d.Len()), Classes: make([]int32, d.Len()),
		Pages: head.Dense{In: d.Dim, Out: d.Len(), Kernel: make([]float32, d.Dim*d.Len()), Bias: make([]float32, d.Len())}}
	parallel.For(d.Len(), func(i int) {
		x := d.Row(i)
		length := head.InverseLength(x)
		for j, v := range x {
			n.Pages.Kernel[j*d.Len()+i] = float32(float64(v) * length)
		}
		n.Classes[i] = int32(d.Y[d.At(i)])
	})
	return &head.Head{Kind: head.KNNName, Dim: d.Dim, Classes: d.Classes, Normalize: true, Neighbours: n,
		Options: map[string]string{"neighbours": strconv.Itoa(n.K), "rows": strconv.Itoa(d.Len()), "metric": "cosine"}}, ctx.Err()
}
