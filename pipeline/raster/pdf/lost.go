package pdf

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// lostText returns what to say of a text that cannot be drawn, or "" if it can, or is not
// meant to be seen: spaces, and the invisible text that lies under scans.
func (h *holds) lostText(o references.FPDF_PAGEOBJECT) string {
	mode, err := h.instance.FPDFTextObj_GetTextRenderMode(&requests.FPDFTextObj_GetTextRenderMode{PageObject: o})
	if err != nil || mode.TextRenderMode == enums.FPDF_TEXTRENDERMODE_INVISIBLE || mode.TextRenderMode == enums.FPDF_TEXTRENDERMODE_CLIP {
		return ""
	}
	alone, err := h.instance.FPDFTextObj_GetRenderedBitmap(&requests.FPDFTextObj_GetRenderedBitmap{Document: h.document, Page: h.page, PageObject: o, Scale: h.scale(o)})
	if h.failed(err) || err == nil && h.opaque(alone.Bitmap) || !h.says(o) || h.clipped(o) {
		return ""
	}
	return "text" + h.ofFont(o)
}

// scale returns how many pixels a point gets in a text that is drawn alone: four, or such
// that it has two million.
func (h *holds) scale(o references.FPDF_PAGEOBJECT) float32 {
	b, _ := h.bounds(o)
	area := max(1, (b.right-b.left)*(b.top-b.bottom))
	return float32(min(4, math.Sqrt(2e6/area)))
}

// opaque says whether a bitmap with alpha has a pixel that can be seen, and frees it.
func (h *holds) opaque(bitmap references.FPDF_BITMAP) bool {
	defer h.instance.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: bitmap})
	buffer, err := h.instance.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: bitmap})
	if err != nil {
		return true
	}
	for i := 3; i < len(buffer.Buffer); i += 4 {
		if buffer.Buffer[i] != 0 {
			return true
		}
	}
	return false
}

// says whether a text has characters other than spaces.
func (h *holds) says(o references.FPDF_PAGEOBJECT) bool {
	if h.text == "" {
		loaded, err := h.instance.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &h.page}})
		if err != nil {
			return false
		}
		h.text = loaded.TextPage
	}
	text, err := h.instance.FPDFTextObj_GetText(&requests.FPDFTextObj_GetText{PageObject: o, TextPage: h.text})
	return err == nil && strings.ContainsFunc(text.Text, func(c rune) bool {
		return !unicode.IsSpace(c) && !unicode.In(c, unicode.Cc, unicode.Cf) && c != 0x3164 // Hangul's filler
	})
}

// ofFont names a text's font.
func (h *holds) ofFont(o references.FPDF_PAGEOBJECT) string {
	font, err := h.instance.FPDFTextObj_GetFont(&requests.FPDFTextObj_GetFont{PageObject: o})
	if err != nil {
		return ""
	}
	name := ""
	if base, err := h.instance.FPDFFont_GetBaseFontName(&requests.FPDFFont_GetBaseFontName{Font: font.Font}); err == nil {
		name = fmt.Sprintf(" %.60q", base.BaseFontName)
	}
	if embedded, err := h.instance.FPDFFont_GetIsEmbedded(&requests.FPDFFont_GetIsEmbedded{Font: font.Font}); err == nil && !embedded.IsEmbedded {
		return fmt.Sprintf(" (its font%s is not embedded, and no font that is here has its characters)", name)
	}
	return fmt.Sprintf(" (its font%s draws nothing for it)", name)
}

// maxAgain is the largest image that is decoded a second time, in pixels: the sandbox has
// to hold it beside the page.
const maxAgain = 40_000_000

// lostImage returns what to say of an image that cannot be decoded, or not to its end; ""
// if it can.
func (h *holds) lostImage(o references.FPDF_PAGEOBJECT) string {
	size, err := h.instance.FPDFImageObj_GetImagePixelSize(&requests.FPDFImageObj_GetImagePixelSize{ImageObject: o})
	filters := h.filters(o)
	large := err == nil && uint64(size.Width)*uint64(size.Height) > maxAgain
	how := " that cannot be decoded"
	if large || h.decodes(o) {
		if how = " that is cut short"; !h.cut(o, filters) {
			return ""
		}
	}
	what := "an image"
	if err == nil {
		what += fmt.Sprintf(" of %d × %d pixels", size.Width, size.Height)
	}
	return what + how + in(filters)
}

