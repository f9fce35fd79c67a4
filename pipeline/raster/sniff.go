package raster

import "bytes"

// sniff tells a format by its first bytes; "" if it is none that is read.
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
	if bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) { // as viewers look for it
		return "pdf"
	}
	return ""
}

// looksLike names what an unknown file seems to be.
func looksLike(data []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"PK\x03\x04", "this is a zip file or an office document"},
		{"\xd0\xcf\x11\xe0", "this is an old office document"}, {"<", "this is markup, not an image"},
		{"\x00\x00\x00\x0cJXL ", "this is JPEG XL"}, {"\x00\x00\x00\x0cjP  ", "this is JPEG 2000"}, {"8BPS", "this is a Photoshop file"},
	} {
		if bytes.HasPrefix(data, []byte(f.magic)) {
			return f.name
		}
	}
	if len(data) == 0 {
		return "the file is empty"
	}
	return "this is no image that is known here"
}
