package recompute

import (
	"context"
	"encoding/json"
	"math"
	"testing"
)

// TestZeroedVectorIsReported: a stored vector of zeros has no size to be relative
// to; the report must still be one that --json can write.
func TestZeroedVectorIsReported(t *testing.T) {
	job, m := newJob(t, 5)
	clear(m.features["pool2-avg"][2].Embedding)
	r, err := Run(context.Background(), job)
	if err != nil || len(r.Problems) != 1 {
		t.Fatalf("recomputing with a vector of zeros: %+v, %v; want one problem", r, err)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("the report of a vector of zeros is no JSON: %v", err)
	}
}

// TestNaNIsReported: the same if it is the engine that gives no numbers now.
func TestNaNIsReported(t *testing.T) {
	job, m := newJob(t, 5)
	m.features["pool2-avg"][2].Embedding[1] = float32(math.NaN())
	r, err := Run(context.Background(), job)
	if err != nil || len(r.Problems) != 1 {
		t.Fatalf("recomputing with a NaN: %+v, %v; want one problem", r, err)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("the report of a NaN is no JSON: %v", err)
	}
}

// TestPageThatTheDocumentLacks: the file is the one that was featurized, to the last
// bit, and has no such page: that is the store's fault, not the file's.
func TestPageThatTheDocumentLacks(t *testing.T) {
	job, m := newJob(t, 5)
	m.documents[3].Page = 7
	for _, rows := range m.features {
		for i := range rows {
			if rows[i].DocumentID == m.documents[3].DocumentID {
				rows[i].Page = 7
			}
		}
	}
	r, err := Run(context.Background(), job)
	if err != nil || len(r.Problems) == 0 || len(r.Unchecked) != 0 {
		t.Errorf("%d problems, unchecked %q, %v", len(r.Problems), r.Unchecked, err)
	}
}
