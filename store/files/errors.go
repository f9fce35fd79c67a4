package files

import (
	"errors"
	"fmt"
	"syscall"
)

// ErrDamaged is wrapped by every error about bytes on disk that are not what
// was written: a log entry cut short, a part that does not decode.
var ErrDamaged = errors.New("damaged")

// ErrUnsupported is wrapped by errors about files that are whole, but use a
// feature of Delta Lake or Parquet that a store does not read.
var ErrUnsupported = errors.New("not supported")

// explained says of a failed change that what stood there before is untouched,
// and what helps.
func explained(err error) error {
	if err == nil {
		return nil
	}
	remedy := "run again"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		remedy = "free space and run again"
	case errors.Is(err, syscall.EIO):
		remedy = "check the disk and run again"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EROFS):
		remedy = "make the store writable and run again"
	}
	return fmt.Errorf("%w; nothing is lost; %s", err, remedy)
}
