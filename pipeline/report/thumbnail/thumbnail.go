// Package thumbnail draws a small picture of a stored page from its document, for
// a report. It reads the file again: only a regular file, not through a link, only
// if it still is the document that the store knows, and within limits.
package thumbnail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"cutpoint/pipeline/compare"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/raster"
)

// Size of a thumbnail at most, in pixels: the proportions of A4 upright.
const (
	maxWidth  = 160
	maxHeight = 226
)

// quality of the JPEG: text is still seen as text, in a few kilobytes.
const quality = 55

// Limits are tighter than those of a run: a report does not wait for a poster.
func Limits() raster.Limits {
	return raster.Limits{
		MaxPixels: 80_000_000, MaxPages: 10_000, MaxBytes: 128 << 20, MaxMemory: 512 << 20,
		PageTime: 5 * time.Second, DocumentTime: 5 * time.Second,
	}
}

// ErrChanged is returned when the path holds another document now.
var ErrChanged = errors.New("the file holds another document now")

// Of returns what makes a JPEG of an outcome's page, or of a document's first page.
func Of(ctx context.Context) func(compare.Outcome) ([]byte, error) {
	return func(o compare.Outcome) ([]byte, error) {
		return Read(ctx, corpus.Path(o.Path), o.DocumentID, max(0, int(o.Page)), Limits())
	}
}

// Read returns a JPEG of a page, at most 160 × 226 pixels. documentID is the
// SHA-256 of the file's bytes in hexadecimal; empty means any.
func Read(ctx context.Context, path, documentID string, page int, limits raster.Limits) ([]byte, error) {
	data, err := read(path, limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); documentID != "" && hex.EncodeToString(sum[:]) != documentID {
		return nil, ErrChanged
	}
	document, err := raster.Open(ctx, data, limits, raster.Decoding{})
	if err != nil {
		return nil, err
	}
	defer document.Close()
	p, err := document.Decode(ctx, page)
	if err != nil {
		return nil, err
	}
	return encode(p)
}

// read returns the bytes of a regular file. It neither follows a link nor waits
// for the writer of a FIFO. Errors leave the path out: the report shows it.
func read(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		var e *fs.PathError
		if errors.Is(err, syscall.ELOOP) {
			return nil, errors.New("the file is a symbolic link")
		} else if errors.As(err, &e) {
			return nil, e.Err
		}
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is not a regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("the file has %d bytes, the limit is %d", info.Size(), limit)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, errors.New("the file became shorter while it was read")
	}
	return data, nil
}

// shrunk returns the size of a page in the thumbnail; small pages stay small.
func shrunk(width, height int) (w, h int) {
	scale := min(1, float64(maxWidth)/float64(width), float64(maxHeight)/float64(height))
	return max(1, int(float64(width)*scale+0.5)), max(1, int(float64(height)*scale+0.5))
}

func encode(p *raster.Page) ([]byte, error) {
	w, h := shrunk(p.Width, p.Height)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shrink(p, w, h), &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode thumbnail: %w", err)
	}
	return b.Bytes(), nil
}

// shrink averages the block of pixels behind each pixel of the thumbnail.
func shrink(p *raster.Page, w, h int) image.Image {
	grey := image.NewGray(image.Rect(0, 0, w, h))
	rgb := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := block(y, h, p.Height)
		for x := range w {
			x0, x1 := block(x, w, p.Width)
			if m := mean(p, x0, x1, y0, y1); p.Channels == 1 {
				grey.SetGray(x, y, color.Gray{Y: m[0]})
			} else {
				rgb.SetRGBA(x, y, color.RGBA{m[0], m[1], m[2], 255})
			}
		}
	}
	if p.Channels == 1 {
		return grey
	}
	return rgb
}

// block is the range of pixels behind the i-th of n, never empty.
func block(i, n, of int) (from, to int) {
	from = i * of / n
	return from, max(from+1, (i+1)*of/n)
}

// mean returns the average colour of a block; of grey only the first value counts.
func mean(p *raster.Page, x0, x1, y0, y1 int) (m [3]uint8) {
	var sum [3]int
	for y := y0; y < y1; y++ {
		row := p.Pix[(y*p.Width+x0)*p.Channels : (y*p.Width+x1)*p.Channels]
		for x := 0; x < len(row); x += p.Channels {
			for c := range p.Channels {
				sum[c] += int(row[x+c])
			}
		}
	}
	n := (x1 - x0) * (y1 - y0)
	for c := range m {
		m[c] = uint8((sum[c] + n/2) / n)
	}
	return m
}
