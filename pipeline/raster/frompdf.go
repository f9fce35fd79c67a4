package raster

import (
	"context"
	"fmt"
	"time"

	"cutpoint/pipeline/raster/pdf"
	"cutpoint/pipeline/raster/pdf/scan"
)

// pdfDocument draws the pages of a PDF: plain scans with our own decoders, all others with
// pdfium, which is started when the first page needs it.
type pdfDocument struct {
	data     []byte
	maxPages int
	how      Decoding
	time     time.Duration  // for measuring a page, which may start pdfium
	scans    *scan.Document // nil if pdfium draws all pages
	file     *pdf.File      // nil until a page needs it
	number   int            // of the page that was looked at last, -1 at first
	scan     *scan.Page     // that page, if it is a plain scan
}

func openPDF(ctx context.Context, data []byte, limits Limits, how Decoding) (decoder, error) {
	d := &pdfDocument{data: data, maxPages: limits.MaxPages, how: how, time: limits.PageTime, number: -1}
	d.scans, _ = scan.Open(ctx, data, limits.MaxPages) // what it cannot read is pdfium's
	if d.scans != nil && d.plain(ctx, 0) != nil {
		return d, nil
	}
	_, err := d.pdfium(ctx)
	return d, err
}

func (d *pdfDocument) pages() int {
	if d.scans != nil {
		return d.scans.Pages()
	}
	return d.file.Pages()
}

// plain returns a page that is a plain scan, or nil.
func (d *pdfDocument) plain(ctx context.Context, page int) *scan.Page {
	if d.scans == nil {
		return nil
	}
	if d.number == page {
		return d.scan
	}
	p, _ := d.scans.Page(ctx, page) // what is something else is pdfium's
	if ctx.Err() == nil {
		d.number, d.scan = page, p
	}
	return p
}

// pdfium returns the file as pdfium sees it.
func (d *pdfDocument) pdfium(ctx context.Context) (*pdf.File, error) {
	if d.file != nil {
		return d.file, nil
	}
	f, err := pdf.Open(ctx, d.data, d.maxPages, d.how.PDFDPI, d.how.Fonts)
	if err != nil {
		return nil, err
	}
	if d.scans != nil && f.Pages() != d.scans.Pages() {
		f.Close()
		return nil, fmt.Errorf("the file is broken: it has %d pages by its page tree and %d as pdfium counts them", d.scans.Pages(), f.Pages())
	}
	d.file = f
	return f, nil
}

// measure counts what drawing a scan takes, or the bitmap in the sandbox and the page.
// What pdfium needs to draw it is bounded by the sandbox.
func (d *pdfDocument) measure(page int) (extent, error) {
	var spent time.Duration
	return watched(context.Background(), processorClock, d.time, &spent, func(ctx context.Context) (extent, error) { return d.extent(ctx, page) })
}

func (d *pdfDocument) extent(ctx context.Context, page int) (extent, error) {
	if s := d.plain(ctx, page); s != nil {
		w, h, err := pdf.Pixels(s.Width, s.Height, d.how.PDFDPI)
		if err != nil {
			return extent{}, err
		}
		area := int64(w) * int64(h)
		return extent{w, h, int((s.Memory(w, h) + area - 1) / area)}, nil
	}
	f, err := d.pdfium(ctx)
	if err != nil {
		return extent{}, err
	}
	w, h, err := f.Size(ctx, page)
	return extent{w, h, 3 + 3}, err
}

func (d *pdfDocument) decode(ctx context.Context, page int) (*Page, error) {
	if s := d.plain(ctx, page); s != nil {
		w, h, err := pdf.Pixels(s.Width, s.Height, d.how.PDFDPI)
		if err != nil {
			return nil, err
		}
		if pix, whole, err := s.Draw(ctx, w, h); err == nil {
			p := &Page{Width: w, Height: h, Channels: s.Channels(), Pix: pix}
			if !whole {
				p.Warning = Incomplete
			}
			return p, nil
		}
		// A stream is damaged: pdfium may show a part of it.
	}
	f, err := d.pdfium(ctx)
	if err != nil {
		return nil, err
	}
	w, h, err := f.Size(ctx, page)
	if err != nil {
		return nil, err
	}
	pix, err := f.Decode(ctx, page, w, h)
	if err != nil {
		return nil, err
	}
	return &Page{Width: w, Height: h, Channels: 3, Pix: pix, Warning: warningOf(f.Visible())}, nil
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

func (d *pdfDocument) close() {
	if d.file != nil {
		d.file.Close()
	}
}
