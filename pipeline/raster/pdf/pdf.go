// Package pdf renders the pages of PDF files with pdfium, compiled to WebAssembly and
// run in a sandbox: it sees neither files nor network nor the environment, has bounded
// memory, and is stopped when its time is over. Scripts in documents are not run: the
// module has no interpreter for them.
package pdf

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/klippa-app/go-pdfium/enums"
	pdfium "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"

	"cutpoint/pipeline/raster/pdf/fonts"
)

// LongSide is how many pixels the longer side of a page gets if no resolution is given.
const LongSide = 1000

// ErrTooLarge is wrapped by errors about limits.
var ErrTooLarge = errors.New("beyond the limit")

// UnsupportedError says why a sound file is not read.
type UnsupportedError string

func (e UnsupportedError) Error() string { return string(e) }

// File is an opened file. It serves one goroutine at a time.
type File struct {
	instance *instance
	document references.FPDF_DOCUMENT
	pages    int
	dpi      float64
	fonts    fonts.Set
	data     []byte
	stale    bool // the sandbox was stopped or crashed, or may be in disorder: the next page gets a new one
	drawn    int  // how many pages this sandbox has drawn
	form     form
	visible  Visible
	looked   int // objects, in this sandbox
}

// Open opens a file of at most maxPages pages. Its pages are rendered at dpi, or, if that
// is 0, so that the longer side has LongSide pixels; text in fonts that the file does not
// hold gets those of the set. The file is to be closed.
func Open(ctx context.Context, data []byte, maxPages int, dpi float64, with fonts.Set) (f *File, err error) {
	f = &File{dpi: dpi, fonts: with, data: data}
	err = f.start(ctx)
	switch {
	case err == nil && f.pages < 1:
		err = errors.New("there is no page")
	case err == nil && f.pages > maxPages:
		err = fmt.Errorf("%w: %d pages, the limit is %d", ErrTooLarge, f.pages, maxPages)
	}
	if err != nil {
		f.Close()
		return nil, explained(err)
	}
	return f, nil
}

// start opens the document in a sandbox of its own.
func (f *File) start(ctx context.Context) (err error) {
	if f.instance, err = newInstance(ctx, f.fonts); err != nil {
		return err
	}
	f.stale, f.drawn, f.form.handle = false, 0, ""
	return f.instance.run(ctx, f.open)
}

// call calls into the sandbox. What goes wrong there costs what was asked for, not the
// document.
func (f *File) call(ctx context.Context, in func() error) error {
	if f.stale {
		f.Close()
		if err := f.start(ctx); err != nil {
			return err
		}
	}
	err := f.instance.run(ctx, in)
	f.stale = f.stale || ctx.Err() != nil || ended(err)
	return err
}

func (f *File) open() error {
	opened, err := f.instance.FPDF_LoadMemDocument(&requests.FPDF_LoadMemDocument{Data: &f.data})
	if err != nil {
		return err
	}
	f.document = opened.Document
	count, err := f.instance.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: f.document})
	if err != nil {
		return err
	}
	f.pages = count.PageCount
	return f.standIn()
}

// explained turns pdfium's numbers into sentences.
func explained(err error) error {
	switch {
	case errors.Is(err, pdfium.ErrPassword):
		return UnsupportedError("the PDF is encrypted; save a copy without a password")
	case errors.Is(err, pdfium.ErrSecurity):
		return UnsupportedError("the PDF is encrypted in a way that is not read; save a copy without a password")
	case errors.Is(err, pdfium.ErrFormat), errors.Is(err, pdfium.ErrFile),
		errors.Is(err, pdfium.ErrSuccess), errors.Is(err, pdfium.ErrUnknown), errors.Is(err, pdfium.ErrUnexpected):
		return errors.New("the PDF is broken and cannot be repaired")
	case errors.Is(err, pdfium.ErrPage):
		return errors.New("the page is broken")
	}
	return err
}

// Pages returns the number of pages, at least 1.
func (f *File) Pages() int { return f.pages }

// maxSide bounds what a page says of itself; the caller's limits are far below.
const maxSide = 1 << 20

// Size returns the pixels that page n is rendered to. Sides are rounded to the nearest
// pixel, and at least 1.
func (f *File) Size(ctx context.Context, n int) (width, height int, err error) {
	var w, h float64
	err = f.call(ctx, func() error {
		size, err := f.instance.FPDF_GetPageSizeByIndex(&requests.FPDF_GetPageSizeByIndex{Document: f.document, Index: n})
		if err == nil {
			w, h = size.Width, size.Height
		} else if !ended(brief(err)) {
			err = pdfium.ErrPage // the only reason
		}
		return err
	})
	if err != nil {
		return 0, 0, explained(err)
	}
	return Pixels(w, h, f.dpi)
}

