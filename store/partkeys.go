package store

import (
	"context"
	"path"
	"slices"
	"strings"

	"cutpoint/schemas"
)

// partKeys are the keys of a part.
type partKeys struct {
	hashed []hashedKey
	other  []schemas.PageKey
}

func (k *partKeys) add(keys []schemas.PageKey) {
	k.hashed = slices.Grow(k.hashed, len(keys))
	for _, key := range keys {
		if h, ok := hashKey(key); ok {
			k.hashed = append(k.hashed, h)
		} else {
			key.DocumentID = strings.Clone(key.DocumentID) // it is a piece of the part
			k.other = append(k.other, key)
		}
	}
}

// learnKeys adds the keys of parts that are not known yet.
func (t *Table[R]) learnKeys(ctx context.Context, parts []Part) error {
	read := make([]partKeys, len(parts))
	err := eachPart(ctx, parts, func(ctx context.Context, s *partScanner[schemas.PageKey], i int) error {
		return s.scan(ctx, t.store.files, path.Join(t.name, parts[i].Path), func(keys []schemas.PageKey) error {
			read[i].add(keys)
			return nil
		})
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
