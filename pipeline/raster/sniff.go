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

// strangers are what people keep documents in and what is not read, by the bytes at an
// offset.
var strangers = []struct {
	at          int
	magic, name string
}{
	{0, "PK\x03\x04", "a zip file or an office document: print its pages to PDF"}, {0, "\xd0\xcf\x11\xe0", "an old office document: print its pages to PDF"},
	{0, "{\\rtf", "a text document (RTF): print it to PDF"}, {0, "%!PS", "PostScript: convert it to PDF"},
	{0, "AT&TFORM", "DjVu: convert it to PDF or TIFF"}, {0, "\x97JB2", "JBIG2: convert it to PDF or TIFF"},
	{0, "\x00\x00\x00\x0cjP  ", "JPEG 2000: convert it to PNG or TIFF"}, {0, "\xff\x4f\xff\x51", "JPEG 2000: convert it to PNG or TIFF"},
	{0, "\x00\x00\x00\x0cJXL ", "JPEG XL: convert it to PNG or JPEG"}, {0, "\xff\x0a", "JPEG XL: convert it to PNG or JPEG"},
	{4, "ftypavif", "AVIF: convert it to PNG or JPEG"}, {4, "ftyphei", "HEIC: convert it to PNG or JPEG"}, {4, "ftypmif1", "HEIF: convert it to PNG or JPEG"},
	{0, "8BPS", "a Photoshop file: export it to PNG or TIFF"}, {0, "\x00\x00\x01\x00", "an icon"}, {0, "\x0a\x05\x01", "PCX: convert it to PNG"},
	{40, " EMF", "an enhanced metafile: convert it to PNG"}, {0, "\xd7\xcd\xc6\x9a", "a Windows metafile: convert it to PNG"},
	{0, "\x1f\x8b", "compressed with gzip: gunzip it first"}, {0, "\x28\xb5\x2f\xfd", "compressed with zstd: unzstd it first"},
	{0, "<", "markup, not an image: print it to PDF"}, {0, "From ", "mail: print it to PDF"},
}

// looksLike says what an unknown file seems to be, and what to do about it.
func looksLike(data []byte) string {
	if len(data) == 0 {
		return "the file is empty"
	}
	for _, f := range strangers {
		if len(data) >= f.at && bytes.HasPrefix(data[f.at:], []byte(f.magic)) {
			return "this is " + f.name
		}
	}
	return "this is no document that is known here"
}
