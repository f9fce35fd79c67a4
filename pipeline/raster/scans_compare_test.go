package raster

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/pipeline/raster/pdf"
	"cutpoint/pipeline/raster/pdf/pdftest"
)

// renderings decodes a page twice: as a plain scan, nil if it is none, and with pdfium, nil
// if that shows nothing.
func renderings(t *testing.T, data []byte, page int, dpi float64) (ours, theirs *Page) {
	t.Helper()
	d, err := openPDF(t.Context(), data, DefaultLimits(), Decoding{PDFDPI: dpi})
	if err != nil {
		t.Fatal(err)
	}
	all := d.(*pdfDocument)
	defer all.close()
	if all.plain(t.Context(), page) != nil {
		if ours, err = all.decode(t.Context(), page); err != nil {
			t.Fatal(err)
		}
		if ours.Warning != "" {
			t.Errorf("it has the warning %q", ours.Warning)
		}
		if all.file != nil {
			t.Error("pdfium was started for a plain scan")
		}
	}
	return ours, byPdfium(t, data, page, dpi)
}

// byPdfium decodes a page as if there were no plain scans; nil if nothing is to be seen.
func byPdfium(t *testing.T, data []byte, page int, dpi float64) *Page {
	t.Helper()
	d := &pdfDocument{data: data, maxPages: DefaultLimits().MaxPages, how: Decoding{PDFDPI: dpi}, number: -1}
	defer d.close()
	p, err := d.decode(t.Context(), page)
	var unseen pdf.UnseenError
	if err != nil && !errors.As(err, &unseen) {
		t.Fatal(err)
	}
	return p
}

// apart returns the mean difference of two pages when they are prepared, in levels, and
// the mean level of the second.
func apart(t *testing.T, a, b *Page) (difference, mean float64) {
	t.Helper()
	if a.Width != b.Width || a.Height != b.Height {
		t.Fatalf("%d × %d pixels, pdfium has %d × %d", a.Width, a.Height, b.Width, b.Height)
	}
	const size = 224
	x, y := make([]uint8, 3*size*size), make([]uint8, 3*size*size)
	a.Prepare(x, size, Preparation{})
	b.Prepare(y, size, Preparation{})
	off, sum := 0, 0
	for i, v := range x {
		off += max(int(v)-int(y[i]), int(y[i])-int(v))
		sum += int(y[i])
	}
	return float64(off) / float64(len(x)), float64(sum) / float64(len(x))
}

// tolerance is the mean difference that is allowed after preparation, in levels of 255.
const tolerance = 1.0

