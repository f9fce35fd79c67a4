package pdf

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cutpoint/pipeline/raster/pdf/fonts"
)

// renderedElsewhere is a line that scripts/conformance/pdf.py prints.
type renderedElsewhere struct {
	Path, Pixels, Error string
	Page, Width, Height int
	Seconds             float64
}

// TestPdfium compares with pages that pdfium rendered outside the sandbox;
// scripts/conformance-pdf runs it.
func TestPdfium(t *testing.T) {
	list := os.Getenv("CUTPOINT_PDFIUM_PAGES")
	if list == "" {
		t.Skip("scripts/conformance-pdf: compares with pdfium")
	}
	lines, err := os.Open(list)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.Close()
	exercise(drawn("", nil, page{10, 10, 0, ""})) // compiles pdfium
	pages, ours, theirs := 0, 0.0, 0.0
	for in := bufio.NewScanner(lines); in.Scan(); {
		var want renderedElsewhere
		if err := json.Unmarshal(in.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		seconds, done := want.compare(t)
		if done {
			pages, ours, theirs = pages+1, ours+seconds, theirs+want.Seconds
		}
	}
	if pages == 0 {
		t.Fatal("no page was compared")
	}
	t.Logf("%d pages: %.1f ms a page here, %.1f ms there", pages, 1e3*ours/float64(pages), 1e3*theirs/float64(pages))
}

func (want renderedElsewhere) compare(t *testing.T) (seconds float64, done bool) {
	name := filepath.Base(want.Path)
	data, err := os.ReadFile(want.Path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(context.Background(), data, manyPages, 0, fonts.Set{})
	if err != nil {
		if t.Logf("%s: %v; there: %s", name, err, want.Error); want.Error == "" {
			t.Errorf("open %s, which pdfium opens: %v", name, err)
		}
		return 0, false
	}
	defer f.Close()
	start := time.Now()
	got, width, height := decode(t, f, want.Page)
	seconds = time.Since(start).Seconds()
	pixels, err := os.ReadFile(want.Pixels)
	if err != nil {
		t.Fatal(err)
	}
	if width != want.Width || height != want.Height || len(got) != len(pixels) {
		t.Errorf("%s page %d is %d × %d, there %d × %d", name, want.Page, width, height, want.Width, want.Height)
		return 0, false
	}
	sum := 0
	for i, v := range got {
		d := int(v) - int(pixels[i])
		sum += max(d, -d)
	}
	const tolerance = 2
	if mean := float64(sum) / float64(len(got)); mean > tolerance {
		t.Errorf("%s page %d differs by %.2f levels in the mean", name, want.Page, mean)
	} else {
		t.Logf("%s page %d: %d × %d, mean difference %.4f", name, want.Page, width, height, mean)
	}
	return seconds, true
}
