package pdf

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"cutpoint/pipeline/raster/pdf/fonts"
)

const manyPages = 10_000

func open(t testing.TB, data []byte, dpi float64) *File {
	t.Helper()
	f, err := Open(context.Background(), data, manyPages, dpi, fonts.Set{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func decode(t testing.TB, f *File, n int) (pix []uint8, width, height int) {
	t.Helper()
	width, height, err := f.Size(context.Background(), n)
	if err != nil {
		t.Fatal(err)
	}
	if pix, err = f.Decode(context.Background(), n, width, height); err != nil {
		t.Fatal(err)
	}
	return pix, width, height
}

// quarters is a page whose lower left quarter is red, on nothing.
const quarters = "1 0 0 rg 0 0 100 50 re f"

func TestPagesAreRendered(t *testing.T) {
	f := open(t, drawn("", nil, page{200, 100, 0, quarters}, page{200, 100, 90, quarters}, page{100, 400, 0, ""}), 0)
	if f.Pages() != 3 {
		t.Fatalf("%d pages, want 3", f.Pages())
	}
	for n, want := range []struct {
		width, height int
		red           [2]int // a pixel in the red quarter
	}{{1000, 500, [2]int{100, 400}}, {500, 1000, [2]int{100, 100}}, {250, 1000, [2]int{-1, -1}}} {
		pix, w, h := decode(t, f, n)
		if w != want.width || h != want.height || len(pix) != 3*w*h {
			t.Errorf("page %d is %d × %d, want %d × %d", n, w, h, want.width, want.height)
			continue
		}
		at := func(x, y int) [3]uint8 { return [3]uint8(pix[3*(y*w+x):]) }
		if x, y := want.red[0], want.red[1]; x >= 0 && at(x, y) != [3]uint8{255, 0, 0} {
			t.Errorf("page %d is %v at %d, %d, want red", n, at(x, y), x, y)
		}
		if got := at(w-10, h-10); got != [3]uint8{255, 255, 255} {
			t.Errorf("page %d is %v on its paper, want white", n, got)
		}
	}
}

func TestResolution(t *testing.T) {
	data := drawn("", nil, page{612, 792, 0, quarters}, page{1, 1, 0, ""})
	for dpi, want := range map[float64][2]int{0: {773, 1000}, 72: {612, 792}, 100: {850, 1100}, 18: {153, 198}} {
		if w, h, err := open(t, data, dpi).Size(context.Background(), 0); err != nil || [2]int{w, h} != want {
			t.Errorf("at %g dpi %d × %d, %v; want %v", dpi, w, h, err, want)
		}
	}
}

func TestTransparencyIsOverWhite(t *testing.T) {
	f := open(t, drawn("/ExtGState << /G << /ca 0.5 >> >>", nil, page{100, 100, 0, "/G gs 0 0 1 rg 0 0 100 100 re f"}), 0)
	pix, _, _ := decode(t, f, 0)
	if got := [3]uint8(pix[3*500_500:]); got[0] < 125 || got[0] > 130 || got[1] != got[0] || got[2] != 255 {
		t.Errorf("half transparent blue is %v, want light blue", got)
	}
}

func TestAnnotationsAreDrawn(t *testing.T) {
	f := open(t, write("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Annots [4 0 R] >>",
		"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [0 0 100 50] /AP << /N 5 0 R >> >>",
		stream("/Type /XObject /Subtype /Form /BBox [0 0 100 50]", "1 0 0 rg 0 0 100 50 re f")), 72)
	pix, _, _ := decode(t, f, 0)
	if got := [3]uint8(pix[3*(75*100+50):]); got != [3]uint8{255, 0, 0} {
		t.Errorf("a stamp is %v, want red", got)
	}
}

func TestRefuses(t *testing.T) {
	locked, err := os.ReadFile("testdata/locked.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data        []byte
		want        string
		unsupported bool
	}{
		"encrypted": {locked, "encrypted; save a copy without a password", true},
		"rubbish":   {[]byte("%PDF-1.7\nnothing of the kind"), "broken and cannot be repaired", false},
		"no page":   {drawn("", nil), "no page", false},
	} {
		_, err := Open(context.Background(), c.data, manyPages, 0, fonts.Set{})
		var u UnsupportedError
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &u) != c.unsupported {
			t.Errorf("open %s: error %v, want %q", name, err, c.want)
		}
	}
	three := drawn("", nil, page{10, 10, 0, ""}, page{10, 10, 0, ""}, page{10, 10, 0, ""})
	if _, err := Open(context.Background(), three, 2, 0, fonts.Set{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("three pages where two are allowed: %v", err)
	}
}

// TestOwnerPassword: a file that anybody may open is read, whatever else it forbids.
func TestOwnerPassword(t *testing.T) {
	data, err := os.ReadFile("testdata/owner.pdf")
	if err != nil {
		t.Fatal(err)
	}
	if f := open(t, data, 0); f.Pages() != 1 {
		t.Errorf("%d pages", f.Pages())
	}
}

func TestBrokenXrefIsRepaired(t *testing.T) {
	data := drawn("", nil, page{100, 100, 0, quarters})
	at := bytes.Index(data, []byte("xref"))
	copy(data[at:], "gone")
	if f := open(t, data, 0); f.Pages() != 1 {
		t.Errorf("%d pages", f.Pages())
	}
}

// TestEndlessPageIsStopped: and the document's other pages, and other documents, go on.
func TestEndlessPageIsStopped(t *testing.T) {
	f := open(t, laughs(12), 0)
	w, h, err := f.Size(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		_, err := f.Decode(ctx, 0, w, h)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("%v, want the deadline", err)
		}
	}
	if w2, h2, err := f.Size(context.Background(), 0); err != nil || w2 != w || h2 != h {
		t.Errorf("afterwards the page is %d × %d, %v", w2, h2, err)
	}
	decode(t, open(t, drawn("", nil, page{100, 100, 0, quarters}), 0), 0)
}

func TestMemoryIsBounded(t *testing.T) {
	f := open(t, drawn("", nil, page{100, 100, 0, quarters}), 0)
	const side = 16_000 // 768 MB
	if _, err := f.Decode(context.Background(), 0, side, side); !errors.Is(err, ErrTooLarge) || strings.Contains(err.Error(), "\n") {
		t.Errorf("a page that takes more than the sandbox has: %v, want one line about it", err)
	}
	if _, err := f.Decode(context.Background(), 0, 50, 50); err != nil {
		t.Errorf("the page after it: %v", err)
	}
}

func TestDocumentsAtOnce(t *testing.T) {
	data := drawn("", nil, page{200, 100, 0, quarters}, page{100, 200, 0, quarters})
	want, _, _ := decode(t, open(t, data, 36), 1)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			f, err := Open(context.Background(), data, manyPages, 36, fonts.Set{})
			if err != nil {
				t.Error(err)
				return
			}
			defer f.Close()
			if got, err := f.Decode(context.Background(), 1, 50, 100); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v, or other pixels", err)
			}
		})
	}
	group.Wait()
}

