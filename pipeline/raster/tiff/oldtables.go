package tiff

import (
	"errors"
	"fmt"
)

// lossless is a value of JPEGProc.
const lossless = 14

var errShortJPEG = errors.New("the JPEG's header is broken or cut short")

// complete makes what the header lacks of the page's tags.
func (o *oldJPEG) complete() error {
	if o.at >= len(o.data) || o.img.planar == 2 && o.at >= o.strips && len(o.joints)+1 < o.img.PerPixel {
		return errors.New("there is no JPEG data, or not of all planes")
	}
	across, down, err := o.sampling()
	if err != nil {
		return err
	}
	var quant, dc, ac [3]byte // each component's tables
	needed, before := o.frame == nil || o.scan == nil, o.tables
	if needed || !o.has[markerDQT] || !o.has[markerDHT] {
		o.tables = nil
		quant, err = o.table(tagJPEGQTables, markerDQT, 0, needed)
		if err == nil {
			dc, err = o.table(tagJPEGDCTables, markerDHT, 0, needed)
		}
		if err == nil {
			ac, err = o.table(tagJPEGACTables, markerDHT, 0x10, needed)
		}
		if err != nil {
			return err
		}
		if o.tables = append(o.tables, before...); o.frame == nil { // the tags' come last and count
			o.tables = append(o.tables, o.tables[:len(o.tables)-len(before)]...)
		}
	}
	if o.frame == nil {
		if proc := o.oneOr(o.directory, tagJPEGProc, 1); proc == lossless {
			return UnsupportedError("a lossless JPEG in a TIFF")
		}
		if err := o.makeFrame(quant, byte(across<<4|down)); err != nil {
			return err
		}
	}
	o.makeScans(dc, ac)
	return o.setInterval(across, down)
}

// sampling returns how many samples of luma there are for one of chroma: what the JPEG
// says counts, not the tag.
func (o *oldJPEG) sampling() (across, down int, err error) {
	sub, err := o.values(o.directory, tagSubsampling)
	switch {
	case o.img.PerPixel == 1:
		return 1, 1, nil
	case len(o.frame) > 11:
		return int(o.frame[11] >> 4), int(o.frame[11] & 15), nil
	case err != nil || len(sub) < 2:
		return 2, 2, err
	}
	for _, s := range sub[:2] {
		if s != 1 && s != 2 && s != 4 {
			return 0, 0, fmt.Errorf("YCbCr subsampling %v does not exist", sub)
		}
	}
	return int(sub[0]), int(sub[1]), nil
}

// table adds a segment for each of the tables that stand where a tag says, and returns
// which of them each component has: one without an offset of its own has the one before.
func (o *oldJPEG) table(tag uint16, marker, class byte, needed bool) (of [3]byte, err error) {
	at, err := o.values(o.directory, tag)
	if err != nil {
		return of, err
	}
	if len(at) == 0 || at[0] == 0 {
		if needed {
			return of, errors.New("the JPEG's tables are missing")
		}
		return of, nil
	}
	for c := range byte(o.img.PerPixel) {
		if int(c) >= len(at) || at[c] == 0 || c > 0 && at[c] == at[c-1] {
			of[c] = of[max(c, 1)-1]
			continue
		}
		n := uint64(64)
		if marker == markerDHT {
			lengths, err := o.bytes(at[c], 16)
			if err != nil {
				return of, err
			}
			n = 16
			for _, l := range lengths {
				n += uint64(l)
			}
		}
		data, err := o.bytes(at[c], n)
		if err != nil {
			return of, err
		}
		o.tables = append(o.tables, 0xff, marker, byte((n+3)>>8), byte(n+3), class|c)
		o.tables = append(o.tables, data...)
		of[c] = c
	}
	return of, nil
}

// makeFrame makes a frame header of the page's size.
func (o *oldJPEG) makeFrame(quant [3]byte, sampling byte) error {
	n, width, height := o.img.PerPixel, o.grid.width, o.height(o.img.Height)
	if width > 1<<16-1 || height > 1<<16-1 {
		return fmt.Errorf("a JPEG of %d × %d pixels does not exist", width, height)
	}
	frame := []byte{0xff, markerSOF0, 0, byte(8 + 3*n), 8, byte(height >> 8), byte(height), byte(width >> 8), byte(width), byte(n)}
	for c := range n {
		frame = append(frame, o.id(c), 0x11, quant[c])
	}
	frame[11] = sampling
	o.frame = frame
	return nil
}

// id returns the name of a component: the scan's if there is one.
func (o *oldJPEG) id(c int) byte {
	switch {
	case len(o.frame) > 10+3*c:
		return o.frame[10+3*c]
	case len(o.scan) > 5+2*c:
		return o.scan[5+2*c]
	}
	return byte(c)
}

// makeScans makes the headers of the scans: one, or one for each plane.
func (o *oldJPEG) makeScans(dc, ac [3]byte) {
	header := func(components ...int) []byte {
		s := []byte{0xff, markerSOS, 0, byte(6 + 2*len(components)), byte(len(components))}
		for _, c := range components {
			s = append(s, o.id(c), dc[c]<<4|ac[c])
		}
		return append(s, 0, 63, 0)
	}
	if o.scan != nil {
		return
	}
	if o.img.planar == 2 {
		for c := range o.img.PerPixel {
			o.planes = append(o.planes, header(c))
		}
		o.scan = o.planes[0]
		return
	}
	o.scan = header([]int{0, 1, 2}[:o.img.PerPixel]...)
}

// setInterval: strips and tiles are coded each for itself, as restarts are.
func (o *oldJPEG) setInterval(across, down int) error {
	pieces := o.grid.across * o.grid.down
	if pieces == 1 || o.at < o.strips || o.has[markerDRI] {
		return nil
	}
	if o.img.planar == 2 {
		return UnsupportedError("an old-style JPEG of planes in strips")
	}
	if across < 1 || down < 1 || o.grid.height%(8*down) != 0 {
		return fmt.Errorf("a %s of %d lines is no whole number of JPEG blocks", o.grid.name, o.grid.height)
	}
	o.interval = (o.grid.width + 8*across - 1) / (8 * across) * (o.grid.height / (8 * down))
	return nil
}