// TestScansAreTheirImages draws each kind of scan without pdfium, and as pdfium does.
func TestScansAreTheirImages(t *testing.T) {
	page := scanned(t)
	bits, colours := scannedBits(t), rgb(page)
	grey8 := "/ColorSpace /DeviceGray /BitsPerComponent 8"
	rgb8 := "/ColorSpace /DeviceRGB /BitsPerComponent 8"
	bilevel := "/ColorSpace /DeviceGray /BitsPerComponent 1"
	g4 := "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 620 /Rows 877 >>"
	ramp := make([]byte, 3*256)
	for i := range 256 {
		ramp[3*i], ramp[3*i+1], ramp[3*i+2] = byte(255-i), byte(i), byte(i/2)
	}
	icc := func(space string, n int, gamma float64) pdftest.Object {
		return pdftest.Stream(fmt.Sprintf("/N %d", n), profile(space, gamma))
	}
	images := map[string]pdftest.Object{
		"grey JPEG":                 grey(t),
		"colour JPEG":               picture(rgb8+" /Filter /DCTDecode", colourJPEG(t, page)),
		"inverted grey JPEG":        picture(grey8+" /Decode [1 0] /Filter /DCTDecode", encodeJPEG(t, page)),
		"JPEG in base 85":           picture(grey8+" /Filter [/ASCII85Decode /DCTDecode]", asciiBase85(encodeJPEG(t, page))),
		"JPEG in Flate":             picture(grey8+" /Filter [/FlateDecode /DCTDecode] /DecodeParms [null null]", flate(encodeJPEG(t, page))),
		"Group 4":                   picture(bilevel+g4, fax(t, "page.g4")),
		"Group 4, black is 1":       picture(bilevel+"/Filter [/CCITTFaxDecode] /DecodeParms [<< /K -1 /Columns 620 /BlackIs1 true >>]", fax(t, "page.g4")),
		"Group 4, inverted":         picture(bilevel+" /Decode [1 0]"+g4, fax(t, "page.g4")),
		"Group 4 of two colours":    picture("/ColorSpace [/Indexed /DeviceRGB 1 <100030 10E0C0>] /BitsPerComponent 1 "+g4, fax(t, "page.g4")),
		"Group 3":                   picture(bilevel+"/Filter /CCITTFaxDecode /DecodeParms << /K 0 /Columns 620 /EndOfLine true >>", fax(t, "page.g3")),
		"Group 3 two-dimensional":   picture(bilevel+"/Filter /CCITTFaxDecode /DecodeParms << /K 4 /Columns 620 /EndOfLine true >>", fax(t, "page.g32d")),
		"grey, as it is":            picture(grey8, page.Pix),
		"grey, Flate":               picture(grey8+" /Filter /FlateDecode", flate(page.Pix)),
		"colour, Flate":             picture(rgb8+" /Filter /FlateDecode", flate(colours)),
		"colour, PNG's predictors":  picture(rgb8+" /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors 3 /Columns 620 >>", flate(filtered(colours, 3*scanWidth, 3))),
		"colour, TIFF's predictor":  picture(rgb8+" /Filter /FlateDecode /DecodeParms << /Predictor 2 /Colors 3 /Columns 620 >>", flate(differenced(colours, 3*scanWidth, 3))),
		"bilevel, PNG's predictors": picture(bilevel+" /Filter /FlateDecode /DecodeParms << /Predictor 10 /BitsPerComponent 1 /Columns 620 >>", flate(filtered(bits, scanStride, 1))),
		"bilevel, Flate":            picture(bilevel+" /Filter /FlateDecode", flate(bits)),
		"bilevel, base 16":          picture(bilevel+" /Filter /ASCIIHexDecode", asciiHex(bits)),
		"grey, LZW":                 picture(grey8+" /Filter /LZWDecode /DecodeParms << /EarlyChange 0 >>", lateLZW(page.Pix)),
		"bilevel, run lengths":      picture(bilevel+" /Filter /RunLengthDecode", runLengths(bits)),
		"grey of 4 bits":            picture("/ColorSpace /DeviceGray /BitsPerComponent 4 /Filter /FlateDecode", flate(sampled(page, 4))),
		"grey of 2 bits":            picture("/ColorSpace /DeviceGray /BitsPerComponent 2 /Filter /FlateDecode", flate(sampled(page, 2))),
		"grey in part of its range": picture(grey8+" /Decode [0.2 0.9] /Filter /FlateDecode", flate(page.Pix)),
		"calibrated grey":           picture("/ColorSpace [/CalGray << /WhitePoint [0.9505 1 1.089] /Gamma 2.2 >>] /BitsPerComponent 8 /Filter /FlateDecode", flate(page.Pix)),
		"calibrated colours":        picture("/ColorSpace [/CalRGB << /WhitePoint [0.9505 1 1.089] /Gamma [1.8 1.8 1.8] >>] /BitsPerComponent 8 /Filter /FlateDecode", flate(colours)),
		"grey with a profile":       picture("/ColorSpace [/ICCBased 6 0 R] /BitsPerComponent 8 /Filter /FlateDecode", flate(page.Pix)),
		"256 colours":               picture("/ColorSpace [/Indexed /DeviceRGB 255 7 0 R] /BitsPerComponent 8 /Filter /FlateDecode", flate(page.Pix)),
		"16 colours":                picture("/ColorSpace [/Indexed /DeviceRGB 15 7 0 R] /BitsPerComponent 4 /Filter /FlateDecode", flate(sampled(page, 4))),
		"mask":                      picture("/ImageMask true "+g4, fax(t, "page.g4")),
		"inverted mask":             picture("/ImageMask true /BitsPerComponent 1 /Decode [1 0] /Filter /FlateDecode", flate(bits)),
	}
	for name, im := range images {
		t.Run(name, func(t *testing.T) {
			check(t, sheet(a4, fill, im, icc("GRAY", 1, 1.8), pdftest.Stream("", ramp)))
		})
	}
	t.Run("sRGB with a profile", func(t *testing.T) {
		check(t, sheet(a4, fill, picture("/ColorSpace [/ICCBased 6 0 R] /BitsPerComponent 8 /Filter /FlateDecode", flate(colours)), icc("RGB ", 3, 0)))
	})
}

