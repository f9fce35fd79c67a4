package raster

import (
	"bytes"
	"encoding/binary"
)

// exifOrientation finds the Orientation tag (0x0112) of a JPEG's EXIF segment
// (Exif 2.3, section 4.5.4); 1 if there is none or it is broken.
func exifOrientation(data []byte) int {
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker, length := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xda || length < 2 || at+2+length > len(data) { // the scan begins
			return 1
		}
		segment := data[at+4 : at+2+length]
		if marker == 0xe1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")) {
			return orientationTag(segment[6:])
		}
		at += 2 + length
	}
	return 1
}

// pngOrientation finds the tag in a PNG's eXIf chunk (PNG, third edition, 11.3.3.1).
func pngOrientation(data []byte) int {
	for at := 8; at+12 <= len(data); {
		size := int64(binary.BigEndian.Uint32(data[at:]))
		if size > int64(len(data)-at-12) {
			return 1
		}
		if string(data[at+4:at+8]) == "eXIf" {
			return orientationTag(data[at+8 : at+8+int(size)])
		}
		at += 12 + int(size)
	}
	return 1
}

// orientationTag reads the first directory of a TIFF structure.
func orientationTag(t []byte) int {
	if len(t) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if t[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(t[4:]))
	if at+2 > int64(len(t)) {
		return 1
	}
	for n, p := int(order.Uint16(t[at:])), at+2; n > 0 && p+12 <= int64(len(t)); n, p = n-1, p+12 {
		if order.Uint16(t[p:]) == 0x0112 {
			return int(order.Uint16(t[p+8:]))
		}
	}
	return 1
}
