package store

import (
	"context"
	"sync"

	"cutpoint/schemas"
)

// pinnedDocuments is the documents table at one version, read when it is first
// asked for.
type pinnedDocuments struct {
	table *Table[schemas.Document]

	mu   sync.Mutex
	read documentPages
}

func (d *pinnedDocuments) pages(ctx context.Context) (documentPages, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.read != nil {
		return d.read, nil
	}
	pages, err := readDocumentPages(ctx, d.table)
	if err == nil {
		d.read = pages
	}
	return pages, err
}

// documentPages is what the documents table says of each page. It takes precedence
// over a cut's own columns, which are those of the run that computed the features:
// documents may have been moved or relabelled since.
type documentPages map[schemas.PageKey]documentPage

type documentPage struct {
	path                  string
	label, split, warning *string // shared by pages of the same label, so that a page takes about 200 bytes
	replaced              bool    // its path holds another document now
}

func readDocumentPages(ctx context.Context, documents *Table[schemas.Document]) (documentPages, error) {
	pages, known := documentPages{}, map[string]*string{}
	shared := func(s *string) *string {
		if s == nil {
			return nil
		}
		if known[*s] == nil {
			known[*s] = s
		}
		return known[*s]
	}
	err := documents.Scan(ctx, func(rows []schemas.Document) error {
		for _, d := range rows {
			pages[d.Key()] = documentPage{d.Path, shared(d.Label), shared(d.Split), shared(d.Warning), d.ReplacedBy != nil}
		}
		return nil
	})
	return pages, err
}

// current returns a row as it should be, and what the documents table says of its
// page, if it knows it.
func (p documentPages) current(f schemas.Feature) (now schemas.Feature, d documentPage, known bool) {
	d, known = p[f.Key()]
	if known {
		f.Path, f.Label, f.Split = d.path, d.label, d.split
	}
	return f, d, known
}

// anyReplaced reports whether there is a page of a replaced document.
func (p documentPages) anyReplaced() bool {
	return p.any(func(d documentPage) bool { return d.replaced })
}

// anyNoted reports whether there is such a page, or one with a warning.
func (p documentPages) anyNoted() bool {
	return p.any(func(d documentPage) bool { return d.replaced || d.warning != nil })
}

func (p documentPages) any(is func(documentPage) bool) bool {
	for _, d := range p {
		if is(d) {
			return true
		}
	}
	return false
}
