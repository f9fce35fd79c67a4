// Package object reads the objects of PDF files (ISO 32000-1, 7.2–7.5): tokens, cross-
// reference tables and streams, object streams, and the filters of streams. It repairs
// nothing: a file that is not in order is an error, for pdfium to deal with. Files are
// hostile until shown otherwise: depth, sizes and work are bounded, and no object is
// read before it is asked for.
package object

import (
	"errors"
	"fmt"
)

// Values of objects are nil, bool, int, float64, String, Name, Array, Dict, Ref and, by
// reference only, *Stream. In content streams operators are of type Keyword.
type (
	// String is a string's bytes, its escapes undone.
	String []byte
	// Name is a name without its slash.
	Name string
	// Keyword is a bare word.
	Keyword string
	// Array is a list of values.
	Array []any
	// Dict is a dictionary.
	Dict map[Name]any
	// Ref is a reference to an object.
	Ref struct{ Number, Generation int }
	// Stream is a dictionary and the bytes that follow it, filters not undone.
	Stream struct {
		Dict Dict
		Raw  []byte
	}
)

// ErrTooMuch is wrapped where a limit of this package ends the reading.
var ErrTooMuch = errors.New("beyond a limit of the reader")

const (
	maxDepth    = 32      // of arrays and dictionaries in each other
	maxElements = 1 << 18 // of an object
	maxObjects  = 1 << 20 // of a file
	maxSections = 1024    // cross-reference sections of a file
)

// maxStructure bounds what a file's cross-reference and object streams are unpacked to,
// all together and each time one is read again.
const maxStructure = 128 << 20

// maxHeld bounds the object streams that are kept unpacked.
const maxHeld = 16 << 20

// Float returns a number.
func Float(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// Floats returns an array of numbers, references among them followed.
func (f *File) Floats(v any) ([]float64, error) {
	array, err := Get[Array](f, v)
	if err != nil {
		return nil, err
	}
	list := make([]float64, len(array))
	for i, v := range array {
		if v, err = f.Resolve(v); err != nil {
			return nil, err
		}
		number, ok := Float(v)
		if !ok {
			return nil, fmt.Errorf("%T where a number should be", v)
		}
		list[i] = number
	}
	return list, nil
}

// Get follows a reference and returns the value, which must be of that type.
func Get[T any](f *File, v any) (T, error) {
	v, err := f.Resolve(v)
	t, ok := v.(T)
	if err == nil && !ok {
		err = fmt.Errorf("%T where %T should be", v, t)
	}
	return t, err
}

// Optional is Get for what may be absent: the zero value.
func Optional[T any](f *File, v any) (T, error) {
	v, err := f.Resolve(v)
	if err != nil || v == nil {
		var zero T
		return zero, err
	}
	return Get[T](f, v)
}
