package lists

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"unicode/utf8"

	pq "github.com/parquet-go/parquet-go"

	"cutpoint/store/parquet"
)

// readParquet reads the columns that lists have, and no others.
func readParquet(s *source, o Options, yield func(Row) error) (err error) {
	in, size, err := s.readerAt()
	if err != nil {
		return whole(err)
	}
	f, err := parquet.OpenGeneral(in, size)
	if err != nil {
		return whole(fmt.Errorf("read it as Parquet: %w", err))
	}
	leaves, names := leavesOf(f.Schema())
	h, err := newHeader(names, o)
	if err != nil {
		return whole(err)
	}
	t, row := newTaker(o, "row"), 0
	for _, group := range f.RowGroups() {
		if row, err = t.group(group, leaves, h, row, yield); err != nil {
			return err
		}
	}
	return t.end()
}

// readerAt returns the whole file.
func (s *source) readerAt() (io.ReaderAt, int64, error) {
	if f, ok := s.file.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return f, info.Size(), nil
		}
	}
	all, err := io.ReadAll(io.LimitReader(s.in, maxUnpacked+1))
	if err == nil && len(all) > maxUnpacked {
		err = fmt.Errorf("it is longer than %d MiB; give it as a file that is not packed", maxUnpacked>>20)
	}
	return bytes.NewReader(all), int64(len(all)), err
}

// leavesOf lists the columns that have one value a row, and their names.
func leavesOf(schema *pq.Schema) (leaves []int, names []string) {
	for _, path := range schema.Columns() {
		leaf, ok := schema.Lookup(path...)
		if ok && len(path) == 1 && leaf.MaxRepetitionLevel == 0 {
			leaves, names = append(leaves, leaf.ColumnIndex), append(names, path[0])
		}
	}
	return leaves, names
}

// group reads a row group whose first row has the number after row.
func (t *taker) group(group pq.RowGroup, leaves []int, h header, row int, yield func(Row) error) (int, error) {
	var columns [4]*parquetColumn
	for i, at := range h.at {
		if at < 0 {
			continue
		}
		columns[i] = &parquetColumn{pages: group.ColumnChunks()[leaves[at]].Pages()}
		defer columns[i].close()
	}
	for range group.NumRows() {
		row++
		var v [4][]byte
		for i, c := range columns {
			if c == nil {
				continue
			}
			var err error
			if v[i], err = c.next(); err != nil {
				return row, place("row", row, fmt.Errorf("column %s: %w", t.o.columnOf(wanted[i]), err))
			}
		}
		if err := t.take(row, v, yield); err != nil {
			return row, place("row", row, err)
		}
	}
	return row, nil
}

// parquetColumn hands out a column chunk's values.
type parquetColumn struct {
	pages  pq.Pages
	page   pq.Page
	values pq.ValueReader
	buffer [256]pq.Value
	left   []pq.Value
}

func (c *parquetColumn) next() (text []byte, err error) {
	defer parquet.Guard(&err) // not around the receiver of rows, whose panics are its own
	for len(c.left) == 0 {
		if c.values == nil {
			pq.Release(c.page)
			if c.page, err = c.pages.ReadPage(); errors.Is(err, io.EOF) {
				err = errors.New("it has fewer values than rows")
			}
			if err != nil {
				return nil, err
			}
			c.values = c.page.Values()
		}
		n, err := c.values.ReadValues(c.buffer[:])
		c.left = c.buffer[:n]
		if errors.Is(err, io.EOF) || err == nil && n == 0 {
			c.values = nil
		} else if err != nil {
			return nil, err
		}
	}
	v := c.left[0]
	c.left = c.left[1:]
	return parquetText(v)
}

func (c *parquetColumn) close() {
	pq.Release(c.page)
	c.pages.Close()
}

// parquetText returns a value as a table of text would have it.
func parquetText(v pq.Value) ([]byte, error) {
	if v.IsNull() {
		return []byte{}, nil
	}
	switch v.Kind() {
	case pq.ByteArray, pq.FixedLenByteArray:
		text := v.ByteArray()
		if !utf8.Valid(text) {
			return nil, fmt.Errorf("%.40q is not UTF-8", text)
		}
		if len(text) > maxLine {
			return nil, errLong
		}
		return text, nil
	case pq.Int32:
		return strconv.AppendInt(nil, int64(v.Int32()), 10), nil
	case pq.Int64:
		return strconv.AppendInt(nil, v.Int64(), 10), nil
	case pq.Boolean:
		return strconv.AppendBool(nil, v.Boolean()), nil
	case pq.Float, pq.Double:
		f := v.Double()
		if v.Kind() == pq.Float {
			f = float64(v.Float())
		}
		if math.IsNaN(f) { // of pandas, for none
			return []byte{}, nil
		}
		return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
	}
	return nil, fmt.Errorf("values of type %v are neither text nor numbers", v.Kind())
}
