package lists

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// lines hands out a text line by line.
type lines struct {
	in       *bufio.Reader
	end      byte
	number   int  // of the line that was handed out last, from 1
	anyBytes bool // names of files need not be UTF-8
	long     []byte
}

func (s *source) lines() *lines { return &lines{in: s.in, end: s.end, number: s.skipped} }

// nulSeparated hands out what stands between NULs.
func (s *source) nulSeparated() *lines { return &lines{in: s.in, end: 0, anyBytes: true} }

// next returns a line without its end, until io.EOF. It is valid until the next call.
func (l *lines) next() ([]byte, error) {
	l.number++
	line, err := l.in.ReadSlice(l.end)
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = l.rest(line)
	}
	switch {
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, io.EOF
	case err != nil && !errors.Is(err, io.EOF):
		return nil, at(l.number, err)
	}
	line = bytes.TrimSuffix(line, []byte{l.end})
	if l.end == '\n' {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	return line, l.check(line)
}

// rest gathers a line that is longer than the buffer.
func (l *lines) rest(start []byte) ([]byte, error) {
	l.long = append(l.long[:0], start...)
	for {
		more, err := l.in.ReadSlice(l.end)
		if l.long = append(l.long, more...); len(l.long) > maxLine {
			return nil, errLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l.long, err
		}
	}
}

var errLong = fmt.Errorf("the line is longer than %d bytes; is this a list?", maxLine)

// check refuses what is not text.
func (l *lines) check(line []byte) error {
	if l.anyBytes {
		return nil
	}
	return notText(line, l.number)
}

// notText refuses bytes that are not UTF-8, and zeros.
func notText(line []byte, number int) error {
	if bytes.IndexByte(line, 0) >= 0 {
		return at(number, errors.New("it holds a zero byte, and is no text"))
	}
	if utf8.Valid(line) {
		return nil
	}
	i := 0
	for i < len(line) {
		r, n := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		i += n
	}
	return at(number, fmt.Errorf("%q is not UTF-8; make the file UTF-8, with iconv -f WINDOWS-1252 -t UTF-8 (or what it was written in); names of files that are not UTF-8 themselves go into a plain list of paths", line[max(0, i-10):min(len(line), i+10)]))
}
