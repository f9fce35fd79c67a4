package compare

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/pipeline/lists"
	"cutpoint/schemas"
)

// Whatever the documents, duplicates and labels: every page is tested once a
// repeat, no group straddles a split, and classes are spread about evenly.
func TestFoldsProperties(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for range 60 {
		d := corpus{documents: 30 + rng.IntN(60), pages: 1 + rng.IntN(3), classes: 2 + rng.IntN(3)}.table(cut(t, "pool1-avg"), rng.Uint64())
		for range rng.IntN(10) { // duplicates across documents
			copy(d.row(rng.IntN(len(d.Keys))), d.row(rng.IntN(len(d.Keys))))
		}
		load, _ := loader(d)
		p, _, err := survey(t.Context(), load, []model.Cut{d.Cut}, nil)
		if err != nil {
			t.Fatal(err)
		}
		k := 2 + rng.IntN(3)
		folds, err := p.folds(k, 2, rng.Uint64())
		if err != nil {
			t.Fatal(err)
		}
		tested := make([]int, len(p.keys))
		for _, f := range folds {
			if len(f.train)+len(f.test) != len(p.keys) {
				t.Fatalf("a fold trains on %d pages and tests %d of %d", len(f.train), len(f.test), len(p.keys))
			}
			train := map[int]bool{}
			for _, i := range f.train {
				train[p.groups[i]] = true
			}
			count := make([]float64, len(p.classes))
			for _, i := range f.test {
				tested[i]++
				count[p.y[i]]++
				if train[p.groups[i]] {
					t.Fatalf("page %v is tested with its group in training", p.keys[i])
				}
			}
			for c, n := range count {
				if even := float64(len(p.keys)) / float64(len(p.classes)*k); !(math.Abs(n-even) <= 2+0.5*even) {
					t.Errorf("class %d: %v pages in a fold, an even share is %.1f", c, n, even)
				}
			}
		}
		for i, n := range tested {
			if n != 2 {
				t.Fatalf("page %d is tested %d times in 2 repeats", i, n)
			}
		}
	}
}

