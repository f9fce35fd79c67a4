package raster

import (
	"bytes"

	"cutpoint/pipeline/raster/pnm"
)

// sniff returns the format that a file's first bytes name; "" if it is none that is read.
func sniff(data []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"\x89PNG\r\n\x1a\n", "png"}, {"\xff\xd8\xff", "jpeg"}, {"GIF87a", "gif"}, {"GIF89a", "gif"}, {"BM", "bmp"},
		{"II*\x00", "tiff"}, {"MM\x00*", "tiff"}, {"II+\x00", "tiff"}, {"MM\x00+", "tiff"},
	} {
		if bytes.HasPrefix(data, []byte(f.magic)) {
			return f.name
		}
	}
	if len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP" {
		return "webp"
	}
	if pnm.Is(data) {
		return "pnm"
	}
	if bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) { // as viewers look for it
		return "pdf"
	}
	return ""
}
