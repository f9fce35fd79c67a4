package store

import (
	"context"
	"fmt"
	"path"
	"sync"

	"cutpoint/store/delta"
)

// What a table's log says of it; see package delta.
type (
	CommitInfo = delta.CommitInfo
	Commit     = delta.Commit
	Snapshot   = delta.Snapshot
	Part       = delta.Part
)

// Table is one Delta table of a store.
type Table[R Row] struct {
	store         *Store
	name          string
	dim           int               // length of every embedding; 0 if rows have none
	configuration map[string]string // of a table that is made here

	writing sync.Mutex // held by Append and Upsert of this handle

	mu    sync.Mutex // guards what follows
	log   *delta.Log
	keys  *KeySet          // of the parts in known
	lent  bool             // Keys returned keys: it must not change
	known map[string]int32 // ordinal of each part whose keys are in keys
	next  int32            // ordinal of the next part
}

func newTable[R Row](s *Store, name string, dim int, configuration map[string]string) *Table[R] {
	return &Table[R]{
		store: s, name: name, dim: dim, configuration: configuration,
		log: delta.New(s.files, name), keys: newKeySet(), known: map[string]int32{},
	}
}

// Name returns the table's name, which is its folder's.
func (t *Table[R]) Name() string { return t.name }

// Snapshot returns the newest version of the table.
func (t *Table[R]) Snapshot() (Snapshot, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.log.Refresh(); err != nil {
		return Snapshot{}, err
	}
	return t.log.Snapshot(), nil
}

// Keys returns the keys of all rows. Only the columns document_id and page of
// parts that this handle has not seen yet are read. The set stays as it is.
func (t *Table[R]) Keys(ctx context.Context) (*KeySet, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refreshKeys(ctx); err != nil {
		return nil, err
	}
	t.lent = true
	return t.keys, nil
}

// Scan yields all rows of the newest snapshot, in commit order and in slices
// that are the receiver's to keep. An error of yield ends it.
func (t *Table[R]) Scan(ctx context.Context, yield func(rows []R) error) error {
	snap, err := t.Snapshot()
	if err != nil {
		return err
	}
	for _, part := range snap.Parts {
		if err := t.scanPart(ctx, part, yield); err != nil {
			return err
		}
	}
	return nil
}

func (t *Table[R]) scanPart(ctx context.Context, part Part, yield func(rows []R) error) error {
	name := path.Join(t.name, part.Path)
	p, err := openPart(t.store.files, name)
	if err != nil {
		return err
	}
	defer p.Close()
	var outside error // yield's own, not the part's
	err = scanPart(ctx, p, t.dim, func(rows []R) error {
		outside = yield(rows)
		return outside
	})
	if err == nil || outside != nil || ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("read part %s: %w", name, err)
}

// scanPages yields the rows of a part, those of a cut without their embeddings,
// which are not read.
func (t *Table[R]) scanPages(ctx context.Context, part Part, yield func(R)) error {
	var s partScanner[R]
	return s.scan(ctx, t.store.files, path.Join(t.name, part.Path), func(rows []R) error {
		for _, r := range rows {
			yield(r)
		}
		return nil
	})
}

// refreshKeys brings the log and the keys up to the newest version. The caller
// holds mu.
func (t *Table[R]) refreshKeys(ctx context.Context) error {
	if err := t.log.Refresh(); err != nil {
		return err
	}
	gone := map[int32]bool{}
	for name, ordinal := range t.known {
		if !t.log.Has(name) {
			gone[ordinal] = true
			delete(t.known, name)
		}
	}
	var unread []Part
	for _, p := range t.log.Parts() {
		if _, ok := t.known[p.Path]; !ok {
			unread = append(unread, p)
		}
	}
	if len(unread)+len(gone) == 0 {
		return nil
	}
	if t.lent {
		t.keys, t.lent = t.keys.clone(), false
	}
	if len(gone) > 0 {
		t.keys.forget(gone)
	}
	return t.learnKeys(ctx, unread)
}

// settleAll makes all that stands in the table's log durable, whoever wrote it.
func (t *Table[R]) settleAll() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.SettleAll()
}

// settle makes what this handle has seen of the table durable.
func (t *Table[R]) settle() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Settle()
}

// create makes the table if it is not there; another writer may do so first.
func (t *Table[R]) create(info CommitInfo) error {
	columns, err := delta.Schema[R]()
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.Create(columns, t.configuration, info)
}
