package raster

import (
	"context"

	"cutpoint/pipeline/raster/pdf"
)

// pdfDocument renders the pages of a PDF.
type pdfDocument struct{ file *pdf.File }

func openPDF(ctx context.Context, data []byte, maxPages int, how Decoding) (decoder, error) {
	f, err := pdf.Open(ctx, data, maxPages, how.PDFDPI, how.Fonts)
	if err != nil {
		return nil, err
	}
	return pdfDocument{f}, nil
}

func (d pdfDocument) pages() int { return d.file.Pages() }

// measure counts the bitmap in the sandbox and the page. What pdfium needs to draw it is
// bounded by the sandbox.
func (d pdfDocument) measure(page int) (extent, error) {
	w, h, err := d.file.Size(context.Background(), page)
	return extent{w, h, 3 + 3}, err
}

func (d pdfDocument) decode(ctx context.Context, page int) (*Page, error) {
	w, h, err := d.file.Size(ctx, page)
	if err != nil {
		return nil, err
	}
	pix, err := d.file.Decode(ctx, page, w, h)
	if err != nil {
		return nil, err
	}
	return &Page{Width: w, Height: h, Channels: 3, Pix: pix, Warning: warningOf(d.file.Visible())}, nil
}

func warningOf(v pdf.Visible) Warning {
	switch v {
	case pdf.Nothing:
		return Empty
	case pdf.Partly:
		return Incomplete
	}
	return ""
}

func (d pdfDocument) close() { d.file.Close() }
