package store

import (
	"context"
	"errors"
	"path"
	"slices"
	"sync"
	"time"

	"cutpoint/schemas"
	"cutpoint/store/flat"
)

// ScanUnordered is Scan for who minds neither the order of rows nor keeps them:
// parts are read at once on all processors, and the slice is used again after
// yield, which is called by one goroutine at a time.
func (t *Table[R]) ScanUnordered(ctx context.Context, yield func(rows []R) error) error {
	snap, err := t.Snapshot()
	if err != nil {
		return err
	}
	var one sync.Mutex
	spare := sync.Pool{New: func() any { return new([]R) }}
	return eachPart(ctx, snap.Parts, func(ctx context.Context, r *flat.Reader, i int) error {
		buffer := spare.Get().(*[]R)
		defer spare.Put(buffer)
		return t.scanFlat(ctx, r, snap.Parts[i], buffer, func(rows []R) error {
			one.Lock()
			defer one.Unlock()
			return yield(rows)
		})
	})
}

// scanFlat yields the rows of a part in the buffer; from where the flat reader
// does not go on, as the general reader sees them.
func (t *Table[R]) scanFlat(ctx context.Context, r *flat.Reader, part Part, buffer *[]R, yield func(rows []R) error) error {
	fields, decode := flatRow[R]()
	if decode == nil {
		return t.scanPart(ctx, part, yield)
	}
	done := 0
	err := readFlat(r, t.store.files, path.Join(t.name, part.Path), fields, func(n int, columns []flat.Column) error {
		rows := slices.Grow((*buffer)[:0], n)
		*buffer = rows
		for range n {
			rows = append(rows, decode(columns))
		}
		if err := errors.Join(flat.Err(columns), ctx.Err()); err != nil {
			return err
		}
		done += n
		return yield(rows)
	})
	if !errors.Is(err, flat.ErrForeign) {
		return err
	}
	return t.scanPart(ctx, part, func(rows []R) error {
		known := min(done, len(rows))
		done -= known
		return yield(rows[known:])
	})
}

// flatRow returns the columns of a row type that has no embedding, and what
// makes a row of their next values; nil for another type.
func flatRow[R Row]() (fields []flat.Field, decode func([]flat.Column) R) {
	switch any(*new(R)).(type) {
	case schemas.Document:
		fields, decode = documentFields(), any(decodeDocument).(func([]flat.Column) R)
	case schemas.Failure:
		fields, decode = failureFields(), any(decodeFailure).(func([]flat.Column) R)
	}
	return fields, decode
}

func documentFields() []flat.Field {
	return []flat.Field{
		{Name: "document_id", Type: flat.Text}, {Name: "page", Type: flat.Int32}, {Name: "path", Type: flat.Text},
		{Name: "label", Type: flat.Text, Optional: true}, {Name: "split", Type: flat.Text, Optional: true},
		{Name: "format", Type: flat.Text}, {Name: "width", Type: flat.Int32}, {Name: "height", Type: flat.Int32},
		{Name: "pages", Type: flat.Int32}, {Name: "bytes", Type: flat.Int64},
		{Name: "modified", Type: flat.Micros}, {Name: "first_seen", Type: flat.Micros},
	}
}

func decodeDocument(c []flat.Column) schemas.Document {
	return schemas.Document{
		DocumentID: text(&c[0]), Page: int32(c[1].Int()), Path: text(&c[2]),
		Label: optionalText(&c[3]), Split: optionalText(&c[4]),
		Format: text(&c[5]), Width: int32(c[6].Int()), Height: int32(c[7].Int()),
		Pages: int32(c[8].Int()), Bytes: c[9].Int(), Modified: micros(&c[10]), FirstSeen: micros(&c[11]),
	}
}

func failureFields() []flat.Field {
	return []flat.Field{
		{Name: "document_id", Type: flat.Text}, {Name: "page", Type: flat.Int32}, {Name: "path", Type: flat.Text},
		{Name: "bytes", Type: flat.Int64}, {Name: "modified", Type: flat.Micros},
		{Name: "stage", Type: flat.Text}, {Name: "class", Type: flat.Text}, {Name: "message", Type: flat.Text},
		{Name: "attempts", Type: flat.Int32}, {Name: "failed_at", Type: flat.Micros},
	}
}

func decodeFailure(c []flat.Column) schemas.Failure {
	return schemas.Failure{
		DocumentID: text(&c[0]), Page: int32(c[1].Int()), Path: text(&c[2]), Bytes: c[3].Int(), Modified: micros(&c[4]),
		Stage: text(&c[5]), Class: text(&c[6]), Message: text(&c[7]), Attempts: int32(c[8].Int()), FailedAt: micros(&c[9]),
	}
}

func text(c *flat.Column) string {
	s, _ := c.Text()
	return s
}

func optionalText(c *flat.Column) *string {
	if s, ok := c.Text(); ok {
		return &s
	}
	return nil
}

func micros(c *flat.Column) time.Time { return time.UnixMicro(c.Int()).UTC() }
