package recompute

import (
	"cmp"
	"context"
	"encoding/binary"
	"hash/fnv"
	"slices"

	"cutpoint/schemas"
)

// choose picks pages that at least one cut holds and whose document was not replaced by
// another one at its path, each as likely as any other:
// those with the least hashes of seed and key. So the choice depends on neither
// the order of rows nor on how many there are.
func (j Job) choose(ctx context.Context) ([]stored, error) {
	replaced, err := j.replaced(ctx)
	if err != nil {
		return nil, err
	}
	chosen := map[schemas.PageKey]uint64{}
	limit := ^uint64(0) // no key with a greater hash can be among the chosen
	for _, c := range j.Cuts {
		err := j.Tables.Features(ctx, c.String(), func(rows []schemas.Feature) error {
			for _, row := range rows {
				if h := j.hash(row.Key()); h <= limit && !replaced[row.Key()] {
					chosen[row.Key()] = h
				}
			}
			if len(chosen) > 4*j.Pages+1024 {
				limit = keepLeast(chosen, j.Pages)
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, err
		}
	}
	keepLeast(chosen, j.Pages)
	return j.load(ctx, chosen)
}

func (j Job) replaced(ctx context.Context) (map[schemas.PageKey]bool, error) {
	keys := map[schemas.PageKey]bool{}
	err := j.Tables.Documents(ctx, func(rows []schemas.Document) error {
		for _, row := range rows {
			if row.ReplacedBy != nil {
				keys[row.Key()] = true
			}
		}
		return ctx.Err()
	})
	return keys, err
}

func (j Job) hash(k schemas.PageKey) uint64 {
	var b [12]byte
	binary.LittleEndian.PutUint64(b[:], j.Seed)
	binary.LittleEndian.PutUint32(b[8:], uint32(k.Page))
	h := fnv.New64a()
	h.Write(b[:])
	h.Write([]byte(k.DocumentID))
	return h.Sum64()
}

// keepLeast removes all but the n keys of the least hashes, and returns the
// greatest of those.
func keepLeast(chosen map[schemas.PageKey]uint64, n int) uint64 {
	if len(chosen) <= n {
		return ^uint64(0)
	}
	hashes := make([]uint64, 0, len(chosen))
	for _, h := range chosen {
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	limit := uint64(0)
	if n > 0 {
		limit = hashes[n-1]
	}
	for k, h := range chosen {
		if h > limit || n == 0 {
			delete(chosen, k)
		}
	}
	return limit
}

// load reads the vectors and the paths of the chosen pages, ordered by path.
func (j Job) load(ctx context.Context, chosen map[schemas.PageKey]uint64) ([]stored, error) {
	if len(chosen) == 0 {
		return nil, nil
	}
	at := map[schemas.PageKey]int{}
	var pages []stored
	for k := range chosen {
		at[k] = len(pages)
		pages = append(pages, stored{key: k, vectors: make([][]float32, len(j.Cuts))})
	}
	for i, c := range j.Cuts {
		err := j.Tables.Features(ctx, c.String(), func(rows []schemas.Feature) error {
			for _, row := range rows {
				if n, ok := at[row.Key()]; ok {
					pages[n].vectors[i] = slices.Clone(row.Embedding)
					pages[n].path = row.Path
				}
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, err
		}
	}
	err := j.Tables.Documents(ctx, func(rows []schemas.Document) error { // which follows moves
		for _, row := range rows {
			if n, ok := at[row.Key()]; ok {
				pages[n].path = row.Path
			}
		}
		return ctx.Err()
	})
	slices.SortFunc(pages, func(a, b stored) int { return cmp.Or(cmp.Compare(a.path, b.path), a.key.Compare(b.key)) })
	return pages, err
}
