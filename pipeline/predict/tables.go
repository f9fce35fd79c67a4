package predict

import (
	"context"
	"sync"

	"cutpoint/pipeline/featurize"
	"cutpoint/schemas"
)

// Tables lets a run of package featurize predict instead of store: every page is
// wanted, vectors go to the predictor in corpus order, failures are kept for the
// end, and nothing else is remembered.
type Tables struct {
	predictor *Predictor
	mutex     sync.Mutex
	failures  map[schemas.PageKey]schemas.Failure
	order     []schemas.PageKey // of failures
}

// NewTables returns tables for one run.
func NewTables(p *Predictor) *Tables {
	return &Tables{predictor: p, failures: map[schemas.PageKey]schemas.Failure{}}
}

// nobody is an empty set of pages.
type nobody struct{}

func (nobody) Has(schemas.PageKey) bool { return false }
func (nobody) Len() int                 { return 0 }

// Documents yields none.
func (*Tables) Documents(context.Context, func([]schemas.Document) error) error { return nil }

// Failures returns none: those of this run are new.
func (*Tables) Failures(context.Context) ([]schemas.Failure, error) { return nil, nil }

// Present says that no page is there yet.
func (*Tables) Present(context.Context, string) (featurize.Keys, error) { return nobody{}, nil }

// PutDocuments forgets them.
func (*Tables) PutDocuments(context.Context, []schemas.Document) error { return nil }

// PutFailures keeps them for Failed.
func (t *Tables) PutFailures(_ context.Context, put []schemas.Failure, drop []schemas.PageKey) error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, f := range put {
		if _, known := t.failures[f.Key()]; !known {
			t.order = append(t.order, f.Key())
		}
		t.failures[f.Key()] = f
	}
	for _, key := range drop {
		delete(t.failures, key)
	}
	return nil
}

// AppendFeatures hands pages to the predictor.
func (t *Tables) AppendFeatures(_ context.Context, _ string, rows []schemas.Feature) error {
	return t.predictor.Add(rows)
}

// Failed lists what could not be read, in the order of the corpus.
func (t *Tables) Failed() []schemas.Failure {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var list []schemas.Failure
	for _, key := range t.order {
		if f, ok := t.failures[key]; ok {
			list = append(list, f)
		}
	}
	return list
}
