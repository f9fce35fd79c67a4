package store

import (
	"context"
	"errors"
	"slices"

	"cutpoint/store/flat"
)

// page is a Feature without its embedding.
type page struct {
	DocumentID   string  `parquet:"document_id"`
	Page         int32   `parquet:"page"`
	Path         string  `parquet:"path"`
	Label        *string `parquet:"label,optional"`
	Split        *string `parquet:"split,optional"`
	FeaturizedAt int64   `parquet:"featurized_at,timestamp(microsecond)"`
}

func pageFields() []flat.Field {
	return []flat.Field{
		{Name: "document_id", Type: flat.Text}, {Name: "page", Type: flat.Int32}, {Name: "path", Type: flat.Text},
		{Name: "label", Type: flat.Text, Optional: true}, {Name: "split", Type: flat.Text, Optional: true},
		{Name: "featurized_at", Type: flat.Micros},
	}
}

// pages yields the rows of a cut's part without their embeddings, in a slice that
// is used again. Strings share the memory of a page of the file, and equal
// neighbours among labels and splits one pointer: nothing is allocated a row.
func (p *partFile) pages(ctx context.Context, yield func([]page) error) error {
	var r flat.Reader
	var buffer []page
	var label, split repeated
	done := 0
	err := r.Read(p, p.info.size, pageFields(), func(n int, c []flat.Column) error {
		buffer = slices.Grow(buffer[:0], n)
		for range n {
			buffer = append(buffer, page{
				DocumentID: text(&c[0]), Page: int32(c[1].Int()), Path: text(&c[2]),
				Label: label.next(&c[3]), Split: split.next(&c[4]), FeaturizedAt: c[5].Int(),
			})
		}
		if err := errors.Join(flat.Err(c), ctx.Err()); err != nil {
			return err
		}
		done += n
		return yield(buffer)
	})
	if !errors.Is(err, flat.ErrForeign) {
		return err
	}
	return scanPlain(ctx, p, smallRowGroup/16, func(rows []page) error {
		known := min(done, len(rows)) // yielded before the flat reader gave up
		done -= known
		return yield(rows[known:])
	})
}

// repeated makes pointers to the values of a column that mostly repeats itself.
type repeated struct{ last *string }

func (v *repeated) next(c *flat.Column) *string {
	s, ok := c.Text()
	if !ok {
		return nil
	}
	if v.last == nil || *v.last != s {
		v.last = &s
	}
	return v.last
}