// Pixels returns the pixels that a page of a size in points is rendered to.
func Pixels(w, h, dpi float64) (width, height int, err error) {
	if !(w > 0 && h > 0 && w < 1e9 && h < 1e9) {
		return 0, 0, fmt.Errorf("the page is %g × %g points", w, h)
	}
	scale := dpi / 72 // a point is 1/72 inch
	if dpi == 0 {
		scale = LongSide / math.Max(w, h)
	}
	return pixels(w * scale), pixels(h * scale), nil
}

func pixels(side float64) int { return int(math.Max(1, math.Min(math.Round(side), maxSide))) }

// Decode renders page n on white, with annotations, form fields and signatures.
//
//	pix  (height, width, 3) RGB
func (f *File) Decode(ctx context.Context, n, width, height int) (pix []uint8, err error) {
	for again := true; again; {
		fresh := f.stale || f.drawn == 0
		pix = nil
		err = f.call(ctx, func() (err error) {
			pix, err = f.render(n, width, height)
			return err
		})
		f.drawn++
		// Earlier pages may have filled the sandbox, or brought it into disorder.
		again = f.form.failed(err) && ctx.Err() == nil || ended(err) && !fresh
	}
	if pix != nil && !errors.As(err, new(UnseenError)) {
		err = nil // the time was over after the page was drawn, while it was looked at
	}
	return pix, explained(err)
}

func (f *File) render(n, width, height int) ([]uint8, error) {
	loaded, err := f.instance.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: f.document, Index: n})
	if err != nil {
		return nil, err
	}
	page := requests.Page{ByReference: &loaded.Page}
	defer f.instance.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: loaded.Page})
	created, err := f.instance.FPDFBitmap_CreateEx(&requests.FPDFBitmap_CreateEx{
		Width: width, Height: height, Format: enums.FPDF_BITMAP_FORMAT_BGR, Pointer: uint64(0),
	})
	if err != nil {
		return nil, err
	}
	bitmap := created.Bitmap
	defer f.instance.FPDFBitmap_Destroy(&requests.FPDFBitmap_Destroy{Bitmap: bitmap})
	const flags = enums.FPDF_RENDER_FLAG_ANNOT | enums.FPDF_RENDER_FLAG_REVERSE_BYTE_ORDER
	buffer, err := f.instance.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: bitmap})
	if err != nil {
		return nil, err
	}
	if len(buffer.Buffer) < 3*width*height {
		return nil, errFull
	}
	whiten(buffer.Buffer) // much faster than FPDFBitmap_FillRect
	if _, err := f.instance.FPDF_RenderPageBitmap(&requests.FPDF_RenderPageBitmap{Bitmap: bitmap, Page: page, SizeX: width, SizeY: height, Flags: flags}); err != nil {
		return nil, err
	}
	if err := f.drawForm(page, bitmap, width, height, flags); err != nil {
		return nil, err
	}
	pix, err := f.read(bitmap, width, height)
	if err == nil {
		err = f.look(loaded.Page, pix, width, height)
	}
	return pix, err
}

// whiten fills a bitmap with 0xff.
func whiten(pix []uint8) {
	for n := copy(pix, []uint8{0xff}); n < len(pix); {
		n += copy(pix[n:], pix[:n])
	}
}

// read copies a bitmap's pixels, whose rows may be padded.
func (f *File) read(bitmap references.FPDF_BITMAP, width, height int) ([]uint8, error) {
	stride, err := f.instance.FPDFBitmap_GetStride(&requests.FPDFBitmap_GetStride{Bitmap: bitmap})
	if err != nil {
		return nil, err
	}
	buffer, err := f.instance.FPDFBitmap_GetBuffer(&requests.FPDFBitmap_GetBuffer{Bitmap: bitmap})
	if err != nil {
		return nil, err
	}
	if stride.Stride < 3*width || len(buffer.Buffer) < height*stride.Stride {
		return nil, fmt.Errorf("a page of %d × %d pixels came in %d bytes", width, height, len(buffer.Buffer))
	}
	pix := make([]uint8, 3*width*height)
	for y := range height {
		copy(pix[3*width*y:][:3*width], buffer.Buffer[y*stride.Stride:])
	}
	return pix, nil
}

// Visible says how much can be seen of the page that was decoded last.
func (f *File) Visible() Visible { return f.visible }

// Close frees the sandbox.
func (f *File) Close() {
	if i := f.instance; i != nil { // read once: a decoder that was left behind may change it
		i.close()
	}
}
