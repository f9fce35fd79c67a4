package lists

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// record reads the fields of comma-separated values: as RFC 4180 has them, and with
// spaces around fields, with and without quotes, as people and programs write them.
// encoding/csv takes no spaces after a quote, nor before one where tabs separate.
type record struct {
	in     *lines
	comma  byte
	line   int    // of the record's first line
	text   []byte // of the record
	fields [][]byte
	quoted []byte // the content of quoted fields
}

// read reads the next record that is no blank line, until io.EOF.
func (r *record) read() error {
	for {
		line, err := r.in.next()
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			r.line, r.text = r.in.number, append(r.text[:0], line...)
			return r.split()
		}
	}
}

// split finds the fields in the text, and takes further lines while a quote is open.
func (r *record) split() error {
	r.fields, r.quoted = r.fields[:0], r.quoted[:0]
	for i := 0; ; {
		i = r.skipSpaces(i)
		if i < len(r.text) && r.text[i] == '"' {
			end, err := r.quotedField(i + 1)
			if err != nil {
				return err
			}
			i = r.skipSpaces(end)
			if i < len(r.text) && r.text[i] != r.comma {
				return at(r.line, fmt.Errorf("%.40q follows a quote that closes a field; a quote inside a quoted field is written twice", r.text[i:]))
			}
		} else {
			n := bytes.IndexByte(r.text[i:], r.comma)
			if n < 0 {
				n = len(r.text) - i
			}
			r.fields = append(r.fields, bytes.TrimSpace(r.text[i:i+n]))
			i += n
		}
		if i >= len(r.text) {
			return nil
		}
		i++ // the comma
	}
}

func (r *record) skipSpaces(i int) int {
	for i < len(r.text) && (r.text[i] == ' ' || r.text[i] == '\t') && r.text[i] != r.comma {
		i++
	}
	return i
}

// quotedField adds the field that begins behind its quote, and returns where its
// closing quote ends.
func (r *record) quotedField(i int) (end int, err error) {
	from := len(r.quoted)
	for {
		n := bytes.IndexByte(r.text[i:], '"')
		if n < 0 {
			r.quoted = append(r.quoted, r.text[i:]...)
			i = len(r.text)
			if err := r.extend(); err != nil {
				return 0, err
			}
			continue
		}
		r.quoted = append(r.quoted, r.text[i:i+n]...)
		if i += n + 1; i == len(r.text) || r.text[i] != '"' {
			break
		}
		r.quoted = append(r.quoted, '"')
		i++
	}
	r.fields = append(r.fields, r.quoted[from:len(r.quoted):len(r.quoted)]) // stays whole when quoted moves
	return i, nil
}

// extend adds a line to a record in which a quote is open.
func (r *record) extend() error {
	if r.in == nil {
		return at(r.line, errQuote)
	}
	line, err := r.in.next()
	if errors.Is(err, io.EOF) {
		return at(r.line, errQuote)
	}
	if err != nil {
		return err
	}
	if r.text = append(append(r.text, '\n'), line...); len(r.text) > maxLine {
		return at(r.line, errQuote)
	}
	return nil
}

var errQuote = errors.New(`a quote (") opens a field and nothing closes it`)

// fieldsOf returns the fields of one line.
func fieldsOf(line []byte, number int, comma byte) ([]string, error) {
	r := record{comma: comma, line: number, text: line}
	if err := r.split(); err != nil {
		return nil, err
	}
	names := make([]string, len(r.fields))
	for i, f := range r.fields {
		names[i] = string(f)
	}
	return names, nil
}

// readCSV reads the records behind the header.
func readCSV(in *lines, comma byte, h header, o Options, yield func(Row) error) error {
	r := record{in: in, comma: comma}
	if err := r.read(); err != nil { // the header
		return err
	}
	t := newTaker(o, "line")
	for {
		err := r.read()
		if errors.Is(err, io.EOF) {
			return t.end()
		}
		if err != nil {
			return err
		}
		if err := r.fit(h.width); err != nil {
			return at(r.line, err)
		}
		if err := t.take(r.line, h.values(r.fields), yield); err != nil {
			return at(r.line, err)
		}
	}
}

// fit holds a record against the header. Empty fields at the end are what
// spreadsheets leave.
func (r *record) fit(width int) error {
	n := len(r.fields)
	for n > width && len(r.fields[n-1]) == 0 {
		n--
	}
	if n == width {
		return nil
	}
	return fmt.Errorf("it has %d fields and the header %d; every line needs as many fields as the header, and a field that holds a %s needs quotes", n, width, separatorName(r.comma))
}

func separatorName(comma byte) string {
	switch comma {
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	}
	return "comma"
}