// exercise reads a hostile file to its end or ten pages, small. What is wrong with it is
// said in one line.
func exercise(t testing.TB, data []byte) {
	t.Helper()
	line := func(err error) {
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%q", err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	f, err := Open(ctx, data, manyPages, 18, fonts.Set{})
	if line(err); err != nil {
		return
	}
	defer f.Close()
	for n := range min(10, f.Pages()) {
		w, h, err := f.Size(ctx, n)
		if line(err); err == nil && w*h < 1<<20 {
			_, err = f.Decode(ctx, n, w, h)
			line(err)
		}
	}
}

func TestHostile(t *testing.T) {
	root := "../../../../shared/data"
	if _, err := os.Stat(root); err != nil {
		t.Skip("data: ../shared/data is absent")
	}
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) {
			return err
		}
		files++
		exercise(t, data)
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files, %v", files, err)
	}
	t.Logf("%d files", files)
}

// FuzzPDF: nothing crashes or hangs.
func FuzzPDF(f *testing.F) {
	f.Add(drawn("", nil, page{200, 100, 90, quarters}))
	f.Add(drawn("/ExtGState << /G << /ca 0.5 /BM /Multiply >> >>", nil, page{100, 100, 0, "/G gs 0 0 1 rg 0 0 100 100 re f"}))
	f.Add(laughs(3))
	for _, name := range []string{"forms.pdf", "values.pdf", "xfa-static.pdf", "xfa-notice.pdf", "portfolio.pdf"} {
		f.Add(testdata(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) { exercise(t, data) })
}
