package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"strings"
	"testing"

	"cutpoint/pipeline/raster/pdf/pdftest"
)

// TestScansAreWhereTheyBelong places a scan on its page in many ways.
func TestScansAreWhereTheyBelong(t *testing.T) {
	form := func(dictionary, content string) pdftest.Object {
		return pdftest.Stream("/Type /XObject /Subtype /Form "+dictionary+resources, []byte(content))
	}
	none := form("/BBox [0 0 1 1]", "")
	for name, c := range map[string]struct {
		page, content string
		form          pdftest.Object
	}{
		"turned by 90":               {a4 + " /Rotate 90", fill, none},
		"turned by 180":              {a4 + " /Rotate 180", fill, none},
		"turned by 270":              {a4 + " /Rotate 270", fill, none},
		"turned by -90":              {a4 + " /Rotate -90", fill, none},
		"mirrored":                   {a4, placed("-595.28 0 0 841.89 595.28 0"), none},
		"upside down":                {a4, placed("595.28 0 0 -841.89 0 841.89"), none},
		"lying":                      {"/MediaBox [0 0 841.89 595.28]", placed("0 595.28 -841.89 0 841.89 0"), none},
		"lying, and turned back":     {"/MediaBox [0 0 841.89 595.28] /Rotate 90", placed("0 595.28 -841.89 0 841.89 0"), none},
		"lying the other way":        {"/MediaBox [0 0 841.89 595.28]", placed("0 -595.28 841.89 0 0 595.28"), none},
		"transposed":                 {"/MediaBox [0 0 841.89 595.28]", placed("0 595.28 841.89 0 0 0"), none},
		"with margins":               {"/MediaBox [0 0 700 1000]", placed("595.28 0 0 841.89 52 79"), none},
		"cropped":                    {a4 + " /CropBox [50 400 500 700]", fill, none},
		"cropped and turned":         {a4 + " /CropBox [50 400 500 700] /Rotate 270", fill, none},
		"away from the origin":       {"/MediaBox [-100 200 495.28 1041.89]", placed("595.28 0 0 841.89 -100 200"), none},
		"a box of swapped corners":   {"/MediaBox [595.28 841.89 0 0]", fill, none},
		"in two steps":               {a4, "q 0.24 0 0 0.24 0 0 cm 2480.33 0 0 3507.875 0 0 cm /Im Do Q", none},
		"a hair aslant":              {a4, placed("595.28 0.05 -0.05 841.89 0 0"), none},
		"a little larger":            {a4, placed("597 0 0 844 -1 -1"), none},
		"below invisible text":       {a4, fill + " q 3 Tr " + words + "Q", none},
		"over text":                  {a4, words + fill, none},
		"over drawings":              {a4, "1 0 0 rg 0 0 500 500 re f 0 0 m 100 100 200 200 300 50 c S " + fill, none},
		"on white":                   {a4, "q 1 g 0 0 595.28 841.89 re f Q " + placed("500 0 0 700 10 10"), none},
		"in a clip around it":        {a4, "q 0 0 595.28 841.89 re W n " + fill + " Q", none},
		"in a clip of lines":         {a4, "q 0 0 m 596 0 l 596 842 l 0 842 l h W* n " + fill + " Q", none},
		"in a state without effects": {a4, "/Plain gs " + fill, none},
		"marked":                     {a4, "/Artifact BMC " + fill + " EMC /P << /MCID 0 >> BDC " + "EMC", none},
		"in a form":                  {a4, "q /Fm Do Q", form("/BBox [0 0 595.28 841.89]", fill)},
		"in a form with a matrix":    {a4, "q 2 0 0 2 0 0 cm /Fm Do Q", form("/BBox [0 0 1 1] /Matrix [297.64 0 0 420.945 0 0]", "/Im Do")},
		"in a form that is a group":  {a4 + " /Group << /S /Transparency /CS /DeviceRGB >>", "/Fm Do", form("/BBox [0 0 600 850] /Group << /S /Transparency /I true >>", fill)},
		"with a link":                {a4 + " /Annots [<< /Type /Annot /Subtype /Link /Rect [50 50 300 300] /Border [0 0 5] /C [1 0 0] >>]", fill, none},
		"with comments":              {a4, "% a comment\nq%x\n595.28 0 0 841.89 0 0 cm\n/I#6d Do\nQ", none},
	} {
		t.Run(name, func(t *testing.T) { check(t, sheet(c.page, c.content, grey(t), c.form)) })
	}
}

// TestScansInParts: strips, and a stencil of letters on a picture.
func TestScansInParts(t *testing.T) {
	page := scanned(t)
	const strips = 7
	var content strings.Builder
	o := pdftest.Pages([2]string{})
	var names strings.Builder
	for i := range strips {
		from, to := i*scanHeight/strips, (i+1)*scanHeight/strips
		strip := image.NewGray(image.Rect(0, 0, scanWidth, to-from))
		draw.Draw(strip, strip.Rect, page, image.Pt(0, from), draw.Src)
		o[10+i] = pdftest.Stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", scanWidth, to-from), encodeJPEG(t, strip))
		const scale = 841.89 / scanHeight
		fmt.Fprintf(&content, "q 595.28 0 0 %.4f 0 %.4f cm /S%d Do Q\n", scale*float64(to-from), scale*float64(scanHeight-to), i)
		fmt.Fprintf(&names, "/S%d %d 0 R ", i, 10+i)
	}
	o[3] = pdftest.Object("<< /Type /Page /Parent 2 0 R " + a4 + " /Contents 4 0 R /Resources << /XObject << " + names.String() + ">> >> >>")
	o[4] = pdftest.Stream("", []byte(content.String()))
	t.Run("strips", func(t *testing.T) { check(t, pdftest.Write(o)) })
	stencil := picture("/ImageMask true /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 620 >>", fax(t, "page.g4"))
	t.Run("letters on a picture", func(t *testing.T) {
		colours := picture("/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", colourJPEG(t, page))
		check(t, sheet(a4, fill+" 0.2 0.1 0.6 rg q 400 0 0 300 100 200 cm /Fm Do Q", colours, stencil))
	})
	t.Run("letters of black ink", func(t *testing.T) { check(t, sheet(a4, "0 0 0 0 k 0 0 600 850 re f 0 0 0 1 k "+fill, stencil)) })
	t.Run("grey letters on white", func(t *testing.T) { check(t, sheet(a4, "0.4 g "+fill, stencil)) })
}

