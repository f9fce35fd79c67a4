package tiff

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"cutpoint/pipeline/raster/jpeg"
)

// Old-style JPEG (TIFF 6.0, section 22) is one JPEG for the whole page, in pieces: a
// stream that JPEGInterchangeFormat names, which may be all of it, its head or its
// tables, then what the strips or tiles hold; tables may stand elsewhere. As libtiff
// does (tif_ojpeg.c), a sound JPEG is put together of what is found.
type oldJPEG struct {
	*pageDecoder
	data     []byte // the stream, then the strips or tiles
	strips   int    // where they begin in data
	joints   []int  // where one of them follows another
	at       int    // behind the header
	tables   []byte // segments of the stream's header
	has      [256]bool
	frame    []byte // with its marker; nil if there is none
	scan     []byte
	planes   [][]byte // scan headers of planes that have none
	interval int      // of restarts
}

// The JPEG markers that are looked at (T.81, table B.1).
const (
	markerSOF0 = 0xc0
	markerDHT  = 0xc4
	markerRST0 = 0xd0
	markerSOI  = 0xd8
	markerEOI  = 0xd9
	markerSOS  = 0xda
	markerDQT  = 0xdb
	markerDRI  = 0xdd
)

// fixOldJPEG corrects what writers of old-style JPEG leave out or have wrong (tif_dirread.c,
// TIFFReadDirectory).
func (h *Header) fixOldJPEG(d directory) {
	if _, ok := d[tagBitsPerSample]; !ok {
		h.bits = 8
	}
	if _, ok := d[tagSamplesPerPixel]; !ok && (h.Photometric < 0 || h.Photometric == RGB || h.Photometric == YCbCr) {
		h.PerPixel = 3
	}
	switch {
	case h.PerPixel == 3 && (h.Photometric < 0 || h.Photometric == RGB):
		h.Photometric = YCbCr
	case h.PerPixel == 1 && h.Photometric < 0:
		h.Photometric = BlackIsZero
	}
	if d[tagStripOffsets].count == 1 && d[tagStripByteCounts].count == 1 {
		h.planar = 1
	}
}

// decodeOldJPEG decodes the page.
func (d *pageDecoder) decodeOldJPEG(ctx context.Context, h Header) (*Image, error) {
	d.img = &Image{Header: h}
	g, err := d.layOut(d.directory, h)
	if err == nil {
		err = g.find(d.File, d.directory, h) // which may be empty
	}
	if err != nil {
		return nil, err
	}
	d.grid = g
	o := &oldJPEG{pageDecoder: d}
	data, err := o.whole()
	if err != nil {
		return nil, err
	}
	color := jpeg.Gray
	if h.PerPixel == 3 {
		color = jpeg.RGB // no conversion: the page's coefficients decide
	}
	limit := int64(g.width) * int64(o.height(h.Height)+maxPadding)
	m, err := jpeg.Decode(ctx, data, jpeg.Options{MaxPixels: limit, Color: &color, Raw: true, OldTIFF: true})
	if err != nil {
		return nil, err
	}
	d.img.Lost = m.Lost
	return d.img, o.place(m)
}

// maxPadding is how many lines more than the page's a JPEG may have.
const maxPadding = 256

// place copies the JPEG, in which tiles lie below each other, to the page.
func (o *oldJPEG) place(m *jpeg.Image) error {
	g, n := o.grid, o.img.PerPixel
	o.img.Samples = make([]uint8, o.img.Width*o.img.Height*n)
	if m.Channels != n || m.Width != g.width || m.Height < o.height(o.img.Height) {
		return fmt.Errorf("the JPEG is %d × %d pixels of %d components, the page %d × %d of %d", m.Width, m.Height, m.Channels, o.img.Width, o.img.Height, n)
	}
	for i := range g.across * g.down {
		p := g.region(i, Header{Width: o.img.Width, Height: o.img.Height, PerPixel: n})
		for y := range p.height {
			row := m.Pix[(i*g.height+y)*m.Width*n:][:p.width*n]
			o.levels.unpack(o.pixels(p, y), row, len(row), 1, o.order)
		}
	}
	if n == 1 {
		o.img.Photometric = BlackIsZero
	} else {
		colors, err := o.ycbcrTables(o.directory)
		if err != nil {
			return err
		}
		colors.convert(o.img.Samples)
		o.img.Photometric = RGB
	}
	return nil
}

// height is the JPEG's: of all tiles, or the page's.
func (o *oldJPEG) height(page int) int {
	if o.grid.name == "tile" {
		return o.grid.height * o.grid.across * o.grid.down
	}
	return page
}

