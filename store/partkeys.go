package store

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"cutpoint/schemas"
	"cutpoint/store/files"
	"cutpoint/store/flat"
)

// partKeys are the keys of a part.
type partKeys struct {
	hashed []hashedKey
	other  []schemas.PageKey
}

func (k *partKeys) add(key schemas.PageKey) {
	if h, ok := hashKey(key); ok {
		k.hashed = append(k.hashed, h)
	} else {
		k.other = append(k.other, key)
	}
}

// keyFields are the columns of a key.
var keyFields = []flat.Field{{Name: "document_id", Type: flat.Text}, {Name: "page", Type: flat.Int32}}

// readKeys reads the keys of a part, and of its columns no others.
func readKeys(ctx context.Context, r *flat.Reader, f files.Folder, name string) (partKeys, error) {
	var keys partKeys
	err := readFlat(r, f, name, keyFields, func(rows int, columns []flat.Column) error {
		keys.hashed = slices.Grow(keys.hashed, rows)
		for range rows {
			var h hashedKey
			id := columns[0].Bytes()
			h.page = int32(columns[1].Int())
			if parseSHA256(h.id[:], id) {
				keys.hashed = append(keys.hashed, h)
			} else {
				keys.other = append(keys.other, schemas.PageKey{DocumentID: string(id), Page: h.page})
			}
		}
		return ctx.Err()
	})
	if !errors.Is(err, flat.ErrForeign) {
		return keys, err
	}
	keys = partKeys{}
	p, err := openPart(f, name)
	if err != nil {
		return keys, err
	}
	defer p.Close()
	if err := p.keys(ctx, keys.add); err != nil {
		return keys, fmt.Errorf("read keys of part %s: %w", name, err)
	}
	return keys, nil
}

// keys yields the keys of a part that another writer made.
func (p *partFile) keys(ctx context.Context, yield func(schemas.PageKey)) error {
	return scanPlain(ctx, p, 16<<10, func(rows []pageKey) error {
		for _, r := range rows {
			yield(schemas.PageKey(r))
		}
		return nil
	})
}

// readFlat reads columns of a part; see flat.Reader.Read.
func readFlat(r *flat.Reader, f files.Folder, name string, fields []flat.Field, batch func(int, []flat.Column) error) error {
	file, err := f.Open(name)
	if err != nil {
		return fmt.Errorf("open part %s: %w", name, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open part %s: %w", name, err)
	}
	if err := r.Read(file, info.Size(), fields, batch); err != nil {
		return fmt.Errorf("read part %s: %w", name, err)
	}
	return nil
}

// eachPart calls read with the index of every part, in any order and at once on
// all processors, each with a reader of its own. The first error ends it.
func eachPart(ctx context.Context, parts []Part, read func(ctx context.Context, r *flat.Reader, i int) error) error {
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), len(parts)) {
		group.Go(func() error {
			var r flat.Reader
			for {
				i := int(next.Add(1)) - 1
				if i >= len(parts) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := read(ctx, &r, i); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

// learnKeys adds the keys of parts that are not known yet.
func (t *Table[R]) learnKeys(ctx context.Context, parts []Part) error {
	read := make([]partKeys, len(parts))
	err := eachPart(ctx, parts, func(ctx context.Context, r *flat.Reader, i int) (err error) {
		read[i], err = readKeys(ctx, r, t.store.files, path.Join(t.name, parts[i].Path))
		return err
	})
	if err != nil {
		return err
	}
	t.keys.grow(read)
	for i, keys := range read { // in commit order: should two parts hold a key, the later one counts
		for _, k := range keys.hashed {
			t.keys.hashed[k] = t.next
		}
		for _, k := range keys.other {
			t.keys.other[k] = t.next
		}
		t.known[parts[i].Path] = t.next
		t.next++
	}
	return nil
}