// check demands that a file's first page is drawn without pdfium, as pdfium would.
func check(t *testing.T, data []byte) {
	t.Helper()
	checkAt(t, data, 0)
}

func checkAt(t *testing.T, data []byte, dpi float64) {
	t.Helper()
	ours, theirs := renderings(t, data, 0, dpi)
	if ours == nil {
		d, err := openPDF(t.Context(), data, DefaultLimits(), Decoding{PDFDPI: dpi})
		if err != nil {
			t.Fatal(err)
		}
		defer d.(*pdfDocument).close()
		if d.(*pdfDocument).scans == nil {
			t.Fatal("the file is left to pdfium")
		}
		_, err = d.(*pdfDocument).scans.Page(t.Context(), 0)
		t.Fatalf("it is left to pdfium: %v", err)
	}
	difference, mean := apart(t, ours, theirs)
	if difference > tolerance {
		t.Errorf("%.2f levels from pdfium, whose mean is %.0f", difference, mean)
	}
	if mean > 254 || mean < 1 {
		t.Errorf("the page shows nothing: its mean level is %.1f", mean)
	}
	t.Logf("%.3f levels from pdfium", difference)
}

// TestScansAtResolutions: where pages are rendered by their size, larger or smaller than
// they were scanned.
func TestScansAtResolutions(t *testing.T) {
	stencil := picture("/ImageMask true /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 620 >>", fax(t, "page.g4"))
	for _, dpi := range []float64{24, 72, 75, 150} {
		t.Run(fmt.Sprintf("%g dpi", dpi), func(t *testing.T) {
			checkAt(t, sheet(a4, fill, grey(t)), dpi)
			checkAt(t, sheet(a4, fill, stencil), dpi)
		})
	}
}

// TestSharedScans draws real pages as scans in PDF, and as pdfium does.
func TestSharedScans(t *testing.T) {
	var names []string
	for _, pattern := range []string{"pages5/*/*.tif", "multipage/scans/*.tif"} {
		found, err := filepath.Glob(filepath.Join("../../../shared/data", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(found); i += max(1, len(found)/5) {
			names = append(names, found[i])
		}
	}
	if len(names) == 0 {
		t.Skip("data: ../shared/data is absent")
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
		if err != nil {
			t.Fatal(err)
		}
		p, err := d.Decode(t.Context(), 0)
		if err != nil || p.Channels != 1 {
			t.Fatalf("%s: %v, or not grey", name, err)
		}
		if p.Width*p.Height < 300_000 {
			continue // a detail, coarser than scans are
		}
		m := &image.Gray{Pix: p.Pix, Stride: p.Width, Rect: image.Rect(0, 0, p.Width, p.Height)}
		head := fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray", p.Width, p.Height)
		t.Run(filepath.Base(name), func(t *testing.T) {
			check(t, sheet(a4, fill, pdftest.Stream(head+" /BitsPerComponent 8 /Filter /DCTDecode", encodeJPEG(t, m))))
			check(t, sheet(a4, fill, pdftest.Stream(head+" /BitsPerComponent 1 /Filter /FlateDecode", flate(sampled(m, 1)))))
		})
	}
}
