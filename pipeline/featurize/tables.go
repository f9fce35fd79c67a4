package featurize

import (
	"context"

	"cutpoint/schemas"
)

// Tables is what a run needs of a store.
type Tables interface {
	// Documents yields every row of the documents table, in any order. The slice
	// is used again after yield.
	Documents(ctx context.Context, yield func(rows []schemas.Document) error) error
	// Failures returns every row of the failures table.
	Failures(ctx context.Context) ([]schemas.Failure, error)
	// Present returns the keys of a cut's table; none if there is no such table yet.
	Present(ctx context.Context, cut string) (Keys, error)

	// PutDocuments adds rows, or replaces those of the same key.
	PutDocuments(ctx context.Context, rows []schemas.Document) error
	// PutFailures does the same for failures, and forgets the dropped ones.
	PutFailures(ctx context.Context, put []schemas.Failure, drop []schemas.PageKey) error
	// AppendFeatures adds one part to a cut's table, durable when it returns. The rows
	// and their embeddings are used again after that.
	AppendFeatures(ctx context.Context, cut string, rows []schemas.Feature) error
}

// Keys is a set of pages.
type Keys interface {
	Has(schemas.PageKey) bool
	Len() int
}