// in names filters.
func in(filters []string) string {
	if len(filters) == 0 {
		return ""
	}
	return " (" + strings.Join(filters, ", ") + ")"
}

// decodes says whether pdfium makes a bitmap of an image.
func (h *holds) decodes(o references.FPDF_PAGEOBJECT) bool {
	bitmap, err := h.instance.FPDFImageObj_GetBitmap(&requests.FPDFImageObj_GetBitmap{ImageObject: o})
	if err != nil {
		return h.failed(err)
	}
	h.instance.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: bitmap.Bitmap})
	return true
}

// damaged says whether an image of which something is to be seen is known to be damaged.
// Where pixels are missing pdfium makes them of one colour, mostly black, so that only of
// an image with an edge of one is the data unpacked again. It may lack its own end.
func (h *holds) damaged(o references.FPDF_PAGEOBJECT, filters []string, a area) bool {
	if slices.ContainsFunc(filters, func(f string) bool { return !slices.Contains(knownFilters, f) }) {
		return true
	}
	if slices.ContainsFunc(filters, func(f string) bool { return slices.Contains(imageFilters, f) }) {
		return h.cut(o, filters)
	}
	return h.evenEdge(a.inner()) && h.short(o)
}

// short says whether an image has fewer bytes than its pixels take.
func (h *holds) short(o references.FPDF_PAGEOBJECT) bool {
	got, err := h.instance.FPDFImageObj_GetImageMetadata(&requests.FPDFImageObj_GetImageMetadata{ImageObject: o, Page: requests.Page{ByReference: &h.page}})
	if err != nil {
		return false
	}
	m := got.ImageMetadata
	decoded, err := h.instance.FPDFImageObj_GetImageDataDecoded(&requests.FPDFImageObj_GetImageDataDecoded{ImageObject: o})
	if err != nil {
		return !h.failed(err)
	}
	return uint64(len(decoded.Data)) < uint64(m.Height)*((uint64(m.Width)*uint64(max(m.BitsPerPixel, 1))+7)/8)
}

// imageFilters make pixels, not bytes.
var imageFilters = []string{"CCITTFaxDecode", "CCF", "JBIG2Decode", "DCTDecode", "DCT", "JPXDecode"}

// knownFilters are those of ISO 32000-1, 7.4, and their short forms in images within pages.
var knownFilters = []string{
	"ASCIIHexDecode", "AHx", "ASCII85Decode", "A85", "LZWDecode", "LZW", "FlateDecode", "Fl", "RunLengthDecode", "RL",
	"CCITTFaxDecode", "CCF", "JBIG2Decode", "DCTDecode", "DCT", "JPXDecode", "Crypt",
}

// cut says whether an image's stream is known to end too early.
func (h *holds) cut(o references.FPDF_PAGEOBJECT, filters []string) bool {
	if len(filters) != 1 || !canBeCut(filters[0]) {
		return false
	}
	data, ok := h.stream(o)
	return ok && cutShort(filters[0], data)
}

// stream returns an image's data as the file has it, unless the sandbox failed.
func (h *holds) stream(o references.FPDF_PAGEOBJECT) (data []byte, ok bool) {
	raw, err := h.instance.FPDFImageObj_GetImageDataRaw(&requests.FPDFImageObj_GetImageDataRaw{ImageObject: o})
	if err != nil {
		return nil, !h.failed(err)
	}
	return raw.Data, true
}

// filters returns how an image is compressed.
func (h *holds) filters(o references.FPDF_PAGEOBJECT) (names []string) {
	count, err := h.instance.FPDFImageObj_GetImageFilterCount(&requests.FPDFImageObj_GetImageFilterCount{ImageObject: o})
	if err != nil {
		return nil
	}
	for i := range min(count.Count, 4) {
		if filter, err := h.instance.FPDFImageObj_GetImageFilter(&requests.FPDFImageObj_GetImageFilter{ImageObject: o, Index: i}); err == nil {
			names = append(names, strings.Map(printable, filter.ImageFilter))
		}
	}
	return names
}

// printable leaves out what a terminal would act on.
func printable(c rune) rune {
	if unicode.IsPrint(c) {
		return c
	}
	return -1
}
