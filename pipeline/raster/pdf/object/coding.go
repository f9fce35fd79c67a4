package object

import (
	"bytes"
	"encoding/ascii85"
	"errors"
	"fmt"
)

// runLength undoes RunLengthDecode (7.4.5).
func runLength(data []byte, limit int, cut bool) ([]byte, error) {
	var out []byte
	for len(data) > 0 && data[0] != 128 {
		n := int(data[0])
		if n < 128 {
			if len(data) < n+2 {
				return nil, errors.New("a run-length stream is cut short")
			}
			out, data = append(out, data[1:n+2]...), data[n+2:]
		} else {
			if len(data) < 2 {
				return nil, errors.New("a run-length stream is cut short")
			}
			out, data = append(out, bytes.Repeat(data[1:2], 257-n)...), data[2:]
		}
		if len(out) > limit && cut {
			return out[:limit], nil
		} else if len(out) > limit {
			return nil, fmt.Errorf("%w: a stream of more than %d bytes", ErrTooMuch, limit)
		}
	}
	return out, nil
}

// spacedOut is by how much longer than its bytes text may be that stands for them.
const spacedOut = 3

// unASCII85 undoes ASCII85Decode (7.4.3).
func unASCII85(data []byte, limit int) ([]byte, error) {
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
	data, _, _ = bytes.Cut(data, []byte("~"))
	size := len(data) + 4*bytes.Count(data, []byte("z")) // that is four zeros
	if size > spacedOut*limit+1024 {
		return nil, fmt.Errorf("%w: a stream of more than %d bytes", ErrTooMuch, limit)
	}
	out := make([]byte, size)
	n, _, err := ascii85.Decode(out, data, true)
	return out[:n], err
}

// unASCIIHex undoes ASCIIHexDecode (7.4.2).
func unASCIIHex(data []byte, limit int) ([]byte, error) {
	digits, _, _ := bytes.Cut(data, []byte(">"))
	if len(digits) > spacedOut*limit+1024 {
		return nil, fmt.Errorf("%w: a stream of more than %d bytes", ErrTooMuch, limit)
	}
	return unhex(digits)
}
