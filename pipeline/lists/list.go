package lists

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"cutpoint/schemas"
)

// Row is what a list says of one document.
type Row struct {
	Line     int    // its place, from 1
	Unit     string // what Line counts: "line", "object" (of a JSON array) or "row" (of Parquet)
	Path     string // as the list has it; "" if it names documents by their ids
	Document string // id
	Label    string // as Label returns it; "" for none
	Split    string // "" for none
}

// Options for Read.
type Options struct {
	Name    string            // of the list, for messages
	Folder  string            // relative paths are relative to it; "" is the current one
	Columns map[string]string // what the list calls a column: "label" → "class"; names are case-insensitive
	Labels  bool              // the list gives labels: it must have a column label, and may name documents by document_id
	Paths   bool              // a list that names no columns is one of paths
}

// Read reads a list and yields its rows in order. An error of yield ends it, and is
// returned with the row's place.
func Read(ctx context.Context, r io.Reader, o Options, yield func(Row) error) error {
	n := 0
	err := read(r, o, func(row Row) error {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		n++
		return yield(row)
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%s%w", o.Name, err)
}

// read returns errors that go on after the list's name: ", line 3: …" or ": …".
func read(r io.Reader, o Options, yield func(Row) error) error {
	s, err := open(r)
	switch {
	case errors.Is(err, errEmpty) && o.Paths:
		return nil
	case err != nil:
		return whole(err)
	}
	switch s.kind {
	case parquetKind:
		return readParquet(s, o, yield)
	case jsonLines:
		return readJSONLines(s.lines(), o, yield)
	case jsonArray:
		return readJSONArray(s, o, yield)
	case nulSeparated:
		if !o.Paths {
			return whole(errors.New("it holds zero bytes, and is no table"))
		}
		return readPaths(s.nulSeparated(), o, yield)
	}
	return readText(s, o, yield)
}

// readText reads CSV, or paths if no columns are named and that is allowed.
func readText(s *source, o Options, yield func(Row) error) error {
	first, line, separators := s.firstLine()
	if err := notText(first, line); err != nil && !o.Paths {
		return err
	}
	h, comma, err := findHeader(first, line, separators, o)
	if err == nil && !(o.Paths && h.width == 1 && o.exists(string(first))) {
		return readCSV(s.lines(), comma, h, o, yield)
	}
	if o.Paths && len(o.Columns) == 0 && !o.looksLikeTable(first) {
		in := s.lines()
		in.anyBytes = true
		return readPaths(in, o, yield)
	}
	return err
}

// at puts a line in front of an error.
func at(line int, err error) error { return place("line", line, err) }

func place(unit string, n int, err error) error { return fmt.Errorf(", %s %d: %w", unit, n, err) }

// whole is for an error that has no line.
func whole(err error) error { return fmt.Errorf(": %w", err) }

// Is reports whether a file is a list, by its first bytes: it names columns as lists
// do, or its first lines name files.
func Is(r io.Reader, o Options) bool {
	in := bufio.NewReaderSize(r, headBytes)
	if head, _ := in.Peek(headBytes); wideText(head) != "" { // Read refuses it with a remedy
		if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
			head = head[2:]
		}
		ascii := bytes.ReplaceAll(head, []byte{0}, nil)
		return wideText(ascii) == "" && Is(bytes.NewReader(ascii), o)
	}
	s, err := open(in)
	if err != nil {
		return false
	}
	switch s.kind {
	case parquetKind:
		return true
	case jsonLines, jsonArray:
		return bytes.Contains(bytes.ToLower(s.head), []byte(`"`+strings.ToLower(o.columnOf(schemas.ColumnPath))+`"`))
	case nulSeparated:
		first, _, _ := bytes.Cut(s.head, []byte{0})
		return o.exists(string(first))
	}
	first, line, separators := s.firstLine()
	if _, _, err := findHeader(first, line, separators, o); err == nil || o.looksLikeTable(first) || elsewhere.Match(first) {
		return true
	}
	for i, line := range bytes.Split(s.head, []byte{s.end}) {
		path := o.trim(string(bytes.TrimSuffix(line, []byte("\r"))))
		if i < fewLines && (o.exists(path) || Options{}.exists(path)) {
			return true
		}
	}
	return false
}

// elsewhere matches what begins paths that documents do not begin with: URLs of files, and
// paths of Windows.
var elsewhere = regexp.MustCompile(`^(?i)(file:/|[a-z]:[\\/]|\\\\)`)

// fewLines are looked at to find a file's name.
const fewLines = 20

// exists reports whether a relative path names a file in the list's folder.
func (o Options) exists(path string) bool {
	if path == "" || len(path) > 4096 || strings.ContainsRune(path, 0) {
		return false
	}
	_, err := os.Lstat(o.In(path))
	return err == nil
}

// columnOf returns what the list calls one of our columns.
func (o Options) columnOf(name string) string {
	if other := o.Columns[name]; other != "" {
		return other
	}
	return name
}

// wanted are the columns that lists have for us.
var wanted = []string{schemas.ColumnPath, schemas.ColumnDocumentID, schemas.ColumnLabel, schemas.ColumnSplit}