// whole puts a JPEG together.
func (o *oldJPEG) whole() ([]byte, error) {
	o.interval = o.oneOr(o.directory, tagJPEGRestart, 0)
	o.gather()
	if err := o.readHeader(); err != nil {
		return nil, err
	}
	if err := o.complete(); err != nil {
		return nil, err
	}
	out := append([]byte{0xff, markerSOI}, o.tables...)
	if o.interval > 0 {
		out = append(out, 0xff, markerDRI, 0, 4, byte(o.interval>>8), byte(o.interval))
	}
	out = append(append(out, o.frame...), o.scan...)
	from, n := o.at, 0
	for _, joint := range o.joints {
		if joint > from {
			out = append(out, bytes.TrimSuffix(o.data[from:joint], []byte{0xff, markerEOI})...)
			out = append(out, o.between(n, out, o.data[joint:])...)
			from, n = joint, n+1
		}
	}
	out = append(out, o.data[from:]...)
	return append(out, jpegEnds...), nil // libtiff puts ends where the data ends
}

// between returns what belongs between piece n of the data and the next one: the scan
// header of a plane, or a restart marker.
func (o *oldJPEG) between(n int, before, next []byte) []byte {
	switch end := len(before); {
	case o.img.planar == 2 && n+1 < len(o.planes) && !bytes.HasPrefix(next, []byte{0xff, markerSOS}):
		return o.planes[n+1]
	case o.img.planar == 2, end >= 2 && before[end-2] == 0xff && isRestart(before[end-1]):
		return nil
	}
	return []byte{0xff, markerRST0 + byte(n%8)}
}

func isRestart(marker byte) bool { return marker&^7 == markerRST0 }

// maxOldHeader is what headers may take beside the page's samples.
const maxOldHeader = 1 << 20

// gather joins the stream and the strips or tiles, as far as they lie in the file; more
// than a page of noise takes is left out.
func (o *oldJPEG) gather() {
	room := uint64(o.img.Width)*uint64(o.img.Height)*uint64(2*o.img.PerPixel) + maxOldHeader
	size := uint64(len(o.File.data))
	add := func(at, n uint64) {
		if at == 0 || at >= size || uint64(len(o.data)) >= room {
			return
		}
		if n == 0 || n > size-at {
			n = size - at
		}
		o.data = append(o.data, o.File.data[at:][:min(n, room-uint64(len(o.data)))]...)
	}
	if at := uint64(o.oneOr(o.directory, tagJPEGInterchange, 0)); at < size && (o.File.data[at] == 0xff || !o.startsInStrip()) {
		add(at, uint64(o.oneOr(o.directory, tagJPEGLength, 0)))
	}
	o.strips = len(o.data)
	for i, at := range o.grid.offsets[:min(len(o.grid.offsets), o.grid.need(o.img.Header))] {
		if i > 0 && len(o.data) > o.strips {
			o.joints = append(o.joints, len(o.data))
		}
		count := uint64(0)
		if i < len(o.grid.counts) {
			count = o.grid.counts[i]
		}
		add(at, count)
	}
}

// startsInStrip reports whether the JPEG begins in the first strip, wherever the tag
// leads.
func (o *oldJPEG) startsInStrip() bool {
	if len(o.grid.offsets) == 0 {
		return false
	}
	b, err := o.bytes(o.grid.offsets[0], 2)
	return err == nil && b[0] == 0xff && b[1] == markerSOI
}

// isFrame: 0xc4, 0xc8 and 0xcc are other markers (T.81, table B.1).
func isFrame(marker byte) bool {
	return marker&^15 == markerSOF0 && marker&3 != 0 || marker == markerSOF0
}

// readHeader reads markers up to the scan's header or data.
func (o *oldJPEG) readHeader() error {
	for o.at+1 < len(o.data) && o.data[o.at] == 0xff {
		marker := o.data[o.at+1]
		switch {
		case marker == 0xff:
			o.at++
			continue
		case marker == markerSOI, marker == markerEOI:
			o.at += 2
			continue
		case marker == 0, isRestart(marker):
			return nil
		}
		if o.at+4 > len(o.data) {
			return errShortJPEG
		}
		n := 2 + int(binary.BigEndian.Uint16(o.data[o.at+2:]))
		if n < 4 || o.at+n > len(o.data) {
			return errShortJPEG
		}
		segment := o.data[o.at:][:n]
		o.at += n
		o.has[marker] = true
		switch {
		case marker == markerSOS:
			o.scan = segment
			return nil
		case marker == markerDQT, marker == markerDHT:
			o.tables = append(o.tables, segment...)
		case marker == markerDRI && n == 6:
			o.interval = int(binary.BigEndian.Uint16(segment[4:]))
		case isFrame(marker) && o.frame != nil:
			return errors.New("the JPEG has two frame headers")
		case isFrame(marker):
			o.frame = segment
		}
	}
	return nil
}