func TestAlignment(t *testing.T) {
	c := corpus{documents: 20, pages: 2, classes: 2}
	a, b := c.table(cut(t, "pool1-avg"), 1), c.table(cut(t, "pool2-avg"), 2)
	drop := func(d *planted, i int) {
		dim := d.Cut.Dim()
		d.Keys, d.Paths, d.Labels = slices.Delete(d.Keys, i, i+1), slices.Delete(d.Paths, i, i+1), slices.Delete(d.Labels, i, i+1)
		d.X = slices.Delete(d.X, i*dim, (i+1)*dim)
	}
	drop(a, 3)
	drop(b, 8)
	gone, silent := b.Keys[3], a.Keys[20]
	for _, d := range []*planted{a, b} {
		d.Labels[slices.Index(d.Keys, silent)] = ""
	}
	b.Labels[slices.Index(b.Keys, a.Keys[0])] = "class B"
	dim := b.Cut.Dim() // tables need not be in the same order
	last := len(b.Keys) - 1
	b.Keys[0], b.Keys[last] = b.Keys[last], b.Keys[0]
	b.Labels[0], b.Labels[last] = b.Labels[last], b.Labels[0]
	for j := range dim {
		b.X[j], b.X[last*dim+j] = b.X[last*dim+j], b.X[j]
	}
	load, _ := loader(a, b)
	p, tables, err := survey(t.Context(), load, []model.Cut{a.Cut, b.Cut}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Rows{Used: 37, Unlabelled: 1, NotAtEveryCut: 2, Groups: 20, LabelsDiffer: 1}
	if p.counts != want {
		t.Errorf("counts %+v, want %+v", p.counts, want)
	}
	if slices.Contains(p.keys, gone) || slices.Contains(p.keys, silent) || !slices.IsSortedFunc(p.keys, schemas.PageKey.Compare) {
		t.Error("the common pages are wrong or unsorted")
	}
	for j, d := range []*planted{a, b} {
		if len(tables[j].rows) != len(p.keys) {
			t.Fatalf("cut %s: %d rows for %d pages", d.Cut, len(tables[j].rows), len(p.keys))
		}
		for i, r := range tables[j].rows {
			if d.Keys[r] != p.keys[i] {
				t.Fatalf("cut %s: row %d is page %v, want %v", d.Cut, r, d.Keys[r], p.keys[i])
			}
		}
	}
}

// readLabels reads a list that lies in /lists.
func readLabels(text string) (*Labels, error) {
	return ReadLabels(context.Background(), strings.NewReader(text), lists.Options{Name: "l.csv", Folder: "/lists"})
}

func TestReadLabels(t *testing.T) {
	for _, c := range []struct{ name, in, key, label string }{
		{"csv", "path,label\nin/1.tif,memo\n", "in/1.tif", "memo"},
		{"quoted, other columns", "\uFEFFsize,Label,path\r\n3,\"a, b\",x.tif\r\n", "x.tif", "a, b"},
		{"tsv", "document_id\tlabel\nabc\tthe \"big\" one\n", "abc", `the "big" one`},
		{"empty label", "path,label\nx,\n", "x", ""},
		{"the same twice", "path,label\nx,a\n./x,a \n", "x", "a"},
		{"JSON lines", `{"path":"./in//x","label":3}`, "in/x", "3"},
		{"two forms", "path,label\nx,caf\u00e9\nx,cafe\u0301\n", "x", "caf\u00e9"},
	} {
		l, err := readLabels(c.in)
		if err != nil {
			t.Errorf("read labels (%s): %v", c.name, err)
		} else if i, ok := l.at[c.key]; !ok || l.rows[i].label != c.label {
			t.Errorf("read labels (%s): got %v of %v, want %q for %q", c.name, l.rows, l.at, c.label, c.key)
		}
	}
	for in, says := range map[string]string{
		"":                        "empty",
		"path,label\n":            "no rows",
		"file,class\nx,a\n":       "line 1",
		"path,label\nx,a\ny\n":    "line 3",
		"path,label\nx,a\nx,b\n":  `line 3: x is labelled "b" here and "a" in line 2`,
		"path,label\nx,a\n./x,\n": `line 3: ./x is labelled "" here and "a" in line 2`,
		"path,label\n,b\n":        "line 2",
		"path,label\nx,\"a\n":     "l.csv",
		"path,label\nx," + strings.Repeat("y", 2000) + "\n": "2000 bytes",
	} {
		if _, err := readLabels(in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("read %.40q: error %v, want %q", in, err, says)
		}
	}
}

// TestPathsOfLabels: a list may name a document as the store does, or by a path that
// leads there from its own folder or from the current one.
func TestPathsOfLabels(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		listed, stored string
		meets          bool
	}{
		{"in/a.png", "in/a.png", true},
		{"./in/a.png", "in/a.png", true},
		{"in//b/../a.png", "./in/a.png", true},
		{here + "/in/a.png", "in/a.png", true},
		{"in/a.png", here + "/in/a.png", true},
		{"in/a.png", "/lists/in/a.png", true},
		{"../scans/a.png", "/scans/a.png", true},
		{"file://" + here + "/in/a.png", "in/a.png", true},
		{"in/caf\u00e9.png", "in/cafe\u0301.png", true},
		{"a.png", "in/a.png", false},
		{"in/a.png", "/in/a.png", false},
		{"/in/a.png", "in/a.png", false},
		{"in/A.png", "in/a.png", false},
	} {
		l, err := readLabels("path,label\n" + c.listed + ",x\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Of("id", c.stored, "own") == "x"; got != c.meets {
			t.Errorf("%s of a list is %s of a store: %t, want %t", c.listed, c.stored, got, c.meets)
		}
		if n, _ := l.Unused(); (n == 0) != c.meets {
			t.Errorf("%s: %d unused", c.listed, n)
		}
	}
	linked := filepath.Join(t.TempDir(), "linked")
	if err := os.Symlink(here, linked); err != nil {
		t.Fatal(err)
	}
	t.Chdir(linked)
	for _, listed := range []string{here + "/in/a.png", linked + "/in/a.png", "in/a.png"} {
		l, err := readLabels("path,label\n" + listed + ",x\n")
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Of("id", "in/a.png", ""); got != "x" {
			t.Errorf("%s of a list is not in/a.png of a store where the current folder is a link", listed)
		}
	}
	l, err := readLabels("path,label\n/lists/in/a.png,far\nin/a.png,near\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Of("id", "in/a.png", ""); got != "near" {
		t.Errorf("of two paths that lead to a document, the label is %q, want that of the one that reads the same", got)
	}
}

func TestLabelsOverride(t *testing.T) {
	d := corpus{documents: 20, pages: 2, classes: 2, signal: 1}.table(cut(t, "pool1-avg"), 1)
	l, err := readLabels("path,label\nin/0.tif,class B\nin/1.tif,\nin/2.tif,class A\nelsewhere.tif,class A\n")
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(d.Labels)
	r := one(t, d, Options{Labels: l}).Report
	if r.Rows.LabelsReplaced != 4 || r.Rows.Unlabelled != 2 || r.Rows.LabelsUnused != 1 {
		t.Errorf("%+v, want 4 replaced, 2 unlabelled, 1 unused", r.Rows)
	}
	if got, want := r.LeftOut, (LeftOut{LabelsFile: true, MinDocuments: 5, Unlabelled: []string{"in/1.tif", "in/1.tif"}, LabelsUnused: []string{"elsewhere.tif"}}); !reflect.DeepEqual(got, want) {
		t.Errorf("left out %+v, want %+v", got, want)
	}
	if !slices.Equal(before, d.Labels) {
		t.Error("the caller's labels were changed")
	}
}

func TestLabelsThatMeetNothing(t *testing.T) {
	d := corpus{documents: 20, pages: 1, classes: 2}.table(cut(t, "pool1-avg"), 1)
	for says, spoil := range map[string]func(){"none of the labels file's documents (1)": func() {}, "name them as the store does": func() {}, "has no paths": func() { d.Paths = nil }, "write /": func() {}} {
		path := "elsewhere.tif"
		if says == "write /" {
			path = `in\0.tif`
		}
		l, err := readLabels("path,label\n" + path + ",a\n")
		if err != nil {
			t.Fatal(err)
		}
		spoil()
		load, _ := loader(d)
		if _, _, err := survey(t.Context(), load, []model.Cut{d.Cut}, l); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("survey with labels of other files: error %v, want %q", err, says)
		}
		d.Paths = make([]string, 20)
	}
}
