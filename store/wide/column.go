package wide

import (
	"bytes"
	"cmp"
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"

	"cutpoint/schemas"
)

// column is one of the small columns of a schemas.Feature.
type column struct {
	name     string
	kind     format.Type // ByteArray, Int32 or Int64
	optional bool
	text     func(*schemas.Feature) *string // of ByteArray; nil is null
	number   func(*schemas.Feature) int64   // of the others
}

// columns are those before embedding, in the order of the schema.
func columns() []column {
	return []column{
		{name: "document_id", kind: format.ByteArray, text: func(f *schemas.Feature) *string { return &f.DocumentID }},
		{name: "page", kind: format.Int32, number: func(f *schemas.Feature) int64 { return int64(f.Page) }},
		{name: "path", kind: format.ByteArray, text: func(f *schemas.Feature) *string { return &f.Path }},
		{name: "label", kind: format.ByteArray, optional: true, text: func(f *schemas.Feature) *string { return f.Label }},
		{name: "split", kind: format.ByteArray, optional: true, text: func(f *schemas.Feature) *string { return f.Split }},
		{name: "featurized_at", kind: format.Int64, number: func(f *schemas.Feature) int64 { return f.FeaturizedAt.UnixMicro() }},
	}
}

// size is how many bytes a row's plain value takes at most.
func (c *column) size(f *schemas.Feature) int {
	if c.text == nil {
		return 8
	}
	if s := c.text(f); s != nil {
		return 4 + len(*s)
	}
	return 1
}

// appendValue appends the plain encoding of a row's value, if it has one.
func (c *column) appendValue(dst []byte, f *schemas.Feature) []byte {
	switch c.kind {
	case format.Int32:
		return binary.LittleEndian.AppendUint32(dst, uint32(c.number(f)))
	case format.Int64:
		return binary.LittleEndian.AppendUint64(dst, uint64(c.number(f)))
	}
	s := c.text(f)
	if s == nil {
		return dst
	}
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(*s))), *s...)
}

// appendLevels appends the definition levels of rows of an optional column.
func (c *column) appendLevels(dst []byte, rows []schemas.Feature) []byte {
	start := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	for i := 0; i < len(rows); {
		set := c.text(&rows[i]) != nil
		n := 1
		for i+n < len(rows) && (c.text(&rows[i+n]) != nil) == set {
			n++
		}
		level := byte(0)
		if set {
			level = 1
		}
		dst = appendRun(dst, n, level)
		i += n
	}
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(dst)-start-4))
	return dst
}

// appendPage appends the body of a page of rows.
func (c *column) appendPage(dst []byte, rows []schemas.Feature) []byte {
	if c.optional {
		dst = c.appendLevels(dst, rows)
	}
	for i := range rows {
		dst = c.appendValue(dst, &rows[i])
	}
	return dst
}

// statistics are a chunk's nulls, least and greatest value, in the order of
// Parquet's ColumnOrder: strings by their bytes, numbers by their value.
func (c *column) statistics(rows []schemas.Feature) format.Statistics {
	var s format.Statistics
	least, greatest := -1, -1
	for i := range rows {
		if c.text != nil && c.text(&rows[i]) == nil {
			s.NullCount++
			continue
		}
		if least < 0 || c.compare(&rows[i], &rows[least]) < 0 {
			least = i
		}
		if greatest < 0 || c.compare(&rows[i], &rows[greatest]) > 0 {
			greatest = i
		}
	}
	if least >= 0 {
		s.MinValue, s.MaxValue = c.bound(&rows[least]), c.bound(&rows[greatest])
	}
	return s
}

func (c *column) compare(a, b *schemas.Feature) int {
	if c.text != nil {
		return cmp.Compare(*c.text(a), *c.text(b))
	}
	return cmp.Compare(c.number(a), c.number(b))
}

// bound is a row's value as statistics hold it: plain, strings without length.
func (c *column) bound(f *schemas.Feature) []byte {
	if c.text != nil {
		return []byte(*c.text(f))
	}
	return bytes.Clone(c.appendValue(nil, f))
}
