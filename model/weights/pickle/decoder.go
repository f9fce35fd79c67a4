package pickle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// Limits of one pickle. A state_dict of a thousand tensors takes some fifty
// thousand instructions.
const (
	maxInstructions = 1 << 20
	maxStack        = 1 << 18
	maxString       = 1 << 20
	maxLine         = 1 << 10 // a module's or a function's name
)

// Decoder reads pickles that follow each other in a stream.
type Decoder struct {
	// Persistent lists the identifiers of all objects outside of the pickles that
	// were decoded, in their order there.
	Persistent []any

	r     *bufio.Reader
	read  int64
	limit int64
	allow func(Global) error

	stack []any
	marks []int // heights of the stack
	memo  map[int64]any

	filled int // pairs that were copied
}

// NewDecoder returns a decoder of at most limit bytes of r. Every name that a
// pickle imports is shown to allow, whose error ends the decoding.
func NewDecoder(r io.Reader, limit int64, allow func(Global) error) *Decoder {
	return &Decoder{r: bufio.NewReader(io.LimitReader(r, limit)), limit: limit, allow: allow}
}

// Offset returns the number of bytes that the decoded pickles took.
func (d *Decoder) Offset() int64 { return d.read }

// Decode returns the next pickle's object.
func (d *Decoder) Decode() (any, error) {
	d.stack, d.marks, d.memo = nil, nil, map[int64]any{}
	for range maxInstructions {
		op, err := d.byte()
		if err != nil {
			return nil, err
		}
		if op == '.' {
			return d.result()
		}
		if err := d.step(op); err != nil {
			return nil, err
		}
		if len(d.stack) > maxStack {
			return nil, fmt.Errorf("its stack grows beyond %d values", maxStack)
		}
	}
	return nil, fmt.Errorf("it has more than %d instructions", maxInstructions)
}

func (d *Decoder) result() (any, error) {
	if len(d.stack) != 1 || len(d.marks) > 0 {
		return nil, fmt.Errorf("it ends with %d objects on its stack, want one", len(d.stack))
	}
	return d.stack[0], nil
}

// cutOff turns the end of the stream into an error message.
func (d *Decoder) cutOff(err error) error {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	if d.read >= d.limit {
		return fmt.Errorf("it does not end within %d bytes", d.limit)
	}
	return fmt.Errorf("it is cut off after %d bytes", d.read)
}

func (d *Decoder) byte() (byte, error) {
	b, err := d.r.ReadByte()
	if err != nil {
		return 0, d.cutOff(err)
	}
	d.read++
	return b, nil
}

// bytes reads n bytes, which a string may have.
func (d *Decoder) bytes(n uint64) ([]byte, error) {
	if n > maxString {
		return nil, fmt.Errorf("a string of %d bytes is longer than a name needs to be", n)
	}
	b := make([]byte, n)
	got, err := io.ReadFull(d.r, b)
	d.read += int64(got)
	if err != nil {
		return nil, d.cutOff(err)
	}
	return b, nil
}

// number reads a little-endian unsigned integer of n bytes.
func (d *Decoder) number(n uint64) (uint64, error) {
	b, err := d.bytes(n)
	v := uint64(0)
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v, err
}

// counted reads a string behind its length of n bytes.
func (d *Decoder) counted(n uint64) ([]byte, error) {
	length, err := d.number(n)
	if err != nil {
		return nil, err
	}
	return d.bytes(length)
}

// line reads up to a line feed, which it drops.
func (d *Decoder) line() (string, error) {
	var line []byte
	for len(line) <= maxLine {
		b, err := d.byte()
		if err != nil {
			return "", err
		}
		if b == '\n' {
			return string(line), nil
		}
		line = append(line, b)
	}
	return "", fmt.Errorf("a name has more than %d bytes", maxLine)
}
