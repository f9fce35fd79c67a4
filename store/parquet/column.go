package parquet

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"cutpoint/schemas"
)

// kind is what a column's values are.
type kind uint8

const (
	text    kind = iota // BYTE_ARRAY, STRING
	integer             // INT32
	long                // INT64
	micros              // INT64, TIMESTAMP(MICROS)
)

// physical is Parquet's number for the kind (Type of parquet.thrift).
func (k kind) physical() int64 { return [...]int64{text: 6, integer: 1, long: 2, micros: 2}[k] }

// column is one of the columns of a row type, as the field's type and its tag
// `parquet` describe it.
type column struct {
	name     string
	kind     kind
	optional bool    // a *string, nil for NULL
	offset   uintptr // of the field in the row
}

// columnsOf derives the columns of a row type, of embeddings all but these.
func columnsOf[R any]() []column {
	t := reflect.TypeFor[R]()
	var out []column
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Type == reflect.TypeFor[[]float32]() {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		c := column{name: name, offset: f.Offset}
		switch f.Type {
		case reflect.TypeFor[string]():
			c.kind = text
		case reflect.TypeFor[*string]():
			c.kind, c.optional = text, true
		case reflect.TypeFor[int32]():
			c.kind = integer
		case reflect.TypeFor[int64]():
			c.kind = long
		case reflect.TypeFor[time.Time]():
			c.kind = micros
		default:
			panic(fmt.Sprintf("column %s of %s: no Parquet column holds a %s here", name, t, f.Type))
		}
		out = append(out, c)
	}
	return out
}

var featureColumns = columnsOf[schemas.Feature]()

// field points to a row's value of a column, which is a V by the column's kind.
func field[V, R any](row *R, c *column) *V {
	return (*V)(unsafe.Add(unsafe.Pointer(row), c.offset))
}

// textOf returns a row's value of a column of strings; nil is NULL.
func textOf[R any](row *R, c *column) *string {
	if c.optional {
		return *field[*string](row, c)
	}
	return field[string](row, c)
}

// numberOf returns a row's value of any other column.
func numberOf[R any](row *R, c *column) int64 {
	switch c.kind {
	case integer:
		return int64(*field[int32](row, c))
	case micros:
		return field[time.Time](row, c).UnixMicro()
	}
	return *field[int64](row, c)
}

// batch holds values of a column on their way to rows. A NULL is "" or 0.
type batch struct {
	texts   []string
	numbers []int64
	null    []bool
}

func (b *batch) reset(n int) {
	b.texts = slices.Grow(b.texts[:0], n)[:n]
	b.numbers = slices.Grow(b.numbers[:0], n)[:n]
	b.null = slices.Grow(b.null[:0], n)[:n]
}

// setNull makes values from … to-1 NULL.
func (b *batch) setNull(from, to int) {
	clear(b.texts[from:to])
	clear(b.numbers[from:to])
	for i := from; i < to; i++ {
		b.null[i] = true
	}
}

// assign gives rows the values of a batch. Equal neighbours among optional strings
// share one pointer, of which last is the one before.
func assign[R any](rows []R, c *column, b *batch, last **string) {
	switch {
	case c.optional:
		for i := range rows {
			*field[*string](&rows[i], c) = b.optional(i, last)
		}
	case c.kind == text:
		for i := range rows {
			*field[string](&rows[i], c) = b.texts[i]
		}
	case c.kind == integer:
		for i := range rows {
			*field[int32](&rows[i], c) = int32(b.numbers[i])
		}
	case c.kind == long:
		for i := range rows {
			*field[int64](&rows[i], c) = b.numbers[i]
		}
	case c.kind == micros:
		for i := range rows {
			*field[time.Time](&rows[i], c) = time.UnixMicro(b.numbers[i]).UTC()
		}
	}
}

func (b *batch) optional(i int, last **string) *string {
	if b.null[i] {
		return nil
	}
	if *last == nil || **last != b.texts[i] {
		s := b.texts[i]
		*last = &s
	}
	return *last
}
