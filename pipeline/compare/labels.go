package compare

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"cutpoint/pipeline/lists"
)

// Labels override what the tables say. A nil *Labels overrides nothing.
type Labels struct {
	byPath  bool             // keys are paths, not document ids
	at      map[string]int32 // of keys: their place in rows
	rows    []labelled
	folder  []string // of the list, absolute, and without links if there are any
	current []string // of this process
}

// labelled is what a list says of a document.
type labelled struct {
	label string // "" takes a document's label away
	line  int32
	used  bool
}

// ReadLabels reads a list that has a column label, and names documents by their
// document_id or path. A label may be empty: the document is then left out.
//
// A path of the list is that of a document if both read the same, or lead to the same
// place: relative paths of the list from its folder or from the current one, relative
// paths of the store from the current one.
func ReadLabels(ctx context.Context, r io.Reader, o lists.Options) (*Labels, error) {
	o.Labels = true
	l := &Labels{at: map[string]int32{}}
	var err error
	if l.current, err = places("."); err != nil {
		return nil, err
	}
	if l.folder, err = places(o.Folder); err != nil {
		return nil, err
	}
	err = lists.Read(ctx, r, o, func(row lists.Row) error {
		l.byPath = row.Document == ""
		key := cmp.Or(row.Document, pathKey(row.Path))
		if i, twice := l.at[key]; twice {
			if earlier := l.rows[i]; earlier.label != row.Label {
				return fmt.Errorf("%s is labelled %q here and %q in %s %d; keep one", cmp.Or(row.Document, row.Path), row.Label, earlier.label, row.Unit, earlier.line)
			}
			return nil
		}
		l.at[key] = int32(len(l.rows))
		l.rows = append(l.rows, labelled{label: row.Label, line: int32(row.Line)})
		return nil
	})
	return l, err
}

// places returns a folder's absolute path, and the one without symbolic links if that is
// another.
func places(folder string) ([]string, error) {
	place, err := filepath.Abs(folder)
	if err != nil {
		return nil, fmt.Errorf("find the current folder: %w", err)
	}
	keys := []string{pathKey(place)}
	if target, err := filepath.EvalSymlinks(place); err == nil && pathKey(target) != keys[0] {
		keys = append(keys, pathKey(target))
	}
	return keys, nil
}

// pathKey is a path as it is compared. Programs write an accented letter of a name as
// one character or as two.
func pathKey(path string) string { return norm.NFC.String(filepath.Clean(path)) }

// pathKeys yields what a list may call a document, surest first.
func (l *Labels) pathKeys(path string) iter.Seq[string] {
	return func(yield func(string) bool) {
		key := pathKey(path)
		if path == "" || !yield(key) {
			return
		}
		leads := []string{key}
		if !filepath.IsAbs(key) {
			leads = nil
			for _, from := range l.current {
				leads = append(leads, filepath.Join(from, key))
			}
		}
		for _, place := range leads {
			if !yield(place) {
				return
			}
			for _, from := range slices.Concat(l.folder, l.current) {
				if relative, err := filepath.Rel(from, place); err == nil && !yield(relative) {
					return
				}
			}
		}
	}
}

// Of returns a page's label after the overrides: its own if none names it. A nil
// *Labels overrides nothing.
func (l *Labels) Of(documentID, path, label string) string {
	if l == nil {
		return lists.Label(label)
	}
	if !l.byPath {
		if i, ok := l.at[documentID]; ok {
			return l.use(i)
		}
		return lists.Label(label)
	}
	for key := range l.pathKeys(path) {
		if i, ok := l.at[key]; ok {
			return l.use(i)
		}
	}
	return lists.Label(label)
}

func (l *Labels) use(i int32) string {
	l.rows[i].used = true
	return l.rows[i].label
}

// Unused returns how many documents the list names that no page was found to be of, and
// the first few of them as it names them.
func (l *Labels) Unused() (n int, examples []string) {
	if l == nil {
		return 0, nil
	}
	for _, row := range l.rows {
		if !row.used {
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	for key, i := range l.at {
		if !l.rows[i].used {
			examples = append(examples, key)
		}
	}
	slices.SortFunc(examples, func(a, b string) int { return cmp.Compare(l.at[a], l.at[b]) })
	return n, slices.Clone(examples[:min(n, fewExamples)])
}

// UnusedSentence says it for people; "" if there are none.
func (l *Labels) UnusedSentence() string { return unusedSentence(l.Unused()) }

// fewExamples is how many of many are named.
const fewExamples = 3

// apply returns a table's labels after the overrides, and how many pages got
// another one. It leaves the table as it is.
func (l *Labels) apply(d *Dataset) (labels []string, changed int, err error) {
	if l != nil && l.byPath && d.Paths == nil {
		return nil, 0, fmt.Errorf("cut %s has no paths to apply labels by: use a labels file with document_id", d.Cut)
	}
	labels = make([]string, len(d.Labels))
	for i, label := range d.Labels {
		if labels[i] = l.Of(d.Keys[i].DocumentID, d.path(i), label); l != nil && labels[i] != lists.Label(label) {
			changed++
		}
	}
	return labels, changed, nil
}

// meetNothing says that no document of the list is in the store, with examples of both.
func (l *Labels) meetNothing(d *Dataset) error {
	n, listed := l.Unused()
	stored := d.Paths
	if !l.byPath {
		stored = nil
		for _, key := range d.Keys[:min(len(d.Keys), fewExamples)] {
			stored = append(stored, key.DocumentID)
		}
	}
	remedy := "name them as the store does, or by their paths from the labels file's folder or the current one"
	if l.byPath && strings.ContainsRune(listed[0], '\\') {
		remedy = lists.BackslashRemedy
	}
	return fmt.Errorf("none of the labels file's documents (%d) is in the store: the file names %s, the store %s; %s",
		n, examples(listed, n), examples(stored, len(stored)), remedy)
}