// TestOthersAreLeftToPdfium: pages that are more than their images, and images whose
// pixels are not surely known.
func TestOthersAreLeftToPdfium(t *testing.T) {
	g := grey(t)
	layer := pdftest.Object(strings.Replace(string(g), "/Type /XObject", "/Type /XObject /OC << /Type /OCG /Name (L) >>", 1))
	with := func(entry string) pdftest.Object {
		return pdftest.Object(strings.Replace(string(g), "/Type /XObject", "/Type /XObject "+entry, 1))
	}
	four := make([]byte, 4*scanWidth*scanHeight)
	for name, data := range map[string][]byte{
		"text over it":             sheet(a4, fill+words, g),
		"text beside it":           sheet(a4, words+placed("200 0 0 300 0 0"), g),
		"text as a clip":           sheet(a4, "7 Tr "+words+fill, g),
		"a line over it":           sheet(a4, fill+" 0 0 m 100 100 l S", g),
		"white over it":            sheet(a4, fill+" 1 g 0 0 300 300 re f", g),
		"a shading":                sheet(a4, fill+" /X sh", g),
		"transparency":             sheet(a4, "/Half gs "+fill, g),
		"blending":                 sheet(a4, "/Multiply gs "+fill, g),
		"a hidden layer":           sheet(a4, "/OC /Layer BDC "+fill+" EMC", g),
		"a layer of its own":       sheet(a4, fill, layer),
		"a clip that cuts":         sheet(a4, "q 0 0 300 300 re W n "+fill+" Q", g),
		"a round clip":             sheet(a4, "q 0 0 m 0 900 900 900 900 0 c h W n "+fill+" Q", g),
		"an inline image":          sheet(a4, fill+" BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI", g),
		"aslant":                   sheet(a4, placed("590 30 -30 830 10 10"), g),
		"an annotation":            sheet(a4+" /Annots [<< /Type /Annot /Subtype /Square /Rect [0 0 300 300] /C [1 0 0] >>]", fill, g),
		"a unit of its own":        sheet(a4+" /UserUnit 2", fill, g),
		"an unknown operator":      sheet(a4, fill+" foo", g),
		"a state too many":         sheet(a4, fill+" Q", g),
		"a soft mask":              sheet(a4, fill, with("/SMask 6 0 R"), picture("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode", flate(four[:scanWidth*scanHeight]))),
		"a colour key":             sheet(a4, fill, with("/Mask [200 255]")),
		"a wrong height":           sheet(a4, fill, pdftest.Object(strings.Replace(string(g), "/Height 877", "/Height 876", 1))),
		"a wrong length":           bytes.Replace(sheet(a4, fill, g), []byte("/Filter /DCTDecode /Length "), []byte("/Filter /DCTDecode /Length 1"), 1),
		"four inks":                sheet(a4, fill, picture("/ColorSpace /DeviceCMYK /BitsPerComponent 8 /Filter /FlateDecode", flate(four))),
		"a spot colour":            sheet(a4, fill, picture("/ColorSpace [/Separation /Black /DeviceGray << /FunctionType 2 /Domain [0 1] /N 1 /C0 [1] /C1 [0] >>] /BitsPerComponent 8 /Filter /FlateDecode", flate(four[:scanWidth*scanHeight]))),
		"colours without YCbCr":    sheet(a4, fill, picture("/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /DecodeParms << /ColorTransform 0 >>", colourJPEG(t, scanned(t)))),
		"greys that are not there": sheet(a4, fill, picture("/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode", encodeJPEG(t, scanned(t)))),
		"a stencil in a pattern":   sheet(a4, "/Pattern cs /P scn "+fill, picture("/ImageMask true /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 620 >>", fax(t, "page.g4"))),
		"a stencil in mixed inks":  sheet(a4, "1 0 0 0.5 k "+fill, picture("/ImageMask true /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 620 >>", fax(t, "page.g4"))),
		"a curve and a range":      sheet(a4, fill, picture("/ColorSpace [/ICCBased 6 0 R] /BitsPerComponent 8 /Decode [1 0] /Filter /DCTDecode", encodeJPEG(t, scanned(t))), pdftest.Stream("/N 1", profile("GRAY", 1.8))),
		"no image":                 sheet(a4, "", g),
		"rubbish behind its table": append(sheet(a4, fill, g), bytes.Repeat([]byte("x"), 2000)...),
	} {
		t.Run(name, func(t *testing.T) {
			ours, theirs := renderings(t, data, 0, 0)
			if ours != nil {
				difference, _ := apart(t, ours, theirs)
				t.Errorf("drawn without pdfium, %.2f levels from it", difference)
			}
		})
	}
}
