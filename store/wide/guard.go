package wide

import "fmt"

// guarded turns a panic of a decoder on damaged bytes into an error: in a
// goroutine of its own nobody else could.
func guarded(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: its Parquet cannot be decoded (%v)", ErrDamaged, r)
		}
	}()
	return f()
}
