package raster

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// variant is a line of docs/formats.md: what is read, with files that show it, and
// how it is shown.
type variant struct {
	format, name, shown string
	files               []string // below testdata, or below the decoder's own
}

const (
	tiffs = "testdata/tiff/"
	jpegs = "jpeg/testdata/"
	bmps  = "bmp/testdata/"
	pdfs  = "pdf/testdata/"
	pnms  = "pnm/testdata/"
	here  = "testdata/"
	odds  = "testdata/odd.zip/"
)

var variants = []variant{
	{"TIFF", "every directory is a page, but for reduced copies (thumbnails, levels of pyramids) and masks", "in the order of the chain; a loop ends it", []string{here + "pages.tif"}},
	{"TIFF", "big and little endian, BigTIFF", "", []string{tiffs + "rgb-big-endian.tif", tiffs + "rgb-big.tif", tiffs + "rgb-big-tiles.tif"}},
	{"TIFF", "strips, tiles, separate planes", "", []string{tiffs + "rgb-strips.tif", tiffs + "rgb-tiles.tif", tiffs + "rgb-planes.tif", tiffs + "rgb-tiles-planes.tif"}},
	{"TIFF", "uncompressed, PackBits, LZW (both bit orders), Deflate (8 and 32946), Zstandard, WebP", "", []string{
		tiffs + "rgb.tif", tiffs + "rgb-packbits.tif", tiffs + "rgb-lzw.tif", tiffs + "rgb-lsb-lzw.tif", tiffs + "deflate-32946.tif", tiffs + "rgb-zstd.tif", tiffs + "rgb-webp.tif"}},
	{"TIFF", "fax: modified Huffman, word-aligned, Group 3 (one and two dimensions), Group 4", "damaged lines as libtiff shows them; a page with more than one line in a hundred lost has the warning `incomplete`, and with more than half of them it is corrupt", []string{
		tiffs + "fax-rle.tif", tiffs + "fax-word-aligned.tif", tiffs + "fax-g3.tif", tiffs + "fax-g3-2d.tif", tiffs + "fax-g4.tif", tiffs + "fax-g4-damaged.tif"}},
	{"TIFF", "JPEG (new style): grey, YCbCr, RGB, CMYK, shared tables", "as libjpeg-turbo decodes it; what breaks off is grey, and counts as lost lines do in a fax", []string{
		tiffs + "jpeg-grey.tif", tiffs + "jpeg-ycbcr.tif", tiffs + "jpeg-rgb-tiles.tif", tiffs + "jpeg-cmyk.tif", tiffs + "jpeg-ycbcr-strips.tif"}},
	{"TIFF", "JPEG (old style): grey and YCbCr, as one stream or in pieces", "as libtiff puts it together and converts it; what breaks off, as in a fax", []string{
		tiffs + "old-stream.tif", tiffs + "old-tables.tif", tiffs + "old-strips.tif", tiffs + "old-grey.tif", tiffs + "old-planes.tif"}},
	{"TIFF", "bilevel, black or white first, fill order 1 and 2", "8-bit grey before resampling", []string{
		here + "bilevel-raw.tif", here + "bilevel-white-is-zero.tif", tiffs + "fax-black-is-zero.tif", tiffs + "fill-order-2.tif"}},
	{"TIFF", "grey of 2 to 16 bits", "one channel; the upper 8 of 16 bits, or of those that MaxSampleValue says are in use (2^n - 1)", []string{
		tiffs + "grey-2-white-is-zero.tif", tiffs + "grey-4-black-is-zero.tif", tiffs + "grey-12.tif", tiffs + "grey-16-little.tif", tiffs + "grey-16-of-12.tif"}},
	{"TIFF", "signed samples of 2 to 16 bits", "from 0, which is black like all below; those of 8 bits as if they were unsigned, as Pillow does", []string{tiffs + "grey-16-signed.tif", tiffs + "grey-8-signed.tif"}},
	{"TIFF", "palette of 1 to 8 bits", "RGB; a palette of greys as grey", []string{tiffs + "palette-1.tif", tiffs + "palette-2.tif", tiffs + "palette-4.tif", tiffs + "palette-8.tif"}},
	{"TIFF", "RGB of 8 and 16 bits, predictor", "the upper 8 of 16 bits", []string{tiffs + "rgb-16.tif", tiffs + "rgb-16-lzw-predictor.tif", tiffs + "rgb-deflate-predictor.tif"}},
	{"TIFF", "alpha, multiplied in or not, with RGB and grey", "over white", []string{tiffs + "rgba-associated.tif", tiffs + "rgba-unassociated.tif", tiffs + "grey-alpha.tif"}},
	{"TIFF", "CMYK of 8 and 16 bits", "as Pillow converts it, without a colour profile", []string{tiffs + "cmyk.tif", tiffs + "cmyk-16.tif", tiffs + "cmyk-planes.tif"}},
	{"TIFF", "YCbCr without JPEG, subsampled 1, 2 or 4 either way, with coefficients and reference levels", "as libtiff converts it", []string{
		tiffs + "ycbcr-11.tif", tiffs + "ycbcr-22.tif", tiffs + "ycbcr-44.tif", tiffs + "ycbcr-bt709.tif", tiffs + "ycbcr-studio.tif"}},
	{"TIFF", "orientation 1 to 8, of any numeric type but BYTE, or in XMP", "upright", []string{
		here + "orientation-2.tif", here + "orientation-5.tif", here + "orientation-8.tif", tiffs + "turned-long.tif", tiffs + "turned-xmp.tif"}},
	{"JPEG", "baseline and progressive, 8 bits, any restart interval", "bit for bit as libjpeg-turbo: slow integer transform, fancy upsampling", []string{
		jpegs + "colour-420-50x37.jpg", jpegs + "progressive-420.jpg", jpegs + "progressive-444-restarts.jpg", jpegs + "restarts.jpg"}},
	{"JPEG", "frames of Motion JPEG, which leave the usual Huffman tables out", "", []string{jpegs + "no-huffman-tables.jpg"}},
	{"JPEG", "grey", "one channel", []string{jpegs + "grey-50x37.jpg", jpegs + "progressive-grey.jpg"}},
	{"JPEG", "YCbCr 4:4:4, 4:2:2, 4:2:0, 4:1:1, 4:4:0", "RGB", []string{jpegs + "colour-444-50x37.jpg", jpegs + "colour-422-50x37.jpg", jpegs + "colour-411.jpg", jpegs + "colour-440.jpg"}},
	{"JPEG", "RGB, CMYK and YCCK with or without Adobe's marker", "CMYK as Pillow converts it", []string{jpegs + "rgb.jpg", jpegs + "cmyk.jpg"}},
	{"JPEG", "progressive, with scans missing", "smoothed between blocks, as libjpeg-turbo does", []string{odds + "progressive-colour-3.jpg"}},
	{"JPEG", "orientation in EXIF, or in XMP where EXIF has none", "upright, as Pillow's exif_transpose turns it", []string{here + "jpeg-420-orientation-5.jpg", odds + "turned-fill-bytes.jpg", odds + "turned-xmp.jpg"}},
	{"JPEG", "broken data between restart markers", "as libjpeg-turbo continues; a page of which some stays grey has the warning `incomplete`", []string{jpegs + "data-changed.jpg", jpegs + "restart-lost.jpg", jpegs + "marker-too-early.jpg"}},
	{"PDF", "every page", "rendered by pdfium on white with annotations and filled fields; the longer side has 1000 pixels, or at --pdf-dpi; rotation honoured", []string{"pdf/testdata/owner.pdf"}},
	{"PDF", "form fields and visible signatures", "as pdfium draws them, from their values where the file has no appearance of them", []string{
		pdfs + "forms.pdf", pdfs + "rotated.pdf", pdfs + "values.pdf", pdfs + "xfa-static.pdf"}},
	{"PNG", "1 to 16 bits, grey, RGB, palette, interlaced; of an animation its still image", "grey in one channel; the upper 8 of 16 bits", []string{here + "mode-1.png", here + "palette-2-bits.png", here + "mode-P.png", here + "mode-RGB.png", here + "grey-37x53.png"}},
	{"PNG", "alpha, and one transparent colour", "over white; the colour is compared at the file's own depth (Pillow misses it in greys of 2 and 4 bits and in 16 bits)", []string{here + "mode-RGBA.png", here + "mode-LA.png", here + "transparent-palette.png", here + "transparent-colour.png", here + "transparent-grey.png"}},
	{"PNG", "no end, more behind it, wrong checksums of chunks that are not needed", "as if nothing were wrong; such chunks do not count", []string{odds + "end-missing.png", odds + "end-then-more.png", odds + "sum-of-text-bad.png"}},
	{"PNG", "compressed data that end, as they should, before the last row", "the rest black, as with Pillow, and marked incomplete; data that break off are an error", []string{odds + "rows-missing.png"}},
	{"PNG", "orientation in eXIf, in ImageMagick's raw profile, or in XMP where they have none", "upright, as Pillow's exif_transpose turns it", []string{here + "orientation-6.png", odds + "turned-raw-packed.png", odds + "turned-xmp.png"}},
	{"GIF", "first frame, where it stands on the screen, which grows to hold it", "transparent parts white; the rest of the screen in the first colour, as with Pillow", []string{here + "palette.gif", odds + "frame-larger.gif", odds + "frame-inside.gif"}},
	{"GIF", "no palette, no end", "without a palette in greys", []string{odds + "palette-none.gif", odds + "tail-missing.gif"}},
	{"BMP", "1, 4 and 8 bits with a palette, 16, 24 and 32 bits, top-down, every header from OS/2's to version 5", "a palette of greys as grey", []string{
		bmps + "mode-1.bmp", bmps + "palette-4.bmp", bmps + "palette-8-core.bmp", bmps + "rgb-555.bmp", bmps + "rgb-v4-24.bmp", bmps + "top-down.bmp"}},
	{"BMP", "run lengths of 4 and 8 bits", "", []string{bmps + "rle-4.bmp", bmps + "rle-8.bmp"}},
	{"BMP", "bit masks, alpha", "alpha over white; alpha that is 0 everywhere is none", []string{bmps + "rgb-565.bmp", bmps + "rgb-32-swapped.bmp", bmps + "rgba-v5.bmp", odds + "alpha-zero-124.bmp"}},
	{"WebP", "lossy and lossless", "chroma and colours as libwebp", []string{here + "lossy-131x97.webp", here + "lossless.webp"}},
	{"WebP", "alpha", "over white; none where the header says that it is not used", []string{here + "lossy-alpha.webp", odds + "alpha-unflagged.webp", odds + "lossless-alpha-unused.webp"}},
	{"WebP", "animation", "its first frame, where it stands on the canvas", []string{here + "animated-lossy.webp", here + "animated-moved.webp"}},
	{"WebP", "orientation in EXIF, or in XMP where EXIF has none", "upright, as Pillow's exif_transpose turns it", []string{here + "orientation-6-lossy.webp", odds + "turned-xmp.webp"}},
	{"PNM", "bitmaps, greymaps and pixmaps (P1 to P6), text or binary, any greatest value up to 65535", "its first image; of greys the upper 8 of 16 bits, colours scaled to 8 as Pillow does", []string{
		pnms + "plain.pbm", pnms + "plain-100.pgm", pnms + "plain-1000.ppm", pnms + "binary.pbm", pnms + "grey-65535.pgm", pnms + "colour-7.ppm", pnms + "two-images.pgm"}},
}

