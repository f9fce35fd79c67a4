package store

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"time"

	"cutpoint/schemas"
)

// Origin says which programs made a table and its parts, and when.
type Origin struct {
	Tool  string         // that made the table; "" if its metadata does not say
	Parts map[string]int // parts of the newest version by the tool that wrote them; "" as above
	First time.Time      // when the table was made
	Last  time.Time      // of the newest commit
}

// Origin reads the table's metadata, its newest log entry and the footers of its
// parts.
func (t *Table[R]) Origin(ctx context.Context) (Origin, error) {
	snap, err := t.Snapshot()
	if err != nil {
		return Origin{}, err
	}
	o := Origin{Tool: snap.Configuration[schemas.KeyTool], Parts: map[string]int{}}
	if o.First, o.Last, err = t.commitTimes(snap); err != nil {
		return o, err
	}
	for _, part := range snap.Parts {
		if err := ctx.Err(); err != nil {
			return o, err
		}
		p, err := openPart(t.store.files, path.Join(t.name, part.Path))
		if err != nil {
			return o, err
		}
		tool, _ := p.file.Lookup(schemas.KeyTool)
		o.Parts[tool]++
		p.Close()
	}
	return o, nil
}

// commitTimes returns when the table was made and when the snapshot was committed;
// zero times for what its log does not say. An entry that another tool removed
// behind a checkpoint is replaced by the newest part's time.
func (t *Table[R]) commitTimes(snap Snapshot) (first, last time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if snap.Version < 0 {
		return first, last, nil
	}
	first = t.log.Created()
	for _, p := range snap.Parts {
		if at := time.UnixMilli(p.Modified).UTC(); at.After(last) {
			last = at
		}
	}
	c, err := t.log.ReadCommit(snap.Version)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return first, last, nil
	case err != nil:
		return first, last, err
	}
	return first, c.Time, nil
}

// footer returns the keys that a part written now carries: the table's own, and
// the tool that writes it, which need not be the one that made the table.
func (t *Table[R]) footer() map[string]string {
	out := map[string]string{schemas.KeyTool: schemas.Tool()}
	for k, v := range ownKeys(t.configuration) {
		out[k] = v
	}
	return out
}
