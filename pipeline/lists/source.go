package lists

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

const (
	headBytes = 64 << 10 // that are looked at to recognise a list
	maxLine   = 1 << 20  // bytes of a path, of a line, or of a record of several lines
	// maxUnpacked bounds what a list in gzip may hold, and one in Parquet that cannot
	// be read in place.
	maxUnpacked = 1 << 30
)

type kind int

const (
	textKind kind = iota
	nulSeparated
	jsonLines
	jsonArray
	parquetKind
)

// source is a list whose kind is known.
type source struct {
	kind kind
	in   *bufio.Reader // unpacked, behind the byte order mark
	file io.Reader     // what was opened; nil if in has unpacked it
	head []byte        // a copy of the first bytes of in
	end  byte          // of a line: '\n', or '\r' as old Macintosh programs write it

	skipped int // lines that in has handed out
}

// open recognises a list.
func open(r io.Reader) (*source, error) {
	s := &source{in: bufio.NewReaderSize(r, headBytes), file: r, end: '\n'}
	if magic, _ := s.in.Peek(2); string(magic) == "\x1f\x8b" {
		unpacked, err := gzip.NewReader(s.in)
		if err != nil {
			return nil, fmt.Errorf("unpack gzip: %w", err)
		}
		s.in, s.file = bufio.NewReaderSize(&unpackLimit{unpacked, maxUnpacked}, headBytes), nil
	}
	if mark, _ := s.in.Peek(3); string(mark) == "\ufeff" {
		s.in.Discard(3)
	}
	head, err := s.in.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	s.head = bytes.Clone(head)
	if err := refuse(s.head); err != nil {
		return nil, err
	}
	if bytes.IndexByte(s.head, '\n') < 0 && bytes.IndexByte(s.head, '\r') >= 0 {
		s.end = '\r'
	}
	s.kind = kindOf(s.head)
	return s, nil
}

// kindOf recognises a kind by the first bytes.
func kindOf(head []byte) kind {
	text := bytes.TrimLeft(head, " \t\r\n")
	then := func(from int, any string) bool { // what follows the bracket
		rest := bytes.TrimLeft(text[from:], " \t\r\n")
		return len(rest) > 0 && bytes.IndexByte([]byte(any), rest[0]) >= 0
	}
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return parquetKind
	case bytes.IndexByte(head, 0) >= 0:
		return nulSeparated
	case bytes.HasPrefix(text, []byte("{")) && then(1, `"}`):
		return jsonLines
	case bytes.HasPrefix(text, []byte("[")) && then(1, "{]"):
		return jsonArray
	}
	return textKind
}

// refuse names what is certainly no list.
func refuse(head []byte) error {
	if len(bytes.TrimSpace(head)) == 0 && len(head) < headBytes {
		return errEmpty
	}
	for _, k := range []struct{ magic, is string }{
		{"PK\x03\x04", "a spreadsheet or another ZIP file; save the sheet as CSV in UTF-8"},
		{"\xd0\xcf\x11\xe0", "an old Excel file; save the sheet as CSV in UTF-8"},
		{"\x1f\x8b", "packed with gzip twice; unpack it once"},
		{"\x28\xb5\x2f\xfd", "packed with zstd; unpack it, or pack it with gzip"},
		{"\xfd7zXZ\x00", "packed with xz; unpack it, or pack it with gzip"},
		{"BZh", "packed with bzip2; unpack it, or pack it with gzip"},
	} {
		if bytes.HasPrefix(head, []byte(k.magic)) && !isASCII(head) {
			return fmt.Errorf("it is %s", k.is)
		}
	}
	if name := wideText(head); name != "" {
		return fmt.Errorf("its text is %s; make it UTF-8, with iconv -f %s -t UTF-8", name, name)
	}
	return nil
}

var errEmpty = errors.New("it is empty; a list's first line names the columns: path,label,split")

// wideText returns which encoding in units of two or four bytes the text has; "" if
// it has none.
func wideText(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return "UTF-32"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "UTF-16"
	case bytes.Contains(head, []byte("\n\x00")) && zeroEvery(head, 1):
		return "UTF-16LE"
	case bytes.Contains(head, []byte("\x00\n")) && zeroEvery(head, 0):
		return "UTF-16BE"
	}
	return ""
}

// zeroEvery reports whether every second byte of the first line is zero, from an
// offset on: no list of paths separated by NUL is so.
func zeroEvery(head []byte, offset int) bool {
	line := head[:bytes.IndexByte(head, '\n')]
	for i := offset; i < len(line); i += 2 {
		if line[i] != 0 {
			return false
		}
	}
	return len(line) >= 4
}

func isASCII(b []byte) bool {
	return bytes.IndexFunc(b, func(r rune) bool { return r >= 0x80 || r < ' ' && r != '\n' && r != '\r' && r != '\t' }) < 0
}

// unpackLimit ends what unpacks to too much.
type unpackLimit struct {
	r    io.Reader
	left int64
}

func (l *unpackLimit) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d MiB; if that is right, unpack it first", maxUnpacked>>20)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("unpack gzip: %w", err)
	}
	return n, err
}
