package jpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// The markers that are looked at (T.81, table B.1).
const (
	markerSOF0  = 0xc0 // baseline
	markerSOF1  = 0xc1 // extended sequential
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP14 = 0xee
	markerAPP15 = 0xef
	markerCOM   = 0xfe
	markerTEM   = 0x01
)

// decoder is the state that markers change.
type decoder struct {
	data []byte
	pos  int
	opt  Options

	width, height int
	progressive   bool
	components    []component // in the order of the frame header; nil before it
	maxH, maxV    int         // the greatest sampling factors
	mcusX, mcusY  int         // of interleaved scans
	unit          int         // the side in pixels of what 8 × 8 samples of full size become

	scans    int // of a progressive file, that were begun
	lastGood int // the last row of MCUs to which the data of the last scan went

	quant           [4]*[64]uint16 // in natural order
	dc, ac          [4]*huffman
	restartInterval int // in MCUs; 0 = none
	jfif            bool
	adobe           int  // the transform of Adobe's marker; -1 = no such marker
	metadata        bool // is wanted
	exif, xmp       []byte
	lost            int // rows of MCUs that lack data of a scan
}

func newDecoder(data []byte, opt Options) *decoder {
	return &decoder{data: data, opt: opt, adobe: -1, unit: 8 / max(opt.Scale, 1)}
}

// nextMarker skips to a marker and returns it; 0 at the end of the data.
func (d *decoder) nextMarker() byte {
	for d.pos+1 < len(d.data) {
		if d.data[d.pos] != 0xff {
			d.pos++
			continue
		}
		switch m := d.data[d.pos+1]; m {
		case 0xff:
			d.pos++
		case 0:
			d.pos += 2
		default:
			d.pos += 2
			return m
		}
	}
	d.pos = len(d.data)
	return 0
}

// segment returns what follows a marker with a length.
func (d *decoder) segment(marker byte) ([]byte, error) {
	if d.pos+2 > len(d.data) {
		return nil, errShort(fmt.Sprintf("marker %#x", marker))
	}
	n := int(binary.BigEndian.Uint16(d.data[d.pos:]))
	switch {
	case n < 2:
		return nil, fmt.Errorf("marker %#x has the length %d", marker, n)
	case d.pos+n > len(d.data):
		return nil, errShort(fmt.Sprintf("marker %#x", marker))
	}
	s := d.data[d.pos+2 : d.pos+n]
	d.pos += n
	return s, nil
}

// untilScan reads markers up to and with the first scan's header.
func (d *decoder) untilScan() (scan, error) {
	if len(d.data) < 2 || d.data[0] != 0xff || d.data[1] != markerSOI {
		return scan{}, errors.New("there is no JPEG marker at the start")
	}
	d.pos = 2
	s, more, err := d.nextScan()
	if err == nil && !more {
		err = errors.New("there is no image before the end marker")
	}
	return s, err
}

// nextScan reads markers up to a scan's header, or to the end marker.
func (d *decoder) nextScan() (s scan, more bool, err error) {
	for {
		m := d.nextMarker()
		switch {
		case m == 0:
			return s, false, errShort("markers")
		case m == markerEOI:
			return s, false, nil
		case m == markerTEM || m >= markerRST0 && m <= markerRST7:
			continue
		case m == markerSOI:
			return s, false, errors.New("a second image begins in the first")
		case !known(m):
			return s, false, fmt.Errorf("there is no marker %#x", m)
		}
		segment, err := d.segment(m)
		if err != nil {
			return s, false, err
		}
		if m == markerSOS {
			s, err = d.readScanHeader(segment)
			return s, err == nil, err
		}
		if err := d.read(m, segment); err != nil {
			return s, false, err
		}
	}
}

// known reports whether libjpeg knows a marker with a length; others end its decoding
// (jdmarker.c, read_markers).
func known(m byte) bool {
	return m >= markerSOF0 && m <= markerDRI && m != markerJPG || m >= markerAPP0 && m <= markerAPP15 || m == markerCOM
}

// read takes in a segment other than a scan's header.
func (d *decoder) read(marker byte, s []byte) error {
	switch marker {
	case markerDQT:
		return d.readQuantisation(s)
	case markerDHT:
		return d.readHuffman(s)
	case markerDRI:
		if len(s) != 2 {
			return errors.New("the restart interval has the wrong length")
		}
		d.restartInterval = int(binary.BigEndian.Uint16(s))
	case markerSOF0, markerSOF1, markerSOF2:
		return d.readFrame(marker, s)
	case 0xc3, 0xc5, 0xc6, 0xc7, 0xcb, 0xcd, 0xce, 0xcf:
		return UnsupportedError("lossless or hierarchical JPEG")
	case 0xc9, 0xca:
		return UnsupportedError("JPEG with arithmetic coding")
	case markerAPP0:
		d.jfif = d.jfif || len(s) >= 14 && string(s[:5]) == "JFIF\x00" // shorter ones libjpeg does not believe
	case markerAPP1:
		if d.metadata {
			d.readMetadata(s)
		}
	case markerAPP14:
		if len(s) >= 12 && string(s[:5]) == "Adobe" {
			d.adobe = int(s[11])
		}
	}
	return nil
}

// maxEXIF is more than the directory with the orientation takes, with a preview before it.
const maxEXIF = 1 << 20

// readMetadata keeps EXIF, which may go on in a further segment, and XMP, of which the last
// counts; both as Pillow takes them.
func (d *decoder) readMetadata(s []byte) {
	if more, ok := bytes.CutPrefix(s, []byte("Exif\x00\x00")); ok {
		if len(d.exif) < maxEXIF {
			d.exif = append(d.exif, more...)
		}
	} else if packet, ok := bytes.CutPrefix(s, []byte("http://ns.adobe.com/xap/1.0/\x00")); ok {
		d.xmp = packet
	}
}

// readTables takes the tables of an abbreviated stream (T.81, B.5).
func (d *decoder) readTables(data []byte) error {
	t := newDecoder(data, Options{})
	for {
		m := t.nextMarker()
		switch m {
		case 0, markerEOI:
			d.quant, d.dc, d.ac, d.restartInterval = t.quant, t.dc, t.ac, t.restartInterval
			return nil
		case markerSOI:
			continue
		case markerSOS:
			return errors.New("there is a scan among them")
		}
		s, err := t.segment(m)
		if err == nil {
			err = t.read(m, s)
		}
		if err != nil {
			return err
		}
	}
}

// natural maps zigzag indices to natural ones. Sixteen more entries catch runs of
// zeros that lead beyond the block, as libjpeg's table does; the rest saves the compiler a check.
var natural = [128]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
	63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
}

func (d *decoder) readQuantisation(s []byte) error {
	for len(s) > 0 {
		precision, at := s[0]>>4, s[0]&15
		size := 64 << precision
		if precision > 1 || at > 3 || len(s) < 1+size {
			return errors.New("a quantisation table is broken")
		}
		table := new([64]uint16)
		for k := range 64 {
			if precision == 0 {
				table[natural[k]] = uint16(s[1+k])
			} else {
				table[natural[k]] = binary.BigEndian.Uint16(s[1+2*k:])
			}
		}
		d.quant[at] = table
		s = s[1+size:]
	}
	return nil
}
