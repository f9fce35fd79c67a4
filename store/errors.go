package store

import (
	"errors"
	"fmt"
	"strings"

	"cutpoint/schemas"
	"cutpoint/store/files"
)

// ErrNotStore is returned by Open for a folder that holds no store.
var ErrNotStore = errors.New("not a feature store")

// ErrLocked is returned by Lock when another run holds the store past the wait.
var ErrLocked = errors.New("the store is locked by another run")

// ErrDamaged is wrapped by every error about bytes on disk that are not what
// was written: a log entry cut short, a part that does not decode.
var ErrDamaged = files.ErrDamaged

// ErrUnsupported is wrapped by errors about tables that are whole, but use a
// feature of Delta Lake or Parquet that this package does not read.
var ErrUnsupported = files.ErrUnsupported

// FingerprintError is returned when a store holds features of another
// description: their numbers cannot be compared.
type FingerprintError struct {
	Dir         string
	Store, Want schemas.Description
}

func (e *FingerprintError) Error() string {
	return fmt.Sprintf("store %s holds other features: it has %s; give the store's settings, or name another store",
		e.Dir, strings.Join(e.Store.Differences(e.Want), "; "))
}
