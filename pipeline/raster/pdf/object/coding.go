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

// unASCII85 undoes ASCII85Decode (7.4.3).
func unASCII85(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(bytes.TrimSpace(data), []byte("<~"))
	data, _, _ = bytes.Cut(data, []byte("~"))
	out := make([]byte, 4*len(data)) // a "z" is four zeros
	n, _, err := ascii85.Decode(out, data, true)
	return out[:n], err
}
