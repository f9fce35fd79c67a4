package featurize

import (
	"fmt"
	"slices"

	"cutpoint/schemas"
)

const stageRound = "round"

// ClassOutOfRange is the class of a page's failure to have values within float16's
// range. A store of float32 values can hold it.
const ClassOutOfRange = "out-of-range"

// roundHalves is where vectors become float16: between the engine, which knows
// float32 alone, and the part. A page with a value beyond the range at any of its
// cuts is stored at none: it becomes a failure, and its vectors are dropped.
func (r *run) roundHalves(b *batch) {
	for n := range b.pages {
		t := &b.pages[n]
		for i, c := range r.opt.Cuts {
			if t.wanted&(1<<i) == 0 {
				continue
			}
			vector := b.vectors[i][n*c.Dim() : (n+1)*c.Dim()]
			if at := schemas.RoundHalf(vector); at >= 0 {
				r.dropOutOfRange(b, t, fmt.Sprintf("value %d of cut %s is %v, and float16 ends at ±%d",
					at, c, vector[at], schemas.MaxHalf))
				break
			}
		}
	}
}

func (r *run) dropOutOfRange(b *batch, t *batchPage, message string) {
	d := t.document
	f := schemas.Failure{
		DocumentID: d.DocumentID, Page: d.Page, Path: d.Path, Bytes: d.Bytes, Modified: d.Modified,
		Stage: stageRound, Class: ClassOutOfRange, Message: message,
		Attempts: r.catalog.failures[d.Key()].Attempts + 1, FailedAt: r.opt.Now(),
	}
	t.wanted = 0
	b.records.Failures = append(b.records.Failures, f)
	b.records.Recovered = slices.DeleteFunc(b.records.Recovered, func(k schemas.PageKey) bool { return k == d.Key() })
	r.progress.planned.Add(-1)
	r.progress.failure(d.DocumentID, f.Class)
	r.progress.outOfRange.Add(1)
	r.opt.Log.Warn("page cannot be stored", "path", d.Path, "page", d.Page, "class", f.Class, "reason", message)
}
