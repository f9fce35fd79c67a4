package pdf

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"cutpoint/pipeline/raster/pdf/fonts"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestFormsAreDrawn: every colour was looked up in pages of pypdfium2 with may_draw_forms.
func TestFormsAreDrawn(t *testing.T) {
	type at struct{ x, y int } // in points, from the upper left of the page
	for name, colours := range map[string]map[at][3]uint8{
		"forms.pdf": {
			{50, 25}: {255, 0, 0}, {150, 25}: {0, 255, 0}, {250, 25}: {0, 0, 0}, // text, a ticked and an unticked box
			{50, 75}: {0, 0, 255}, {150, 75}: {255, 255, 0}, // a radio button, a choice
			{50, 175}: {0, 255, 255}, {250, 175}: {255, 255, 255}, // a signature, a hidden field
		},
		"rotated.pdf": {{25, 50}: {0, 255, 255}, {150, 50}: {255, 255, 255}},
	} {
		f := open(t, testdata(t, name), 72)
		pix, width, _ := decode(t, f, 0)
		for at, want := range colours {
			if got := [3]uint8(pix[3*(at.y*width+at.x):]); got != want {
				t.Errorf("%s: %v at %v, want %v", name, got, at, want)
			}
		}
		if f.Visible() == Partly {
			t.Errorf("%s: the form is said to be missing", name)
		}
	}
}

// TestValuesAreDrawn where the file has no appearance of them, with about as much ink as
// pypdfium2 draws: the M of our fallback font is a tenth lighter than that of pdfium's own.
func TestValuesAreDrawn(t *testing.T) {
	pix, _, _ := decode(t, open(t, testdata(t, "values.pdf"), 0), 0)
	if ink, want := inkOf(pix), 0.0398; ink < 0.85*want || ink > 1.15*want {
		t.Errorf("%.4f of the page is ink, want %.4f", ink, want)
	}
}

func inkOf(pix []uint8) float64 {
	sum := 0
	for _, v := range pix {
		sum += 255 - int(v)
	}
	return float64(sum) / 255 / float64(len(pix))
}

// TestEndlessForm: one page pays for it, the others are drawn without the form and say
// so, and nothing stays behind.
func TestEndlessForm(t *testing.T) {
	f := open(t, testdata(t, "endless.pdf"), 72)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if _, err := f.Decode(ctx, 0, 300, 200); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v, want the deadline", err)
	}
	for n := 1; n < 3; n++ {
		pix, err := f.Decode(context.Background(), n, 300, 200)
		if err != nil || inkOf(pix) == 0 {
			t.Errorf("page %d: %v, or nothing was drawn", n, err)
		}
		if f.Visible() != Partly {
			t.Errorf("page %d does not say that the form is missing", n)
		}
	}
}

// TestNothingIsLeftBehind by documents that were killed in their form.
func TestNothingIsLeftBehind(t *testing.T) {
	data := testdata(t, "endless.pdf")
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var before uint64
	for n := range 9 {
		f, err := Open(context.Background(), append(data, make([]byte, n<<16)...), manyPages, 72, fonts.Set{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		f.Decode(ctx, 0, 300, 200)
		cancel()
		f.Close()
		if n == 0 {
			before = heap()
		}
	}
	if after := heap(); after > before+32<<20 {
		t.Errorf("%d MiB stayed", (after-before)>>20)
	}
}
