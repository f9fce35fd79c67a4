// Package scan draws pages of PDF files that are nothing but images, as scanners and
// copiers make them, without pdfium: the images' own streams go to our decoders. Text
// that is invisible, as character recognition leaves it, or that lies under an image
// does not count. A file or a page that is not surely understood is an error, and is
// left to pdfium.
package scan

import (
	"context"
	"errors"
	"fmt"

	"cutpoint/pipeline/raster/pdf/object"
)

// ErrOther is wrapped by the reasons why pdfium is to draw a page.
var ErrOther = errors.New("the page is not a plain scan")

func other(format string, arguments ...any) error {
	return fmt.Errorf("%w: %s", ErrOther, fmt.Sprintf(format, arguments...))
}

// Document is a file whose pages are known. It serves one goroutine at a time.
type Document struct {
	file   *object.File
	leaves []leaf
}

// leaf is a page and what it inherits (ISO 32000-1, 7.7.3.4).
type leaf struct {
	ref       object.Ref
	inherited object.Dict
}

// inheritable are the entries of pages that their ancestors may have.
var inheritable = []object.Name{"Resources", "MediaBox", "CropBox", "Rotate"}

// Open reads a file's page tree. It is an error if the file is not in perfect order, if
// pdfium might count its pages differently, or if there are more than maxPages.
func Open(ctx context.Context, data []byte, maxPages int) (*Document, error) {
	f, err := object.Open(data)
	if err != nil {
		return nil, err
	}
	d := &Document{file: f}
	catalog, err := object.Get[object.Dict](f, f.Trailer["Root"])
	if err != nil {
		return nil, err
	}
	if err := d.checkCatalog(catalog); err != nil {
		return nil, err
	}
	root, ok := catalog["Pages"].(object.Ref)
	if !ok {
		return nil, errors.New("there is no page tree")
	}
	w := walk{Document: d, ctx: ctx, seen: map[object.Ref]bool{}, maxPages: maxPages}
	if _, err := w.node(root, object.Ref{}, nil, 0); err != nil {
		return nil, err
	}
	if len(d.leaves) == 0 {
		return nil, errors.New("there is no page")
	}
	return d, nil
}

// checkCatalog refuses documents that are more than their pages: portfolios, and forms
// whose pages stand in for others.
func (d *Document) checkCatalog(catalog object.Dict) error {
	if catalog["Type"] != object.Name("Catalog") {
		return errors.New("the catalogue is something else")
	}
	form, err := object.Optional[object.Dict](d.file, catalog["AcroForm"])
	if err != nil {
		return err
	}
	_, portfolio := catalog["Collection"]
	_, dynamic := catalog["NeedsRendering"]
	if _, xfa := form["XFA"]; portfolio || dynamic || xfa {
		return errors.New("the file is more than its pages")
	}
	return nil
}

// Pages returns the number of pages, at least 1.
func (d *Document) Pages() int { return len(d.leaves) }

// maxLevels is of page trees; real ones have three or four.
const maxLevels = 64

// walk collects the leaves of a page tree.
type walk struct {
	*Document
	ctx      context.Context
	seen     map[object.Ref]bool
	maxPages int
}

// node adds what is below a node and returns how many pages that are: what the node
// says, since pdfium believes it.
func (w *walk) node(ref, parent object.Ref, inherited object.Dict, level int) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	if w.seen[ref] || level > maxLevels || len(w.seen) > 2*w.maxPages+maxLevels {
		return 0, errors.New("the page tree is no tree, or too large")
	}
	w.seen[ref] = true
	node, err := object.Get[object.Dict](w.file, ref)
	if err != nil {
		return 0, err
	}
	if up, ok := node["Parent"].(object.Ref); level > 0 && (!ok || up != parent) {
		return 0, errors.New("a page has other parents than its tree says")
	}
	_, inner := node["Kids"]
	switch {
	case node["Type"] == object.Name("Page") && !inner && level > 0:
		if len(w.leaves) == w.maxPages {
			return 0, errors.New("there are too many pages")
		}
		w.leaves = append(w.leaves, leaf{ref, inherited})
		return 1, nil
	case node["Type"] == object.Name("Pages") && inner:
		return w.inner(node, ref, inherited, level)
	}
	return 0, errors.New("the page tree has something else in it")
}

func (w *walk) inner(node object.Dict, ref object.Ref, inherited object.Dict, level int) (pages int, err error) {
	kids, err := object.Get[object.Array](w.file, node["Kids"])
	if err != nil {
		return 0, err
	}
	below := inherit(inherited, node)
	for _, v := range kids {
		kid, ok := v.(object.Ref)
		if !ok {
			return 0, errors.New("the page tree has something else in it")
		}
		n, err := w.node(kid, ref, below, level+1)
		if err != nil {
			return 0, err
		}
		pages += n
	}
	count, err := object.Get[int](w.file, node["Count"])
	if err == nil && count != pages {
		err = errors.New("the page tree is counted wrongly")
	}
	return pages, err
}

// inherit returns what holds below a node.
func inherit(inherited, node object.Dict) object.Dict {
	below := object.Dict{}
	for _, key := range inheritable {
		if v, ok := node[key]; ok {
			below[key] = v
		} else if v, ok := inherited[key]; ok {
			below[key] = v
		}
	}
	return below
}
