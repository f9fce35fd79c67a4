package featurize

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"cutpoint/model"
	"cutpoint/pipeline/raster"
	"cutpoint/schemas"
)

// Options of a run. The zero value of a field means what its comment says.
type Options struct {
	Cuts        []model.Cut        // at least one
	Batch       int                // pages a forward pass; 0 = 16
	Workers     int                // decoding goroutines; 0 = GOMAXPROCS
	Limit       int                // the most pages to featurize; 0 = no limit
	PartPages   int                // pages after which a part is committed; 0 = 512
	PartBytes   int64              // … or bytes of embeddings; 0 = 256 MiB
	DType       string             // of the stored values, schemas.Float32 or Float16; "" = Float32
	RetryFailed bool               // read again what failed in an earlier run
	Rehash      bool               // read every file, whatever its size and time say
	Pages       PageRange          // which pages of a document are featurized; the zero value = all
	Preparation raster.Preparation // of pages; the zero value = the preset document
	EveryCopy   bool               // compute copies of a document as well, for tables that keep a row a file
	Limits      raster.Limits      // of a document; MaxMemory and MaxBytes also bound all readers together
	Log         *slog.Logger       // nil = discard
	Now         func() time.Time   // nil = time.Now
}

func (o Options) withDefaults() (Options, error) {
	if len(o.Cuts) == 0 {
		return o, errors.New("no cut is asked for")
	}
	if o.Batch < 0 || o.Workers < 0 || o.Limit < 0 || o.PartPages < 0 || o.PartBytes < 0 {
		return o, errors.New("batch, workers, limit and part size cannot be negative")
	}
	if o.DType != "" && o.DType != schemas.Float32 && o.DType != schemas.Float16 {
		return o, fmt.Errorf("values of type %q cannot be stored; %s and %s can", o.DType, schemas.Float32, schemas.Float16)
	}
	o.Batch = orDefault(o.Batch, 16)
	o.Workers = orDefault(o.Workers, runtime.GOMAXPROCS(0))
	o.PartPages = orDefault(o.PartPages, 512)
	o.PartBytes = orDefault(o.PartBytes, 256<<20)
	o.Limits = o.Limits.OrDefault()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o, nil
}

func orDefault[T int | int64](v, d T) T {
	if v == 0 {
		return d
	}
	return v
}
