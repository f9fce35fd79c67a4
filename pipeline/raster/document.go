// Package raster turns a document's bytes into pages as a person would see them,
// upright, in 8-bit grey or RGB, transparent parts white, and a page into what the
// trunk takes. The format is recognised by the content. Files are hostile until shown
// otherwise: sizes are checked against limits before memory is taken, and a decoder
// that takes too long, or gives up, costs its document only.
package raster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cutpoint/pipeline/raster/jpeg"
	"cutpoint/pipeline/raster/pdf"
	"cutpoint/pipeline/raster/tiff"
)

// decoder reads the pages of one document, one at a time.
type decoder interface {
	// pages returns how many there are, at least 1.
	pages() int
	// measure returns what a page takes, from its headers alone.
	measure(page int) (extent, error)
	// decode returns a page upright. It ends soon after ctx is done, if it can.
	decode(ctx context.Context, page int) (*Page, error)
}

// extent is a page's size in pixels as it is stored, and how many bytes decoding
// takes at most for each of them: samples, what they are turned into, and what
// stands in between.
type extent struct {
	width, height int
	perPixel      int
}

func (e extent) bytes() int64 { return int64(e.width) * int64(e.height) * int64(e.perPixel) }

// Document is an opened document. It serves one goroutine at a time.
type Document struct {
	format  string
	limits  Limits
	how     Decoding
	decoder decoder
	clock   clock
	spent   time.Duration // on its pages
	stuck   bool          // a decoder was left behind
}

// Format returns "png", "jpeg", "gif", "bmp", "webp", "pnm", "tiff" or
// "pdf".
func (d *Document) Format() string { return d.format }

// Pages returns the number of pages, at least 1.
func (d *Document) Pages() int { return d.decoder.pages() }

// Open recognises the format and reads the document's directory, but no pixels. Its
// error is of type *Error, or the context's. The document is to be closed.
func Open(ctx context.Context, data []byte, limits Limits, how Decoding) (*Document, error) {
	limits = limits.OrDefault()
	if int64(len(data)) > limits.MaxBytes {
		return nil, &Error{TooLarge, "", fmt.Errorf("the file has %d bytes, the limit is %d", len(data), limits.MaxBytes)}
	}
	d := &Document{format: sniff(data), limits: limits, how: how, clock: processorClock}
	if d.format == "" {
		return nil, errUnread(looksLike(data))
	}
	var (
		opening time.Duration // counts for no page
		err     error
	)
	d.decoder, err = watched(ctx, d.clock, limits.PageTime, &opening, func(ctx context.Context) (decoder, error) { return d.open(ctx, data) })
	if err != nil {
		return nil, d.fail(ctx, err)
	}
	return d, nil
}

func (d *Document) open(ctx context.Context, data []byte) (decoder, error) {
	switch d.format {
	case "bmp":
		return openBMP(data)
	case "gif":
		return openGIF(data), nil
	case "jpeg":
		return openJPEG(data, d.how.FastDecode)
	case "pdf":
		return openPDF(ctx, data, d.limits, d.how)
	case "pnm":
		return openPNM(data)
	case "png":
		return openPNG(data), nil
	case "webp":
		return openWebP(data)
	}
	return openTIFF(data, d.limits)
}

// Close frees what the document holds.
func (d *Document) Close() {
	if c, ok := d.decoder.(interface{ close() }); ok {
		c.close()
	}
}

// Memory returns how many bytes decoding a page takes at most, which is within the
// limits. Its error is of type *Error and concerns this page only.
func (d *Document) Memory(page int) (int64, error) {
	_, err := d.timeLeft() // a decoder that was left behind is not to be disturbed
	if err != nil {
		return 0, d.fail(context.Background(), err)
	}
	need, err := d.memory(page)
	if err != nil {
		return 0, d.fail(context.Background(), err)
	}
	return need, nil
}

// maxSide is beyond any document. It bounds the memory that resampling needs in
// proportion to the longer side.
const maxSide = 1 << 20

func (d *Document) memory(page int) (int64, error) {
	if page < 0 || page >= d.Pages() {
		return 0, fmt.Errorf("there is no page %d", page)
	}
	e, err := d.decoder.measure(page)
	switch {
	case err != nil:
		return 0, err
	case e.width < 1 || e.height < 1:
		return 0, fmt.Errorf("the page is %d × %d pixels", e.width, e.height)
	case e.width > maxSide || e.height > maxSide:
		return 0, &Error{TooLarge, d.format, fmt.Errorf("the page is %d × %d pixels, a side may have %d", e.width, e.height, maxSide)}
	case int64(e.width) > d.limits.MaxPixels/int64(e.height):
		return 0, &Error{TooLarge, d.format, fmt.Errorf("the page is %d × %d pixels, the limit is %d pixels", e.width, e.height, d.limits.MaxPixels)}
	case e.bytes() > d.limits.MaxMemory:
		return 0, &Error{TooLarge, d.format, fmt.Errorf("decoding the page of %d × %d pixels takes %d MiB, the limit is %d MiB",
			e.width, e.height, e.bytes()>>20, d.limits.MaxMemory>>20)}
	}
	return e.bytes(), nil
}

// Decode decodes a page. Its error, of type *Error, concerns this page only;
// or it is the context's.
func (d *Document) Decode(ctx context.Context, page int) (*Page, error) {
	limit, err := d.timeLeft()
	if err != nil {
		return nil, d.fail(ctx, err)
	}
	p, err := watched(ctx, d.clock, limit, &d.spent, func(ctx context.Context) (*Page, error) {
		if _, err := d.memory(page); err != nil {
			return nil, err
		}
		return d.decoder.decode(ctx, page)
	})
	if err != nil {
		return nil, d.fail(ctx, err)
	}
	return p, nil
}

// timeLeft returns how long the next page may take.
func (d *Document) timeLeft() (time.Duration, error) {
	left := d.limits.DocumentTime - d.spent
	switch {
	case d.stuck:
		return 0, &Error{TooSlow, d.format, errors.New("an earlier page of the document is still being read; its time was over long ago")}
	case left <= 0:
		return 0, &Error{TooSlow, d.format, fmt.Errorf("the earlier pages of the document took longer than %s", d.limits.DocumentTime)}
	}
	return min(left, d.limits.PageTime), nil
}

// fail classifies an error of a decoder.
func (d *Document) fail(ctx context.Context, err error) error {
	var (
		e      *Error
		slow   *timeout
		unseen pdf.UnseenError
	)
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return err
	case errors.As(err, &slow):
		d.stuck = d.stuck || slow.stuck
		return &Error{TooSlow, d.format, err}
	case errors.As(err, &e):
		return e
	case errors.Is(err, tiff.ErrTooLarge), errors.Is(err, jpeg.ErrTooLarge), errors.Is(err, pdf.ErrTooLarge):
		return &Error{TooLarge, d.format, err}
	case isUnsupported(err):
		return &Error{Unsupported, d.format, err}
	case errors.As(err, &unseen):
		return &Error{Unseen, d.format, err}
	}
	return &Error{Corrupt, d.format, err}
}