// refused are variants that are named but not read.
func refused(t *testing.T) []struct {
	format, name string
	data         []byte
} {
	file := func(name string) []byte {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	marker := func(m byte) []byte {
		data := file(jpegs + "colour-420-50x37.jpg")
		data[bytes.Index(data, []byte{0xff, 0xc0})+1] = m
		return data
	}
	twelve := file(jpegs + "colour-420-50x37.jpg")
	twelve[bytes.Index(twelve, []byte{0xff, 0xc0})+4] = 12
	return []struct {
		format, name string
		data         []byte
	}{
		{"TIFF", "LZMA, LERC, JPEG 2000, JBIG and other compressions", tiffOf(8, 8, 8, 34925, []byte{0})},
		{"TIFF", "samples of 32 bits, floating-point samples", tiffOf(8, 8, 32, 1, []byte{0})},
		{"JPEG", "arithmetic coding", marker(0xc9)},
		{"JPEG", "lossless and hierarchical", marker(0xc3)},
		{"JPEG", "12 bits", twelve},
		{"PDF", "encrypted", file("pdf/testdata/locked.pdf")},
		{"PDF", "XFA forms without fields for other programs", file(pdfs + "xfa-dynamic.pdf")},
		{"PDF", "portfolios", file(pdfs + "portfolio.pdf")},
		{"office documents", "", []byte("PK\x03\x04")},
		{"DjVu", "", []byte("AT&TFORM")},
		{"JBIG2", "", []byte("\x97JB2")},
		{"DCX", "", []byte("\xb1\x68\xde\x3a")},
		{"JPEG 2000", "", []byte("\x00\x00\x00\x0cjP  ")},
		{"JPEG XL", "", []byte("\x00\x00\x00\x0cJXL ")},
		{"HEIC", "", []byte("\x00\x00\x00\x18ftypheic")},
		{"AVIF", "", []byte("\x00\x00\x00\x18ftypavif")},
		{"Photoshop", "", []byte("8BPS")},
		{"icons", "", icon(1)},
		{"PCX", "", []byte("\x0a\x05\x01")},
		{"metafiles", "EMF", append(make([]byte, 40), " EMF"...)},
		{"metafiles", "WMF", []byte("\xd7\xcd\xc6\x9a")},
		{"PNM", "PAM (P7)", []byte("P7\n")},
		{"PNM", "floating-point maps", []byte("PF\n")},
		{"TGA", "", tga(2, 24)},
		{"camera raw", "", []byte("FUJIFILMCCD-RAW")},
		{"mail", "", []byte("From: a@b.example\r\nTo: c@d.example\r\n\r\n")},
		{"web pages", "", []byte("<!DOCTYPE html>")},
		{"SVG", "", []byte("<svg/>")},
		{"text", "", []byte("hello")},
		{"pointers of Git LFS", "", []byte("version https://git-lfs.github.com/spec/v1\n")},
		{"files of zeros", "", make([]byte, 1000)},
		{"anything else", "", []byte("\x01\x02\x03")},
	}
}

// TestFormats reads a file of every variant and holds docs/formats.md to it. It is
// written anew where CUTPOINT_UPDATE is set.
func TestFormats(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What is read\n\n" +
		"A document's format is recognised by its content, never by its name. `go test ./pipeline/raster -run TestFormats` decodes a file for every line of this table and checks the table; with `CUTPOINT_UPDATE=1` it writes it. The tests of the decoders compare the pixels of these files with Pillow's, byte for byte.\n\n" +
		"Pillow is Pillow 12 everywhere (12.3, with its libjpeg-turbo 3.1 and libwebp 1.6), in resizing, too, and a store's description says so. Pillow 13 resizes narrow and small pages in another order of its passes, which changes a few pages of a hundred by a level.\n\n" +
		"| format | variant | how it is shown |\n|---|---|---|\n")
	for _, v := range variants {
		for _, name := range v.files {
			readWhole(t, name)
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", v.format, v.name, v.shown)
	}
	b.WriteString("\nA page of 16 bits a sample (TIFF, PNG, PNM) whose samples are all below 4096, as of cameras and scanners that have 12 bits, is nearly black: it has the warning `dark`; scale its samples to 16 bits.\n")
	b.WriteString("\nOther variants are refused with a message, and the document becomes a row in the failures table with the class `unsupported`.\n\n| format | variant | message |\n|---|---|---|\n")
	for _, r := range refused(t) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.format, r.name, refusal(t, r.name+r.format, r.data))
	}
	b.WriteString("\nBroken or truncated documents have the class `corrupt`; those beyond `--max-pixels`, `--max-pages`, `--max-file-size` or `--decode-memory` have `too-large`, and those that take more processor time than `--page-timeout` or `--document-timeout` have `too-slow`.\n")
	const doc = "../../docs/formats.md"
	b.WriteString(formatsText)
	if os.Getenv("CUTPOINT_UPDATE") != "" {
		if err := os.WriteFile(doc, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(doc); err != nil || string(want) != b.String() {
		t.Errorf("docs/formats.md is out of date (%v); run this test with CUTPOINT_UPDATE=1", err)
	}
}

// fileOf reads a file, or one of odds.zip.
func fileOf(t *testing.T, name string) ([]byte, error) {
	member, ok := strings.CutPrefix(name, odds)
	if !ok {
		return os.ReadFile(filepath.FromSlash(name))
	}
	data, ok := odd(t)[member]
	if !ok {
		return nil, fmt.Errorf("odd.zip has no %s", member)
	}
	return data, nil
}

func readWhole(t *testing.T, name string) {
	t.Helper()
	data, err := fileOf(t, name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
	if err != nil {
		t.Errorf("open %s: %v", name, err)
		return
	}
	defer d.Close()
	if d.Pages() == 0 {
		t.Errorf("%s has no page", name)
	}
	for n := range d.Pages() {
		if p, err := d.Decode(t.Context(), n); err != nil || len(p.Pix) != p.Width*p.Height*p.Channels {
			t.Errorf("%s page %d: %v", name, n, err)
		}
	}
}

func refusal(t *testing.T, name string, data []byte) string {
	t.Helper()
	d, err := Open(t.Context(), data, DefaultLimits(), Decoding{})
	if err == nil {
		_, err = d.Decode(t.Context(), 0)
		d.Close()
	}
	var e *Error
	if !errors.As(err, &e) || e.Class != Unsupported {
		t.Errorf("%s: %v, want it to be unsupported", name, err)
		return ""
	}
	return e.Error()
}
