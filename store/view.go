package store

import (
	"context"
	"iter"
	"time"

	"cutpoint/schemas"
)

// Moment says as of when a store is read. The zero value is now.
type Moment struct {
	Version *int64    // of the cut's table; the documents are then those of the time of its commit
	Time    time.Time // if Version is nil: the newest versions committed at or before it
}

// View is a cut's table joined with the documents table: the rows of the cut, with
// the path, label and split that the documents table has, and without those of
// documents that were replaced. Both tables stay at the version at which they were
// opened, whatever other programs write meanwhile.
type View struct {
	Info         schemas.CutInfo
	Snapshot     Snapshot // of the cut's table, whose count has all rows
	WithReplaced bool     // do not leave out the rows of replaced documents; to be set before the first read

	features  *Table[schemas.Feature]
	documents *pinnedDocuments
}

// Views opens cuts as of a moment. Views that need the same version of the
// documents table read it once.
func (s *Store) Views(when Moment, cuts ...string) ([]*View, error) {
	views, times := make([]*View, len(cuts)), make([]time.Time, len(cuts))
	var err error
	for i, cut := range cuts {
		if views[i], times[i], err = s.pinCut(cut, when); err != nil {
			return nil, err
		}
	}
	// Documents are written before their features: pinned after all cuts, they are
	// at least as new.
	pinned := map[int64]*pinnedDocuments{}
	for i, v := range views {
		version, err := s.documentsVersion(times[i])
		if err != nil {
			return nil, err
		}
		if pinned[version] == nil {
			table, err := s.documents.At(version)
			if err != nil {
				return nil, err
			}
			pinned[version] = &pinnedDocuments{table: table}
		}
		v.documents = pinned[version]
	}
	return views, nil
}

// pinCut opens a cut's table as of a moment. It returns the time as of which its
// documents are to be read, zero for now.
func (s *Store) pinCut(cut string, when Moment) (*View, time.Time, error) {
	table, info, err := s.Cut(cut)
	if err != nil {
		return nil, time.Time{}, err
	}
	newest, err := table.Snapshot()
	if err != nil {
		return nil, time.Time{}, err
	}
	version := newest.Version
	if when.Version != nil {
		version, when.Time = *when.Version, time.Time{}
	} else if !when.Time.IsZero() {
		if version, err = table.VersionAt(when.Time); err != nil {
			return nil, time.Time{}, err
		}
	}
	v := &View{Info: info}
	if v.features, err = table.At(version); err != nil {
		return nil, time.Time{}, err
	}
	if v.Snapshot, err = v.features.Snapshot(); err != nil {
		return nil, time.Time{}, err
	}
	if when.Version != nil && version != newest.Version { // of the newest, documents are read as they are now: older ones may be gone
		commit, err := table.Commit(version)
		return v, commit.Time, err
	}
	return v, when.Time, nil
}

func (s *Store) documentsVersion(when time.Time) (int64, error) {
	if !when.IsZero() {
		return s.documents.VersionAt(when)
	}
	snap, err := s.documents.Snapshot()
	return snap.Version, err
}

// Scan yields all rows in commit order and in slices that are the receiver's to
// keep. An error of yield ends it.
func (v *View) Scan(ctx context.Context, yield func(rows []schemas.Feature) error) error {
	pages, err := v.documents.pages(ctx)
	if err != nil {
		return err
	}
	return v.features.Scan(ctx, func(rows []schemas.Feature) error {
		if rows = v.refresh(pages, rows); len(rows) == 0 {
			return nil
		}
		return yield(rows)
	})
}

// Rows reads all rows without their embeddings, in the order of Scan.
func (v *View) Rows(ctx context.Context) ([]schemas.Feature, error) {
	pages, err := v.documents.pages(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := tableRows(ctx, v.features)
	return v.refresh(pages, rows), err
}

// Vectors reads all embeddings into one matrix, (N, Info.Dim), in the order of Rows.
func (v *View) Vectors(ctx context.Context) ([]float32, error) {
	pages, err := v.documents.pages(ctx)
	if err != nil {
		return nil, err
	}
	data, err := tableVectors(ctx, v.features)
	if err != nil || v.WithReplaced || !pages.anyReplaced() {
		return data, err
	}
	rows, err := tableRows(ctx, v.features)
	n := 0
	for i, r := range rows {
		if !pages[r.Key()].replaced {
			copy(data[n*v.Info.Dim:][:v.Info.Dim], data[i*v.Info.Dim:])
			n++
		}
	}
	return data[:n*v.Info.Dim], err
}

// Documents lists the pages of the documents table in no particular order, whether
// or not the cut has them: their keys, paths, labels and splits, and nothing else.
// Those of replaced documents are left out as elsewhere.
func (v *View) Documents(ctx context.Context) (iter.Seq[schemas.Document], error) {
	pages, err := v.documents.pages(ctx)
	return func(yield func(schemas.Document) bool) {
		for key, d := range pages {
			if d.replaced && !v.WithReplaced {
				continue
			}
			if !yield(schemas.Document{DocumentID: key.DocumentID, Page: key.Page, Path: d.path, Label: d.label, Split: d.split}) {
				return
			}
		}
	}, err
}

// refresh makes rows current, in place, and leaves out those of replaced documents.
func (v *View) refresh(pages documentPages, rows []schemas.Feature) []schemas.Feature {
	kept := rows[:0]
	for _, f := range rows {
		now, d, _ := pages.current(f)
		if v.WithReplaced || !d.replaced {
			kept = append(kept, now)
		}
	}
	return kept
}
