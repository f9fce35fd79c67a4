package raster

import (
	"bytes"
	"fmt"
)

// errUnread is a document that is not read, for what it is.
func errUnread(what string) *Error {
	return &Error{Unsupported, "", fmt.Errorf("%s; PDF, TIFF, PNG, JPEG, GIF, BMP, WebP and PNM are read", what)}
}

// unread are formats of documents that are not read, by the bytes at an offset, and what
// to do about them.
var unread = []struct {
	at          int
	magic, name string
}{
	{0, "PK\x03\x04", "a zip file or an office document: unpack it, or print its pages to PDF"},
	{0, "\xd0\xcf\x11\xe0", "an old office document: print its pages to PDF"},
	{0, "{\\rtf", "a text document (RTF): print it to PDF"},
	{0, "%!PS", "PostScript: convert it to PDF"},
	{0, "\xc5\xd0\xd3\xc6", "PostScript with a preview: convert it to PDF"},
	{0, "From ", "mail: print it to PDF"},
	{0, "Received: ", "mail: print it to PDF"},
	{0, "Return-Path: ", "mail: print it to PDF"},

	{0, "AT&TFORM", "DjVu: convert it to PDF or TIFF"},
	{0, "\x97JB2", "JBIG2: convert it to PDF or TIFF"},
	{0, "EP*\x00", "Microsoft Document Imaging (MDI): convert it to TIFF"},
	{128, "DICM", "DICOM: export it to PNG or TIFF"},

	{0, "\x00\x00\x00\x0cjP  ", "JPEG 2000: convert it to PNG or TIFF"},
	{0, "\xff\x4f\xff\x51", "JPEG 2000: convert it to PNG or TIFF"},
	{0, "\x00\x00\x00\x0cJXL ", "JPEG XL: convert it to PNG or JPEG"},
	{0, "\xff\x0a", "JPEG XL: convert it to PNG or JPEG"},
	{0, "II\xbc", "JPEG XR: convert it to PNG or JPEG"},
	{4, "ftypavi", "AVIF: convert it to PNG or JPEG"},
	{4, "ftyphei", "HEIC: convert it to PNG or JPEG"},
	{4, "ftyphev", "HEIC: convert it to PNG or JPEG"},
	{4, "ftypmif1", "HEIF: convert it to PNG or JPEG"},
	{4, "ftypmsf1", "HEIF: convert it to PNG or JPEG"},
	{4, "ftyp", "a video: export its frames to PNG or JPEG"},

	{0, "8BPS", "a Photoshop file: export it to PNG or TIFF"},
	{0, "gimp xcf", "a GIMP file: export it to PNG or TIFF"},
	{0, "\x00\x00\x01\x00", "an icon: convert it to PNG"},
	{0, "\x00\x00\x02\x00", "a cursor: convert it to PNG"},
	{0, "icns", "an icon: convert it to PNG"},
	{0, "\x0a\x00\x01", "PCX: convert it to PNG"},
	{0, "\x0a\x02\x01", "PCX: convert it to PNG"},
	{0, "\x0a\x03\x01", "PCX: convert it to PNG"},
	{0, "\x0a\x05\x01", "PCX: convert it to PNG"},
	{0, "\xb1\x68\xde\x3a", "DCX, a fax of PCX pages: convert it to TIFF"},
	{40, " EMF", "an enhanced metafile: convert it to PNG"},
	{0, "\xd7\xcd\xc6\x9a", "a Windows metafile: convert it to PNG"},
	{0, "\x01\x00\x09\x00\x00\x03", "a Windows metafile: convert it to PNG"},
	{0, "P7\n", "PAM: convert it to PNG"},
	{0, "PF\n", "a floating-point map (PFM): convert it to PNG"},
	{0, "Pf\n", "a floating-point map (PFM): convert it to PNG"},
	{0, "v/1\x01", "OpenEXR: convert it to PNG"},
	{0, "#?RADIANCE", "Radiance HDR: convert it to PNG"},
	{0, "qoif", "QOI: convert it to PNG"},
	{0, "/* XPM */", "XPM: convert it to PNG"},
	{0, "\x01\xda", "an SGI image: convert it to PNG"},
	{0, "\x59\xa6\x6a\x95", "a Sun raster file: convert it to PNG"},
	{0, "\x8aMNG\r\n", "MNG: convert it to PNG"},
	{0, "\x8bJNG\r\n", "JNG: convert it to PNG"},

	{0, "\x1f\x8b", "compressed with gzip: gunzip it first"},
	{0, "\x28\xb5\x2f\xfd", "compressed with zstd: unzstd it first"},
	{0, "BZh", "compressed with bzip2: bunzip2 it first"},
	{0, "\xfd7zXZ", "compressed with xz: unxz it first"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it"},
	{0, "Rar!\x1a\x07", "a RAR archive: unpack it"},
	{257, "ustar", "a tar archive: unpack it"},
}

// looksLike says what an unknown file seems to be, and what to do about it.
func looksLike(data []byte) string {
	if len(data) == 0 {
		return "the file is empty"
	}
	for _, f := range unread {
		if len(data) >= f.at && bytes.HasPrefix(data[f.at:], []byte(f.magic)) {
			return "this is " + f.name
		}
	}
	if text := bytes.TrimLeft(data[:min(len(data), 512)], "\xef\xbb\xbf \t\r\n"); bytes.HasPrefix(text, []byte("<")) {
		return "this is markup, not an image: print it to PDF"
	}
	return "this is no document that is known here"
}
