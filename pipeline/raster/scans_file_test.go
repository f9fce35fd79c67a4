package raster

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"cutpoint/pipeline/raster/pdf/pdftest"
)

// inverted is the page with its levels turned round, to be told from it.
func inverted(t testing.TB) pdftest.Object {
	return picture("/ColorSpace /DeviceGray /BitsPerComponent 8 /Decode [1 0] /Filter /DCTDecode", encodeJPEG(t, scanned(t)))
}

// TestScansInFilesOfAllKinds: however a file is put together, its newest objects count.
func TestScansInFilesOfAllKinds(t *testing.T) {
	o := pdftest.Pages([2]string{a4 + resources, fill}).With(pdftest.Objects{firstImage: grey(t)})
	inheriting := o.With(pdftest.Objects{
		2: pdftest.Object("<< /Type /Pages /Kids [8 0 R] /Count 1 /Rotate 90 " + a4 + " >>"),
		8: pdftest.Object("<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 " + resources + " >>"),
		3: "<< /Type /Page /Parent 8 0 R /Contents [4 0 R 9 0 R] >>",
		4: pdftest.Stream("", []byte("q 595.28 0 0")),
		9: pdftest.Stream("", []byte("841.89 0 0 cm /Im Do Q")),
	})
	whole := pdftest.Write(o)
	for name, data := range map[string][]byte{
		"a table":                    whole,
		"a stream":                   pdftest.WritePacked(o),
		"both":                       pdftest.WriteHybrid(o),
		"linearized":                 pdftest.WriteLinearized(o),
		"an update":                  pdftest.Update(whole, pdftest.Objects{firstImage: inverted(t)}),
		"an update of a stream":      pdftest.Update(pdftest.Write(o), pdftest.Objects{3: o[3]}),
		"what pages inherit":         pdftest.Write(inheriting),
		"what pages inherit, packed": pdftest.WritePacked(inheriting),
		"a length of its own":        pdftest.Write(o.With(pdftest.Objects{4: pdftest.Object(fmt.Sprintf("<< /Length 9 0 R >>\nstream\n%s\nendstream", fill)), 9: pdftest.Object(fmt.Sprint(len(fill)))})),
		"a first page that comes last": pdftest.Update(pdftest.Update(whole, pdftest.Objects{8: o[3]}), pdftest.Objects{
			2: "<< /Type /Pages /Kids [8 0 R 3 0 R] /Count 2 >>"}),
	} {
		t.Run(name, func(t *testing.T) { check(t, data) })
	}
}

// TestPagesOfScansAndOthers: each page is drawn by whoever can, in the order of the tree.
func TestPagesOfScansAndOthers(t *testing.T) {
	o := pdftest.Pages(
		[2]string{a4 + resourcesAt(20), fill}, [2]string{a4 + resourcesAt(20), fill + " 0 0 300 300 re f"},
		[2]string{a4 + resourcesAt(21), fill}, [2]string{"/MediaBox [0 0 100 100]", "1 0 0 rg 0 0 50 50 re f"})
	o[20], o[21] = grey(t), inverted(t)
	data := pdftest.Write(o)
	for n, plain := range []bool{true, false, true, false} {
		ours, theirs := renderings(t, data, n, 0)
		if (ours != nil) != plain {
			t.Errorf("page %d is a plain scan: %v, want %v", n, ours != nil, plain)
			continue
		}
		if ours == nil {
			continue
		}
		if difference, _ := apart(t, ours, theirs); difference > tolerance {
			t.Errorf("page %d: %.2f levels from pdfium", n, difference)
		}
	}
	d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for n, want := range []int{1, 3, 1, 3} {
		if _, err := d.Memory(n); err != nil {
			t.Errorf("page %d: %v", n, err)
		}
		if p, err := d.Decode(t.Context(), n); err != nil || p.Channels != want {
			t.Errorf("page %d: %v, %v; want %d channels", n, p, err, want)
		}
	}
}

func resourcesAt(number int) string {
	return fmt.Sprintf(" /Resources << /XObject << /Im %d 0 R >> >>", number)
}

// TestDamagedScansAreAsPdfiumShowsThem: what our decoders refuse, pdfium shows in part, or
// says why not.
func TestDamagedScansAreAsPdfiumShowsThem(t *testing.T) {
	jpeg := encodeJPEG(t, scanned(t))
	const grey8 = "/ColorSpace /DeviceGray /BitsPerComponent 8"
	for name, im := range map[string]pdftest.Object{
		"a JPEG that is cut short":  picture(grey8+" /Filter /DCTDecode", jpeg[:len(jpeg)/2]),
		"a JPEG with a hole":        picture(grey8+" /Filter /DCTDecode", append(bytes.Clone(jpeg[:len(jpeg)/2]), 0xff, 0xd9)),
		"Flate that is cut short":   picture(grey8+" /Filter /FlateDecode", flate(scanned(t).Pix)[:8000]),
		"samples that are missing":  picture(grey8, scanned(t).Pix[:100_000]),
		"a filter of PNG's unknown": picture(grey8+" /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 620 >>", flate(bytes.Repeat([]byte{9}, 621*877))),
	} {
		data := sheet(a4, fill, im)
		d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		p, err := d.Decode(t.Context(), 0)
		if err != nil || !bytes.Equal(p.Pix, byPdfium(t, data, 0, 0).Pix) {
			t.Errorf("%s: it is not what pdfium shows (%v)", name, err)
		}
	}
}

// TestScansAreMeasured: memory is known from headers, and held against the limit.
func TestScansAreMeasured(t *testing.T) {
	data := sheet(a4, fill, grey(t))
	d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	need, err := d.Memory(0)
	if err != nil || need < 2*scanWidth*scanHeight || need > 10*scanWidth*scanHeight {
		t.Errorf("%d bytes, %v", need, err)
	}
	tight, err := Open(t.Context(), data, Limits{MaxMemory: need / 2}, Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer tight.Close()
	var failed *Error
	if _, err := tight.Decode(t.Context(), 0); !errors.As(err, &failed) || failed.Class != TooLarge {
		t.Errorf("with half of the memory: %v", err)
	}
	claims := sheet(a4, fill, pdftest.Stream("/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /FlateDecode", flate([]byte{0})))
	c, err := openPDF(t.Context(), claims, DefaultLimits(), Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.(*pdfDocument).close()
	if c.(*pdfDocument).plain(t.Context(), 0) != nil {
		t.Error("an image of 60000 × 60000 pixels is drawn")
	}
}

// TestFaxThatIsCutShort: what is missing is white, with a warning.
func TestFaxThatIsCutShort(t *testing.T) {
	data := fax(t, "page.g4")
	im := picture("/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 620 >>", data[:len(data)/2])
	d, err := Open(t.Context(), sheet(a4, fill, im), DefaultLimits(), Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p, err := d.Decode(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if p.Warning != Incomplete {
		t.Errorf("the warning is %q, want %q", p.Warning, Incomplete)
	}
}
