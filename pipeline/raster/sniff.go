package raster

import (
	"bytes"
	"encoding/binary"

	"cutpoint/pipeline/raster/pnm"
)

// sniff returns the format that a file's first bytes name; "" if it is none that is read.
func sniff(data []byte) string {
	switch {
	case isJPEGLS(data):
		return ""
	case isBMP(data):
		return "bmp"
	case isPNM(data):
		return "pnm"
	}
	for _, f := range []struct{ magic, name string }{
		{"\x89PNG\r\n\x1a\n", "png"}, {"\xff\xd8\xff", "jpeg"}, {"GIF87a", "gif"}, {"GIF89a", "gif"},
		{"II*\x00", "tiff"}, {"MM\x00*", "tiff"}, {"II+\x00", "tiff"}, {"MM\x00+", "tiff"},
	} {
		if bytes.HasPrefix(data, []byte(f.magic)) {
			return f.name
		}
	}
	if len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP" {
		return "webp"
	}
	switch at := bytes.Index(data[:min(len(data), junk+len(pdfMagic))], []byte(pdfMagic)); {
	case at == 0, at > 0 && !isContainer(data): // as viewers look for it
		return "pdf"
	}
	return ""
}

const pdfMagic = "%PDF-"

// isBMP tells a bitmap from a text that begins with BM, by the size of its second
// header.
func isBMP(data []byte) bool {
	if !bytes.HasPrefix(data, []byte("BM")) {
		return false
	}
	return len(data) < 18 || binary.LittleEndian.Uint32(data[14:]) < 1<<16
}

// isPNM tells a map from a text that begins with P1: a number or a comment follows.
func isPNM(data []byte) bool {
	if !pnm.Is(data) {
		return false
	}
	rest := bytes.TrimLeft(data[2:min(len(data), 512)], " \t\n\v\f\r")
	return len(rest) == 0 || rest[0] == '#' || '0' <= rest[0] && rest[0] <= '9'
}
