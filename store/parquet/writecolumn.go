package parquet

import (
	"bytes"
	"cmp"
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"

	"cutpoint/schemas"
)

// size is how many bytes a row's plain value takes at most.
func (c *column) size(f *schemas.Feature) int {
	if c.kind != text {
		return 8
	}
	if s := textOf(f, c); s != nil {
		return 4 + len(*s)
	}
	return 1
}

// appendValue appends the plain encoding of a row's value, if it has one.
func (c *column) appendValue(dst []byte, f *schemas.Feature) []byte {
	switch c.kind {
	case integer:
		return binary.LittleEndian.AppendUint32(dst, uint32(numberOf(f, c)))
	case long, micros:
		return binary.LittleEndian.AppendUint64(dst, uint64(numberOf(f, c)))
	}
	s := textOf(f, c)
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
		set := textOf(&rows[i], c) != nil
		n := 1
		for i+n < len(rows) && (textOf(&rows[i+n], c) != nil) == set {
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
		if c.optional && textOf(&rows[i], c) == nil {
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
	if c.kind == text {
		return cmp.Compare(*textOf(a, c), *textOf(b, c))
	}
	return cmp.Compare(numberOf(a, c), numberOf(b, c))
}

// bound is a row's value as statistics hold it: plain, strings without length.
func (c *column) bound(f *schemas.Feature) []byte {
	if c.kind == text {
		return []byte(*textOf(f, c))
	}
	return bytes.Clone(c.appendValue(nil, f))
}
