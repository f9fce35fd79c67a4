package corpus

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cutpoint/schemas"
)

// maxLine bounds one path of a list or one record of a manifest.
const maxLine = 1 << 20

func isManifest(path string) bool { return strings.EqualFold(filepath.Ext(path), ".csv") }

// manifest reads a CSV file (RFC 4180) with a header that names at least the
// column path; label and split are taken where present, other columns ignored.
// Relative paths are relative to the manifest's folder.
func (l *lister) manifest(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open manifest: %w", err)
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReader(&lineLimit{r: f}))
	r.ReuseRecord = true
	cols, err := manifestHeader(r)
	if err != nil {
		return fmt.Errorf("manifest %s: %w", file, err)
	}
	for {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("manifest %s: %w; every line needs as many fields as the header", file, err)
		}
		path := cols.get(record, cols.path)
		if path == "" {
			line, _ := r.FieldPos(0)
			return fmt.Errorf("manifest %s, line %d: the path is empty", file, line)
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(file), path)
		}
		l.add(Entry{Path: path, Label: cols.get(record, cols.label), Split: cols.get(record, cols.split)})
	}
}

type columns struct{ path, label, split int }

func (columns) get(record []string, i int) string {
	if i < 0 {
		return ""
	}
	return strings.Clone(record[i])
}

func manifestHeader(r *csv.Reader) (columns, error) {
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return columns{}, errors.New("the file is empty; the first line names the columns: path,label,split")
	}
	if err != nil {
		return columns{}, err
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // spreadsheets write a byte order mark
	for i := range header {
		header[i] = strings.ToLower(strings.TrimSpace(header[i]))
	}
	c := columns{slices.Index(header, schemas.ColumnPath), slices.Index(header, schemas.ColumnLabel), slices.Index(header, schemas.ColumnSplit)}
	if c.path < 0 {
		return c, fmt.Errorf("the first line names no column path (it reads %q); write path,label,split", strings.Join(header, ","))
	}
	return c, nil
}

// lines reads one path a line, or NUL-separated paths (find -print0) if the
// input holds a NUL.
func (l *lister) lines(r io.Reader) error {
	if r == nil {
		return errors.New("the corpus - needs paths on standard input")
	}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxLine)
	in.Split(splitPaths())
	for in.Scan() {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if path := in.Text(); path != "" {
			l.add(Entry{Path: path})
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read paths from standard input: %w", err)
	}
	return nil
}

// splitPaths returns a bufio.SplitFunc for lines that changes to NUL-separated
// paths for good at the first NUL, as no path can hold one.
func splitPaths() bufio.SplitFunc {
	split := bufio.ScanLines
	return func(data []byte, atEOF bool) (int, []byte, error) {
		if bytes.IndexByte(data, 0) >= 0 {
			split = scanNul
		}
		return split(data, atEOF)
	}
}

func scanNul(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// lineLimit refuses input with a line longer than maxLine, which encoding/csv
// would read into memory whole.
type lineLimit struct {
	r io.Reader
	n int // bytes since the last line end
}

func (l *lineLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for _, line := range bytes.SplitAfter(p[:n], []byte("\n")) {
		l.n += len(line)
		if l.n > maxLine {
			return 0, fmt.Errorf("a line is longer than %d bytes; is it a CSV file?", maxLine)
		}
		if bytes.HasSuffix(line, []byte("\n")) {
			l.n = 0
		}
	}
	return n, err
}
