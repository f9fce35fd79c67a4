package export

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"

	"cutpoint/schemas"
)

// csvTable writes RFC 4180 with a header: the keys, then v0 … v(D-1), each the
// shortest decimal that reads back as the same float32.
type csvTable struct {
	out    *csv.Writer
	table  Table
	record []string
}

func newCSV(w io.Writer, t Table) (*csvTable, error) {
	header := append([]string(nil), keyColumns...)
	for i := range t.Info.Dim {
		header = append(header, "v"+strconv.Itoa(i))
	}
	c := &csvTable{out: csv.NewWriter(w), table: t}
	return c, c.out.Write(header)
}

func (c *csvTable) Write(rows []schemas.Feature) error {
	for _, r := range rows {
		if err := c.table.check(r); err != nil {
			return err
		}
		c.record = append(c.record[:0], keyValues(r)...)
		for _, v := range r.Embedding {
			c.record = append(c.record, strconv.FormatFloat(float64(v), 'g', -1, 32))
		}
		if err := c.out.Write(c.record); err != nil {
			return err
		}
	}
	return nil
}

func (c *csvTable) Close() error {
	c.out.Flush()
	return c.out.Error()
}

// libSVM writes a line a row, "label index:value …": the label's number (-1
// without one) and the values that are not zero, counted from 1, as LIBSVM's
// README and svmlight have it.
type libSVM struct {
	out   *bufio.Writer
	table Table
	line  []byte
}

func newLibSVM(w io.Writer, t Table) *libSVM { return &libSVM{out: bufio.NewWriter(w), table: t} }

func (l *libSVM) Write(rows []schemas.Feature) error {
	for _, r := range rows {
		if err := l.table.check(r); err != nil {
			return err
		}
		l.line = strconv.AppendInt(l.line[:0], int64(l.table.class(r.Label)), 10)
		for i, v := range r.Embedding {
			if v != 0 {
				l.line = append(strconv.AppendInt(append(l.line, ' '), int64(i+1), 10), ':')
				l.line = strconv.AppendFloat(l.line, float64(v), 'g', -1, 32)
			}
		}
		if _, err := l.out.Write(append(l.line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

func (l *libSVM) Close() error { return l.out.Flush() }
