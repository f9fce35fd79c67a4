package raster

import (
	"bytes"
	"encoding/binary"
	"math"

	"cutpoint/pipeline/raster/tiff"
)

// orientation returns how a page is to be turned: by EXIF data, which are a TIFF
// structure, or by an XMP packet where they do not say; as Pillow's exif_transpose finds
// it. Other values than 2 to 8 mean that it is upright.
func orientation(exif, xmp []byte) int {
	if value, ok := orientationTag(exif); ok {
		return value
	}
	return tiff.XMPOrientation(xmp)
}

// fieldSizes are those of a value, by its type (TIFF 6.0, page 15, and BigTIFF's).
var fieldSizes = map[uint16]uint64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}

// orientationTag finds the last Orientation (0x0112) of the first directory. A directory
// that is cut short, or has a value beyond the end, is read up to there.
func orientationTag(t []byte) (value int, ok bool) {
	for bytes.HasPrefix(t, []byte("Exif\x00\x00")) {
		t = t[6:]
	}
	order := byteOrder(t)
	if order == nil {
		return 0, false
	}
	at := uint64(order.Uint32(t[4:]))
	if at+2 > uint64(len(t)) {
		return 0, false
	}
	n := order.Uint16(t[at:])
	for at += 2; n > 0 && at+12 <= uint64(len(t)); n, at = n-1, at+12 {
		kind, data := order.Uint16(t[at+2:]), t[at+8:at+12]
		size := fieldSizes[kind] * uint64(order.Uint32(t[at+4:]))
		if size == 0 {
			continue
		}
		if size > 4 {
			offset := uint64(order.Uint32(data))
			if offset+size > uint64(len(t)) {
				return value, ok
			}
			data = t[offset : offset+size]
		}
		if order.Uint16(t[at:]) == 0x0112 {
			value, ok = int(number(order, kind, data)), true
		}
	}
	return value, ok
}

// byteOrder returns that of a TIFF structure, also of those whose 42 is the wrong way
// round; nil if it is none.
func byteOrder(t []byte) binary.ByteOrder {
	if len(t) < 8 {
		return nil
	}
	switch string(t[:4]) {
	case "II*\x00", "II\x00*":
		return binary.LittleEndian
	case "MM\x00*", "MM*\x00":
		return binary.BigEndian
	}
	return nil
}

// number returns a field's first value, 0 where it is no whole number of one digit.
func number(order binary.ByteOrder, kind uint16, data []byte) (value float64) {
	switch kind {
	case 3:
		value = float64(order.Uint16(data))
	case 4, 13:
		value = float64(order.Uint32(data))
	case 5:
		value = float64(order.Uint32(data)) / float64(order.Uint32(data[4:]))
	case 6:
		value = float64(int8(data[0]))
	case 8:
		value = float64(int16(order.Uint16(data)))
	case 9:
		value = float64(int32(order.Uint32(data)))
	case 10:
		value = float64(int32(order.Uint32(data))) / float64(int32(order.Uint32(data[4:])))
	case 11:
		value = float64(math.Float32frombits(order.Uint32(data)))
	case 12:
		value = math.Float64frombits(order.Uint64(data))
	case 16:
		value = float64(order.Uint64(data))
	}
	if value != math.Trunc(value) || value < 0 || value > 9 {
		return 0
	}
	return value
}
