package scan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"cutpoint/pipeline/raster/pdf/pdftest"
)

const (
	box       = "/MediaBox [0 0 62 87.7] /Resources << /XObject << /Im 5 0 R >> >>"
	fullPage  = "q 62 0 0 87.7 0 0 cm /Im Do Q"
	manyPages = 1000
)

// faxed is a file of one page that is a fax.
func faxed(t testing.TB, page, content string) pdftest.Objects {
	t.Helper()
	data, err := os.ReadFile("testdata/page.g4")
	if err != nil {
		t.Fatal(err)
	}
	o := pdftest.Pages([2]string{page, content})
	o[5] = pdftest.Stream("/Type /XObject /Subtype /Image /Width 620 /Height 877 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 620 >>", data)
	return o
}

// TestDrawnPixels: at the image's own size the page is the image.
func TestDrawnPixels(t *testing.T) {
	d, err := Open(t.Context(), pdftest.Write(faxed(t, box, fullPage)), manyPages)
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Page(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	const width, height = 620, 877
	pix, whole, err := p.Draw(t.Context(), width, height)
	if err != nil || !whole {
		t.Fatal(err)
	}
	at := func(x, y int) uint8 { return pix[y*width+x] }
	for _, c := range []struct {
		x, y int
		want uint8
	}{{400, 700, 0}, {540, 760, 0}, {399, 730, 255}, {541, 730, 255}, {470, 699, 255}, {470, 761, 255}, {0, 0, 255}, {619, 876, 255}} {
		if got := at(c.x, c.y); got != c.want {
			t.Errorf("%d, %d is %d, want %d", c.x, c.y, got, c.want)
		}
	}
}

// TestTreesAreRefused: pages that pdfium might count or order differently.
func TestTreesAreRefused(t *testing.T) {
	for name, change := range map[string]pdftest.Objects{
		"a wrong count":           {2: "<< /Type /Pages /Kids [3 0 R] /Count 2 >>"},
		"no count":                {2: "<< /Type /Pages /Kids [3 0 R] >>"},
		"a page twice":            {2: "<< /Type /Pages /Kids [3 0 R 3 0 R] /Count 2 >>"},
		"a circle":                {2: "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"},
		"another parent":          {3: "<< /Type /Page /Parent 1 0 R /MediaBox [0 0 9 9] >>"},
		"no type":                 {3: "<< /Parent 2 0 R /MediaBox [0 0 9 9] >>"},
		"a page that has kids":    {3: "<< /Type /Page /Parent 2 0 R /Kids [] /Count 0 >>"},
		"no page":                 {2: "<< /Type /Pages /Kids [] /Count 0 >>"},
		"a portfolio":             {1: "<< /Type /Catalog /Pages 2 0 R /Collection << >> >>"},
		"a form that stands in":   {1: "<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA [] >> >>"},
		"no catalogue":            {1: "<< /Type /Katalog /Pages 2 0 R >>"},
		"a page that is missing":  {2: "<< /Type /Pages /Kids [3 0 R 99 0 R] /Count 2 >>"},
		"a page within the pages": {2: "<< /Type /Pages /Kids [<< /Type /Page >>] /Count 1 >>"},
	} {
		if d, err := Open(t.Context(), pdftest.Write(faxed(t, box, fullPage).With(change)), manyPages); err == nil {
			t.Errorf("%s: it has %d pages", name, d.Pages())
		}
	}
	if _, err := Open(t.Context(), pdftest.Write(pdftest.Pages([2]string{box}, [2]string{box})), 1); err == nil {
		t.Error("two pages are read where one is allowed")
	}
}

// TestDeepTree: levels are bounded.
func TestDeepTree(t *testing.T) {
	o := faxed(t, box, fullPage)
	o[1] = "<< /Type /Catalog /Pages 100 0 R >>"
	for level := range 2 * maxLevels {
		parent := ""
		if level > 0 {
			parent = fmt.Sprintf("/Parent %d 0 R", 99+level)
		}
		o[100+level] = pdftest.Object(fmt.Sprintf("<< /Type /Pages %s /Kids [%d 0 R] /Count 1 >>", parent, 101+level))
	}
	o[100+2*maxLevels] = pdftest.Object(fmt.Sprintf("<< /Type /Page /Parent %d 0 R >>", 99+2*maxLevels))
	if _, err := Open(t.Context(), pdftest.Write(o), manyPages); err == nil {
		t.Error("it is read")
	}
}

// TestFormsWithoutEnd: forms that draw themselves, or each other many times.
func TestFormsWithoutEnd(t *testing.T) {
	page := "/MediaBox [0 0 62 87.7] /Resources << /XObject << /Im 5 0 R /Fm 6 0 R >> >>"
	o := faxed(t, page, "/Fm Do")
	o[6] = pdftest.Stream("/Subtype /Form /BBox [0 0 1 1] /Resources << /XObject << /Fm 6 0 R >> >>", []byte("/Fm Do"))
	d, err := Open(t.Context(), pdftest.Write(o), manyPages)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Page(t.Context(), 0); err == nil {
		t.Error("it is read")
	}
}

// TestLargeResources: they are read again for every operator, and the time ends that too.
func TestLargeResources(t *testing.T) {
	page := "/MediaBox [0 0 62 87.7] /Resources << /XObject << /Im 5 0 R >> /ExtGState 6 0 R >>"
	o := faxed(t, page, strings.Repeat("/G gs ", 100_000))
	names := bytes.NewBufferString("<< /G << >>")
	for i := range 100_000 {
		fmt.Fprintf(names, " /N%d 1", i)
	}
	o[6] = pdftest.Object(names.String() + " >>")
	d, err := Open(t.Context(), pdftest.Write(o), manyPages)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := d.Page(ctx, 0); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(start))
	}
}

func FuzzDocument(f *testing.F) {
	o := faxed(f, box, fullPage)
	f.Add(pdftest.Write(o))
	f.Add(pdftest.WritePacked(o.With(pdftest.Objects{5: pdftest.Stream("/Subtype /Image /Width 4 /Height 4 /ColorSpace [/Indexed /DeviceRGB 3 <000000FF000000FF000000FF>] /BitsPerComponent 2", []byte("\x1b\x1b\x1b\x1b"))})))
	f.Add(pdftest.Write(faxed(f, box+" /Rotate 90 /CropBox [1 1 50 50]", "q 0 0 62 88 re W n 0 -62 87.7 0 0 62 cm /Im Do Q BT 3 Tr (x) Tj ET")))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Open(t.Context(), data, 20)
		if err != nil {
			return
		}
		for n := range d.Pages() {
			p, err := d.Page(t.Context(), n)
			if err != nil || p.Memory(60, 80) > 8<<20 {
				continue
			}
			if pix, _, err := p.Draw(t.Context(), 60, 80); err == nil && len(pix) != 60*80*p.Channels() {
				t.Errorf("%d bytes", len(pix))
			}
		}
	})
}

func FuzzProfile(f *testing.F) {
	f.Add(make([]byte, 200))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, ok := parseProfile(data)
		if !ok {
			return
		}
		p.isSRGB()
		if curve, ok := p.curve("kTRC"); ok {
			levels(curve)
		}
	})
}
