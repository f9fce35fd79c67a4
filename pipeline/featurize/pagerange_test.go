package featurize

import (
	"slices"
	"strings"
	"testing"

	"cutpoint/schemas"
)

func TestParsePageRange(t *testing.T) {
	for text, want := range map[string]PageRange{
		"": {}, "all": {}, "first": {0, 1}, "1": {0, 1}, "7": {6, 1}, "1-1": {0, 1}, "2-5": {1, 4}, "3-": {2, 0}, "2147483647": {2147483646, 1},
	} {
		if got, err := ParsePageRange(text); err != nil || got != want {
			t.Errorf("ParsePageRange(%q) = %v, error %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "-", "-3", "3-2", "1-0", "1--2", "last", "1,3", "2147483648", " 1", "1-2-3", "+1"} {
		if got, err := ParsePageRange(text); err == nil || !strings.Contains(err.Error(), "counted from 1") {
			t.Errorf("%q: %v, %v; want an error that says how", text, got, err)
		}
	}
}

func TestPageRangeCountsWhatItHas(t *testing.T) {
	for _, p := range []PageRange{{}, {0, 1}, {2, 3}, {5, 0}, {1 << 30, 1 << 30}} {
		for pages := range int32(9) {
			n := int32(0)
			for page := range pages {
				if p.Has(page) {
					n++
				}
			}
			if n != p.of(pages) {
				t.Errorf("%v of %d pages: %d, want %d", p, pages, p.of(pages), n)
			}
		}
	}
}

// pagesAt lists the pages that are stored of a document, by its file's name.
func (f *fixture) pagesAt(cut, name string) (pages []int32) {
	for key, row := range f.features[cut] {
		if strings.HasSuffix(row.Path, name) {
			pages = append(pages, key.Page)
		}
	}
	slices.Sort(pages)
	return pages
}

func TestChosenPages(t *testing.T) {
	dir := sample(t) // f.tif has five pages, g.tif three of which the second is broken
	f := newFixture(t, "fc2")
	for _, step := range []struct {
		pages          string
		computed       int
		fTif           []int32
		upToDate, read int
	}{
		{"first", 7, []int32{0}, 0, 9},
		{"first", 0, []int32{0}, 7, 0},
		{"2-3", 3, []int32{0, 1, 2}, 5, 2},
		{"2-3", 0, []int32{0, 1, 2}, 6, 0}, // g.tif failed
		{"9-", 0, []int32{0, 1, 2}, 6, 0},
		{"all", 2, []int32{0, 1, 2, 3, 4}, 5, 1},
	} {
		var err error
		if f.opt.Pages, err = ParsePageRange(step.pages); err != nil {
			t.Fatal(err)
		}
		s := f.mustRun(t, dir)
		if s.Pages != step.computed || !slices.Equal(f.pagesAt("fc2", "f.tif"), step.fTif) || s.UpToDate != step.upToDate || s.Read != step.read {
			t.Errorf("--pages %s: %+v, pages %v of f.tif; want %+v", step.pages, s, f.pagesAt("fc2", "f.tif"), step)
		}
	}
}

// TestDocumentWithoutChosenPages: it is accounted for, and read only once.
func TestDocumentWithoutChosenPages(t *testing.T) {
	dir := sample(t)
	f := newFixture(t, "fc2")
	f.opt.Pages = PageRange{First: 4}
	if s := f.mustRun(t, dir); s.Pages != 1 || s.Read != 9 {
		t.Errorf("first run: %+v", s)
	}
	if len(f.documents) != 8 { // all but the one that is no image
		t.Errorf("%d documents have a row, want 8", len(f.documents))
	}
	if s := f.mustRun(t, dir); s.Pages != 0 || s.Read != 0 {
		t.Errorf("second run: %+v", s)
	}
	f.opt.Pages = PageRange{}
	if s := f.mustRun(t, dir); s.Pages != 11 {
		t.Errorf("all pages: %+v", s)
	}
	for key, row := range f.documents {
		if _, failed := f.failures[key]; row.Width == 0 && !failed {
			t.Errorf("%+v was not decoded", row)
		}
	}
	if _, ok := f.documents[schemas.PageKey{}]; ok {
		t.Error("a row without a document")
	}
}
