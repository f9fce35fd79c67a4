package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/files"
	"cutpoint/store/parquet"
)

// partFile is a part open for reading.
type partFile struct {
	files.File
	file *parquet.File
	info partInfo
}

// openPart opens a part and reads its footer.
func openPart(f files.Folder, name string) (*partFile, error) {
	return openPartIn(f, name, &parquet.File{})
}

// openPartIn does so in the memory of a file that is not read any more.
func openPartIn(f files.Folder, name string, memory *parquet.File) (p *partFile, err error) {
	file, err := f.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open part %s: %w; a part of an older version may have been removed by a vacuum", name, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open part %s: %w", name, err)
	}
	info, err := file.Stat()
	if err == nil {
		err = memory.Reset(file, info.Size())
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("open part %s: %w", name, err)
	}
	return &partFile{file, memory, partInfo{info.Size(), info.ModTime().UnixMilli()}}, nil
}

// footer returns the cutpoint keys of the part's footer.
func (p *partFile) footer() map[string]string {
	out := map[string]string{}
	for _, k := range []string{schemas.KeyDescription, schemas.KeyCut, schemas.KeyFingerprint} {
		if v, ok := p.file.Lookup(k); ok {
			out[k] = v
		}
	}
	return out
}

// scanPart yields all rows of a part in slices that are the receiver's to keep.
func scanPart[R Row](ctx context.Context, p *partFile, dim int, yield func([]R) error) error {
	if f, ok := any(yield).(func([]schemas.Feature) error); ok {
		d := parquet.NewDecoder(0)
		defer d.Close()
		return d.ScanFeatures(ctx, p.file, dim, f)
	}
	return parquet.Scan(ctx, p.file, nil, yield)
}

// partScanner reads the rows of one part after another, without embeddings, in the
// same memory.
type partScanner[R any] struct {
	file   parquet.File
	buffer []R
}

// scan yields the rows of a part in slices that are used again.
func (s *partScanner[R]) scan(ctx context.Context, f files.Folder, name string, yield func([]R) error) error {
	p, err := openPartIn(f, name, &s.file)
	if err != nil {
		return err
	}
	defer p.Close()
	var outside error // yield's own, not the part's
	err = parquet.Scan(ctx, p.file, &s.buffer, func(rows []R) error {
		outside = yield(rows)
		return outside
	})
	if err == nil || outside != nil || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("read part %s: %w", name, err)
}

// eachPart calls read with the index of every part, in any order and at once on
// all processors, each with a scanner of its own. The first error ends it.
func eachPart[R any](ctx context.Context, parts []Part, read func(ctx context.Context, s *partScanner[R], i int) error) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		group.Go(func() error {
			var s partScanner[R]
			for {
				i := int(next.Add(1)) - 1
				if i >= len(parts) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := read(ctx, &s, i); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// ScanUnordered is Scan for who minds neither the order of rows nor keeps them:
// parts are read at once on all processors, and the slice is used again after
// yield, which is called by one goroutine at a time.
func (t *Table[R]) ScanUnordered(ctx context.Context, yield func(rows []R) error) error {
	snap, err := t.Snapshot()
	if err != nil {
		return err
	}
	var one sync.Mutex
	locked := func(rows []R) error {
		one.Lock()
		defer one.Unlock()
		return yield(rows)
	}
	return eachPart(ctx, snap.Parts, func(ctx context.Context, s *partScanner[R], i int) error {
		if t.dim > 0 {
			return t.scanPart(ctx, snap.Parts[i], locked)
		}
		return s.scan(ctx, t.store.files, path.Join(t.name, snap.Parts[i].Path), locked)
	})
}
