package raster

import (
	"errors"
	"io"
	"strings"

	"cutpoint/pipeline/raster/bmp"
	"cutpoint/pipeline/raster/jpeg"
	"cutpoint/pipeline/raster/pdf"
	"cutpoint/pipeline/raster/tiff"
)

// Class says what kind of failure an Error is.
type Class string

// The classes of failures.
const (
	Unsupported Class = "unsupported" // a format, or a variant of one, that is not read
	Corrupt     Class = "corrupt"     // broken, or cut short
	TooLarge    Class = "too-large"   // beyond the limits of size
	TooSlow     Class = "too-slow"    // beyond the limits of time
	Unseen      Class = "unseen"      // the page holds text or images, and none of them could be drawn
)

// isUnsupported recognises what the decoders refuse without looking closer.
func isUnsupported(err error) bool {
	var (
		j jpeg.UnsupportedError
		t tiff.UnsupportedError
		d pdf.UnsupportedError
		b bmp.UnsupportedError
	)
	return errors.As(err, &j) || errors.As(err, &t) || errors.As(err, &d) || errors.As(err, &b)
}

// Error is a document, or a page of one, that cannot be read.
type Error struct {
	Class  Class
	Format string // "tiff", …; "" if it is not known
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
