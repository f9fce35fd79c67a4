//go:build unix

package pdf

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"cutpoint/pipeline/raster/pdf/fonts"
)

// renderedElsewhere is a line that scripts/conformance/pdf.py prints.
type renderedElsewhere struct {
	Path, Pixels, Error string
	Page, Width, Height int
	Seconds             float64
}

// TestPdfium compares with pages that pdfium rendered outside the sandbox, and the
// processor time that both took; scripts/conformance-pdf runs it.
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
	exercise(t, drawn("", nil, page{10, 10, 0, ""})) // compiles pdfium
	var (
		f            *File
		path         string
		pages        int
		ours, theirs float64
	)
	for in := bufio.NewScanner(lines); in.Scan(); {
		var want renderedElsewhere
		if err := json.Unmarshal(in.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		start := processorSeconds(t)
		if want.Path != path {
			if f != nil {
				f.Close()
			}
			f, path = want.open(t), want.Path
		}
		if f == nil {
			continue
		}
		got, width, height := decode(t, f, want.Page)
		ours, theirs, pages = ours+processorSeconds(t)-start, theirs+want.Seconds, pages+1
		want.compare(t, got, width, height)
	}
	if f != nil {
		f.Close()
	}
	if pages == 0 {
		t.Fatal("no page was compared")
	}
	t.Logf("%d pages: %.1f ms a page here, %.1f ms there: %.2f times", pages, 1e3*ours/float64(pages), 1e3*theirs/float64(pages), ours/theirs)
}

// open returns nil for a file that is refused, which is an error unless it is refused
// there too, or on purpose.
func (want renderedElsewhere) open(t *testing.T) *File {
	data, err := os.ReadFile(want.Path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(context.Background(), data, manyPages, 0, fonts.Set{})
	if err == nil {
		return f
	}
	if t.Logf("%s: %v; there: %s", filepath.Base(want.Path), err, want.Error); want.Error == "" && !errors.As(err, new(UnsupportedError)) {
		t.Errorf("open %s, which pdfium opens: %v", want.Path, err)
	}
	return nil
}

func (want renderedElsewhere) compare(t *testing.T, got []uint8, width, height int) {
	name := filepath.Base(want.Path)
	pixels, err := os.ReadFile(want.Pixels)
	if err != nil {
		t.Fatal(err)
	}
	if width != want.Width || height != want.Height || len(got) != len(pixels) {
		t.Errorf("%s page %d is %d × %d, there %d × %d", name, want.Page, width, height, want.Width, want.Height)
		return
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
}

func processorSeconds(t *testing.T) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
