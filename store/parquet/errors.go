package parquet

import (
	"fmt"

	"cutpoint/store/files"
)

// Guard turns a panic of a decoder on damaged bytes into an error, when deferred.
func Guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: its Parquet cannot be decoded (%v)", files.ErrDamaged, r)
	}
}
