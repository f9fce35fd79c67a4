// Package raster turns a document's bytes into pages as a person would see them,
// upright, in 8-bit grey or RGB, transparent parts white, and a page into what the
// trunk takes. The format is told by the content. Files are hostile until shown
// otherwise: sizes are checked against limits before memory is taken.
package raster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"cutpoint/pipeline/raster/tiff"
)

// Limits bound what one document may cost.
type Limits struct {
	MaxPixels int64 // of a page; before any pixel is decoded
	MaxPages  int   // of a document
	MaxBytes  int64 // of a file
}

// DefaultLimits let an A0 sheet at 300 dpi pass.
func DefaultLimits() Limits {
	return Limits{MaxPixels: 150_000_000, MaxPages: 10_000, MaxBytes: 512 << 20}
}

// Class says what kind of failure an Error is.
type Class string

// The classes of failures.
const (
	Unsupported Class = "unsupported" // a format, or a variant of one, that is not read
	Corrupt     Class = "corrupt"     // broken, or cut short
	TooLarge    Class = "too-large"   // beyond the limits
)

// Error is a document, or a page of one, that cannot be read.
type Error struct {
	Class  Class
	Format string // "tiff", …; "" if it could not be told
	Err    error
}

func (e *Error) Error() string {
	message := e.Err.Error()
	if e.Format != "" { // the decoders put it first, some more than once
		message = strings.ReplaceAll(message, e.Format+": ", "")
	}
	if errors.Is(e.Err, io.EOF) || errors.Is(e.Err, io.ErrUnexpectedEOF) {
		message = "the file is cut short (" + message + ")"
	}
	if e.Format != "" {
		message = e.Format + ": " + message
	}
	return message
}

func (e *Error) Unwrap() error { return e.Err }

// Document is an opened document. Its pages may be decoded from several goroutines.
type Document struct {
	format string
	data   []byte
	limits Limits
	tiff   *tiff.File // of a TIFF
}

// Format returns "png", "jpeg", "gif", "bmp", "webp" or "tiff".
func (d *Document) Format() string { return d.format }

// Pages returns the number of pages, at least 1.
func (d *Document) Pages() int {
	if d.tiff != nil {
		return d.tiff.Pages()
	}
	return 1
}

// Open tells the format and reads the document's directory, but no pixels. All
// errors are of type *Error.
func Open(data []byte, limits Limits) (*Document, error) {
	if int64(len(data)) > limits.MaxBytes {
		return nil, &Error{TooLarge, "", fmt.Errorf("the file has %d bytes, the limit is %d", len(data), limits.MaxBytes)}
	}
	format := sniff(data)
	if format == "" {
		return nil, &Error{Unsupported, "", fmt.Errorf("%s; PNG, JPEG, GIF, BMP, WebP and TIFF are read", looksLike(data))}
	}
	d := &Document{format: format, data: data, limits: limits}
	if format == "tiff" {
		f, err := tiff.Open(data, tiff.Limits{Pages: limits.MaxPages, Pixels: limits.MaxPixels})
		if err != nil {
			return nil, d.fail(err)
		}
		d.tiff = f
	}
	return d, nil
}

// Decode decodes a page. Its error, of type *Error, concerns this page only.
func (d *Document) Decode(page int) (p *Page, err error) {
	// The decoders of the standard library and golang.org/x/image are fuzzed but
	// not proven; a panic of theirs must cost one page, not the night's run.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, d.fail(fmt.Errorf("the decoder gave up: %v", r))
		}
	}()
	if page < 0 || page >= d.Pages() {
		return nil, d.fail(fmt.Errorf("there is no page %d", page))
	}
	if d.tiff != nil {
		p, err = d.decodeTIFF(page)
	} else {
		p, err = d.decodeStandard()
	}
	if err != nil {
		return nil, d.fail(err)
	}
	return p, nil
}

// fail classifies an error of a decoder.
func (d *Document) fail(err error) error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	class := Corrupt
	if isUnsupported(err) {
		class = Unsupported
	}
	if errors.Is(err, tiff.ErrTooLarge) {
		class = TooLarge
	}
	return &Error{class, d.format, err}
}

func (d *Document) checkSize(width, height int) error {
	if width < 1 || height < 1 {
		return fmt.Errorf("the page is %d × %d pixels", width, height)
	}
	if int64(width) > d.limits.MaxPixels/int64(height) {
		return &Error{TooLarge, d.format, fmt.Errorf("the page is %d × %d pixels, the limit is %d pixels", width, height, d.limits.MaxPixels)}
	}
	return nil
}

// sniff tells a format by its first bytes.
func sniff(data []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"\x89PNG\r\n\x1a\n", "png"}, {"\xff\xd8\xff", "jpeg"}, {"GIF87a", "gif"}, {"GIF89a", "gif"}, {"BM", "bmp"},
		{"II*\x00", "tiff"}, {"MM\x00*", "tiff"}, {"II+\x00", "tiff"}, {"MM\x00+", "tiff"},
	} {
		if bytes.HasPrefix(data, []byte(f.magic)) {
			return f.name
		}
	}
	if len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP" {
		return "webp"
	}
	return ""
}

// looksLike names what an unknown file seems to be.
func looksLike(data []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"%PDF-", "this is a PDF: print its pages to TIFF or PNG"}, {"PK\x03\x04", "this is a zip file or an office document"},
		{"\xd0\xcf\x11\xe0", "this is an old office document"}, {"<", "this is markup, not an image"},
		{"\x00\x00\x00\x0cJXL ", "this is JPEG XL"}, {"\x00\x00\x00\x0cjP  ", "this is JPEG 2000"}, {"8BPS", "this is a Photoshop file"},
	} {
		if bytes.HasPrefix(data, []byte(f.magic)) {
			return f.name
		}
	}
	if len(data) == 0 {
		return "the file is empty"
	}
	return "this is no image that is known here"
}
