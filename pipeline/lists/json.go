package lists

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// readJSONLines reads one object a line.
func readJSONLines(in *lines, o Options, yield func(Row) error) error {
	t := newTaker(o, "line")
	for {
		line, err := in.next()
		if errors.Is(err, io.EOF) {
			return t.end()
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if err := t.object(in.number, line, yield); err != nil {
			return at(in.number, err)
		}
	}
}

// object takes one object.
func (t *taker) object(n int, text []byte, yield func(Row) error) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(text, &object); err != nil {
		return fmt.Errorf("%w; JSON lines have one whole object a line, such as {\"path\": \"a.png\", \"label\": \"memo\"}", err)
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	h, err := newHeader(names, t.o)
	if err != nil {
		return err
	}
	var v [4][]byte
	for i, at := range h.at {
		if at < 0 {
			continue
		}
		if v[i], err = scalar(object[names[at]]); err != nil {
			return fmt.Errorf("%s: %w", names[at], err)
		}
	}
	return t.take(n, v, yield)
}

// scalar returns a JSON value as a table would have it.
func scalar(raw json.RawMessage) ([]byte, error) {
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return []byte{}, nil
	case raw[0] == '{' || raw[0] == '[':
		return nil, fmt.Errorf("%.40s is neither a string nor a number", raw)
	case raw[0] != '"':
		return raw, nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, err
	}
	if strings.ContainsRune(text, utf8.RuneError) && !bytes.Contains(raw, []byte("\ufffd")) {
		return nil, fmt.Errorf("%.100s names characters that Unicode does not have", raw)
	}
	return []byte(text), nil
}

// readJSONArray reads an array of objects, of which it holds one at a time.
func readJSONArray(s *source, o Options, yield func(Row) error) error {
	in := &recordLimit{r: s.in}
	d, t := json.NewDecoder(in), newTaker(o, "object")
	in.left = maxRecord
	if _, err := d.Token(); err != nil { // the bracket
		return whole(err)
	}
	for n := 1; d.More(); n++ {
		in.left = maxRecord
		var raw json.RawMessage
		err := d.Decode(&raw)
		if err == nil && !utf8.Valid(raw) {
			err = errors.New("it is not UTF-8; make the file UTF-8, with iconv -f WINDOWS-1252 -t UTF-8 (or what it was written in)")
		}
		if err == nil {
			err = t.object(n, raw, yield)
		}
		if err != nil {
			return place("object", n, err)
		}
	}
	in.left = maxRecord
	if _, err := d.Token(); err != nil {
		return whole(fmt.Errorf("the array of objects has no end: %w", err))
	}
	in.left = maxRecord
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return whole(errors.New("something follows the array of objects; make it one array, or one object a line"))
	}
	return t.end()
}

// maxRecord bounds what is read to have one more object: itself, and the buffer that
// it may have made grow.
const maxRecord = 4 * maxLine

// recordLimit ends an object that is too long.
type recordLimit struct {
	r    io.Reader
	left int
}

func (l *recordLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("an object is longer than %d bytes", maxLine)
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}
