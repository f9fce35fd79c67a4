package object

import (
	"bytes"
	"compress/lzw"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
	tifflzw "golang.org/x/image/tiff/lzw"
)

// Filter is one of a stream's filters and its parameters.
type Filter struct {
	Name  Name
	Parms Dict // nil if it has none
}

// Filters are a stream's, in the order in which they are undone.
type Filters []Filter

// maxFilters is more than any writer applies.
const maxFilters = 4

// Filters returns those of a stream.
func (f *File) Filters(d Dict) (Filters, error) {
	names, err := f.list(d["Filter"])
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, nil // writers leave empty parameters
	}
	parms, err := f.list(d["DecodeParms"])
	if err != nil {
		return nil, err
	}
	if len(names) > maxFilters || len(parms) > len(names) || parms != nil && len(parms) != len(names) {
		return nil, errors.New("a stream's filters and their parameters do not match")
	}
	var chain Filters
	for i, v := range names {
		filter := Filter{}
		if filter.Name, err = Get[Name](f, v); err != nil {
			return nil, err
		}
		if parms != nil {
			if filter.Parms, err = Optional[Dict](f, parms[i]); err != nil {
				return nil, err
			}
		}
		chain = append(chain, filter)
	}
	return chain, nil
}

// list returns an array, or one of a single value; nil if there is none.
func (f *File) list(v any) (Array, error) {
	v, err := f.Resolve(v)
	if err != nil || v == nil {
		return nil, err
	}
	if a, ok := v.(Array); ok {
		return a, nil
	}
	return Array{v}, nil
}

// Int returns a parameter that is a number, or its default.
func (f Filter) Int(key Name, otherwise int) (int, error) {
	switch v := f.Parms[key].(type) {
	case nil:
		return otherwise, nil
	case int:
		return v, nil
	}
	return 0, fmt.Errorf("%s of %s is no number", key, f.Name)
}

// Bool returns a parameter that is true or false.
func (f Filter) Bool(key Name) (bool, error) {
	switch v := f.Parms[key].(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	}
	return false, fmt.Errorf("%s of %s is neither true nor false", key, f.Name)
}

// Unpack undoes all filters. What comes out, and what comes between, may have limit bytes.
func (chain Filters) Unpack(data []byte, limit int) (_ []byte, err error) {
	for _, f := range chain {
		if data, err = f.unpack(data, limit, false); err != nil {
			return nil, err
		}
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%w: a stream of more than %d bytes", ErrTooMuch, limit)
	}
	return data, nil
}

// Fill undoes all filters and returns the first n bytes, which must be there. What stands
// between the filters may have limit bytes.
func (chain Filters) Fill(data []byte, n, limit int) (_ []byte, err error) {
	for i, f := range chain {
		if i == len(chain)-1 {
			data, err = f.unpack(data, n, true)
		} else {
			data, err = f.unpack(data, limit, false)
		}
		if err != nil {
			return nil, err
		}
	}
	if len(data) < n {
		return nil, fmt.Errorf("the data ends after %d of %d bytes", len(data), n)
	}
	return data[:n], nil
}

// unpack undoes a filter. With cut, what is beyond the limit is ignored.
func (f Filter) unpack(data []byte, limit int, cut bool) ([]byte, error) {
	switch f.Name {
	case "FlateDecode", "LZWDecode":
		p, err := f.predictor()
		if err != nil {
			return nil, err
		}
		r, err := f.reader(data)
		if err != nil {
			return nil, err
		}
		if data, err = read(r, p.packed(limit), cut); err != nil {
			return nil, err
		}
		return p.undo(data)
	case "RunLengthDecode":
		return runLength(data, limit, cut)
	case "ASCIIHexDecode":
		return unASCIIHex(data, limit)
	case "ASCII85Decode":
		return unASCII85(data, limit)
	}
	return nil, fmt.Errorf("the filter %q is not read", f.Name)
}

func (f Filter) reader(data []byte) (io.Reader, error) {
	if f.Name == "FlateDecode" {
		return zlib.NewReader(bytes.NewReader(data))
	}
	early, err := f.Int("EarlyChange", 1)
	if err != nil {
		return nil, err
	}
	if early == 0 {
		return lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8), nil
	}
	return tifflzw.NewReader(bytes.NewReader(data), tifflzw.MSB, 8), nil
}

// read reads to the end, or up to the limit.
func read(r io.Reader, limit int, cut bool) ([]byte, error) {
	if cut {
		data := make([]byte, limit)
		n, err := io.ReadFull(r, data)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = fmt.Errorf("the data ends after %d of %d bytes", n, limit)
		}
		return data, err
	}
	var b bytes.Buffer
	n, err := io.Copy(&b, io.LimitReader(r, int64(limit)+1))
	if err == nil && n > int64(limit) {
		err = fmt.Errorf("%w: a stream of more than %d bytes", ErrTooMuch, limit)
	}
	return b.Bytes(), err
}
