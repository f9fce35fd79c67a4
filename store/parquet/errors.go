package parquet

import (
	"fmt"

	"cutpoint/store/files"
)

// ErrDamaged is wrapped by every error about bytes that are not what a writer
// wrote: they do not decode, or contradict what the footer says.
var ErrDamaged = files.ErrDamaged

// ErrUnsupported is wrapped by errors about files that are whole, but use a
// feature of Parquet that this package does not read.
var ErrUnsupported = files.ErrUnsupported

// Guard turns a panic of a decoder on damaged bytes into an error, when deferred.
func Guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: its Parquet cannot be decoded (%v)", ErrDamaged, r)
	}
}

// guarded calls f and turns its panic into an error: in a goroutine of its own
// nobody else could.
func guarded(f func() error) (err error) {
	defer Guard(&err)
	return f()
}
