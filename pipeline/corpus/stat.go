package corpus

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// statsAtOnce is how many files are asked about at once. On a network file system
// each answer is a round trip.
const statsAtOnce = 16

// statAll finds out size and time of change of all entries.
func statAll(ctx context.Context, entries []Entry) error {
	const chunk = 1024
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(statsAtOnce, 1+len(entries)/chunk) {
		group.Go(func() error {
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= len(entries) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				for i := range entries[from:min(from+chunk, len(entries))] {
					entries[from+i].stat()
				}
			}
		})
	}
	return group.Wait()
}

// stat finds out what the file is; if that fails, opening the entry says why.
func (e *Entry) stat() {
	if e.err != nil { // a folder that could not be listed
		return
	}
	info, err := e.look()
	switch {
	case err != nil:
		e.err = err
	case !info.Mode().IsRegular():
		e.err = errors.New("not a regular file")
	default:
		e.Size, e.Modified = info.Size(), info.ModTime()
	}
}

// look follows a link if it was named, and not where a file was found.
func (e *Entry) look() (info fs.FileInfo, err error) {
	if e.root == "" {
		info, err = os.Stat(e.Path)
	} else {
		info, err = os.Lstat(e.location())
	}
	if !errors.Is(err, syscall.ENAMETOOLONG) {
		return info, err
	}
	f, err := e.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}
