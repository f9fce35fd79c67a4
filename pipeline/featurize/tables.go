package featurize

import (
	"context"
	"fmt"

	"cutpoint/model"
	"cutpoint/schemas"
)

// Stored is what earlier runs left, from which a run is planned.
type Stored interface {
	// Documents yields every row of the documents table, in any order. The slice
	// is used again after yield.
	Documents(ctx context.Context, yield func(rows []schemas.Document) error) error
	// Failures returns every row of the failures table.
	Failures(ctx context.Context) ([]schemas.Failure, error)
	// Present returns the keys of a cut's table; nil if there is no such table yet.
	Present(ctx context.Context, cut string) (Keys, error)
}

// Keys is a set of pages.
type Keys interface{ Has(schemas.PageKey) bool }

// Sink receives what a run has finished, part by part in corpus order. When Write
// returns, the part's pages count as done, and its embeddings are used again.
type Sink interface {
	Write(ctx context.Context, p *Part) error
}

// Part is what is written at once.
type Part struct {
	Records
	Features []CutFeatures // in the order of Options.Cuts
}

// Records are what a part says about documents besides their features.
type Records struct {
	Documents []schemas.Document // to be added, or to replace those of the same key
	Failures  []schemas.Failure  // the same
	Recovered []schemas.PageKey  // failures that are none any more
}

func (r Records) len() int { return len(r.Documents) + len(r.Failures) + len(r.Recovered) }

func (r *Records) add(other Records) {
	r.Documents = append(r.Documents, other.Documents...)
	r.Failures = append(r.Failures, other.Failures...)
	r.Recovered = append(r.Recovered, other.Recovered...)
}

// CutFeatures are the rows of one cut, which may be none.
type CutFeatures struct {
	Cut  model.Cut
	Rows []schemas.Feature
}

// Tables are a store's tables as they are written.
type Tables interface {
	// PutDocuments adds rows, or replaces those of the same key.
	PutDocuments(ctx context.Context, rows []schemas.Document) error
	// PutFailures does the same for failures, and forgets the dropped ones.
	PutFailures(ctx context.Context, put []schemas.Failure, drop []schemas.PageKey) error
	// AppendFeatures adds one part to a cut's table, durable when it returns. The rows
	// and their embeddings are used again after that.
	AppendFeatures(ctx context.Context, cut string, rows []schemas.Feature) error
}

// TableSink writes parts to the tables of a store.
type TableSink struct{ Tables }

// Write commits a part: first what is known of the documents, then their
// features, so that a crash in between leaves pages to compute and never a
// feature without its document.
func (s TableSink) Write(ctx context.Context, p *Part) error {
	if len(p.Documents) > 0 {
		if err := s.PutDocuments(ctx, p.Documents); err != nil {
			return fmt.Errorf("write %d rows of %s: %w", len(p.Documents), schemas.DocumentsTable, err)
		}
	}
	if len(p.Failures)+len(p.Recovered) > 0 {
		if err := s.PutFailures(ctx, p.Failures, p.Recovered); err != nil {
			return fmt.Errorf("write %d rows of %s: %w", len(p.Failures), schemas.FailuresTable, err)
		}
	}
	for _, f := range p.Features {
		if len(f.Rows) == 0 {
			continue
		}
		if err := s.AppendFeatures(ctx, f.Cut.String(), f.Rows); err != nil {
			return fmt.Errorf("write %d pages of cut %s: %w", len(f.Rows), f.Cut, err)
		}
	}
	return nil
}
