package raster

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// looksLike says what an unknown file seems to be, and what to do about it.
func looksLike(data []byte) string {
	if what := emptiness(data); what != "" {
		return what
	}
	for _, look := range []func([]byte) string{inZip, inRIFF, byMagic, byStructure, asText, behindJunk} {
		if what := look(data); what != "" {
			return "this is " + what
		}
	}
	return "this is no document that is known here"
}

// zeros is how many at the start are no header's.
const zeros = 512

// emptiness says what a file without contents is: a failed copy leaves zeros.
func emptiness(data []byte) string {
	nonzero := bytes.IndexFunc(data, func(r rune) bool { return r != 0 })
	switch {
	case len(data) == 0:
		return "the file is empty: copy it again"
	case nonzero < 0:
		return fmt.Sprintf("the file is %d zeros: copy it again", len(data))
	case nonzero >= zeros && byMagic(data) == "":
		return fmt.Sprintf("the file begins with %d zeros: copy it again", nonzero)
	}
	return ""
}

// zipEnds is how much of a zip file's start and end is searched for names.
const zipEnds = 64 << 10

// inZip names the documents that are zip files, by the names of their parts.
func inZip(data []byte) string {
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return ""
	}
	start, end := data[:min(len(data), zipEnds)], data[max(0, len(data)-zipEnds):]
	for _, f := range []struct{ part, name string }{
		{"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument file" + printIt},
		{"mimetypeapplication/epub", "a book (EPUB)" + toPages},
		{"mimetypeimage/openraster", "a layered picture (OpenRaster): export it to PNG or TIFF"},
		{"mimetypeapplication/x-krita", "a Krita file: export it to PNG or TIFF"},
		{"word/document", "a Word document" + printIt},
		{"xl/workbook", "an Excel workbook" + printIt},
		{"ppt/presentation", "a PowerPoint presentation" + printIt},
		{"visio/document", "a Visio drawing" + printIt},
		{"FixedDocSeq.fdseq", "an XPS document: convert it to PDF"},
		{"FixedDocumentSequence.fdseq", "an XPS document: convert it to PDF"},
		{"Index/Document.iwa", "a document of Pages, Numbers or Keynote" + printIt},
		{"[Content_Types].xml", "an office document" + printIt},
		{"AndroidManifest.xml", program},
		{"META-INF/MANIFEST.MF", program},
	} {
		if bytes.Contains(start, []byte(f.part)) || bytes.Contains(end, []byte(f.part)) {
			return f.name
		}
	}
	return "a zip file or an office document: unpack it, or print its pages to PDF"
}

// inRIFF names what RIFF and its elder, IFF, hold.
func inRIFF(data []byte) string {
	if len(data) < 12 || string(data[:4]) != "RIFF" && string(data[:4]) != "FORM" {
		return ""
	}
	switch kind := string(data[8:12]); {
	case kind == "WAVE", kind == "AIFF", kind == "AIFC", kind == "RMID":
		return sound
	case kind == "AVI ":
		return video
	case kind == "ACON":
		return "an animated cursor" + toPNG
	case kind == "ILBM", kind == "PBM ":
		return "an Amiga picture (ILBM)" + toPNG
	case kind[:3] == "CDR":
		return "a CorelDRAW file: export it to PDF or PNG"
	}
	return ""
}

// byStructure names what has no magic of its own.
func byStructure(data []byte) string {
	switch {
	case isJPEGLS(data):
		return "JPEG-LS: convert it to PNG or TIFF"
	case isIcon(data, 1):
		return "an icon" + toPNG
	case isIcon(data, 2):
		return "a cursor" + toPNG
	case isTGA(data):
		return "TGA" + toPNG
	case len(data) > 14 && data[0] == 0x5a && data[3] == 0xd3:
		return "a document for IBM's printers (AFP): convert it to PDF"
	case isDER(data, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"):
		return "a signed document (P7M): take out the document that is in it"
	case isDER(data, "\x02\x01\x03"):
		return "a key or certificate (PFX)" + leaveOut
	case isDER(data, ""):
		return "a certificate or key (DER)" + leaveOut
	case len(data) > 188 && data[0] == 0x47 && data[188] == 0x47 && len(data)%188 == 0:
		return video
	case len(data) >= 64 && bytes.HasPrefix(data, []byte("MZ")) && int64(binary.LittleEndian.Uint32(data[60:])) < int64(len(data)):
		return program
	case isPlaceholder(data):
		return "a file that is still in iCloud: open its folder in Finder and download it"
	case bytes.HasPrefix(data, []byte("bplist00")):
		return "a property list or a web location" + leaveOut
	}
	return ""
}

// isPlaceholder: macOS keeps a property list for a file that is not on the disk.
func isPlaceholder(data []byte) bool {
	return bytes.HasPrefix(data, []byte("bplist00")) && bytes.Contains(data[:min(len(data), 1024)], []byte("NSURLName"))
}

// isDER: a sequence (X.690) with a length, and what comes first in it.
func isDER(data []byte, first string) bool {
	if len(data) < 16 || data[0] != 0x30 {
		return false
	}
	switch data[1] {
	case 0x80:
		return first != "" && bytes.HasPrefix(data[2:], []byte(first))
	case 0x82:
		n := 4 + int(binary.BigEndian.Uint16(data[2:]))
		return n <= len(data) && n+16 >= len(data) && bytes.HasPrefix(data[4:], []byte(first))
	case 0x83:
		return first != "" && bytes.HasPrefix(data[5:], []byte(first))
	case 0x84:
		return first != "" && bytes.HasPrefix(data[6:], []byte(first))
	}
	return false
}

// isJPEGLS finds the frame header of JPEG-LS (T.87, table C.1) where a JPEG has its own.
func isJPEGLS(data []byte) bool {
	if !bytes.HasPrefix(data, []byte("\xff\xd8\xff")) {
		return false
	}
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		switch data[at+1] {
		case 0xf7:
			return true
		case 0xff:
			at++
			continue
		case 0xda:
			return false
		}
		at += 2 + int(binary.BigEndian.Uint16(data[at+2:]))
	}
	return false
}

// isIcon looks at the first picture of an icon (kind 1) or cursor (2), which must begin
// in the file.
func isIcon(data []byte, kind byte) bool {
	if len(data) < 22 || !bytes.HasPrefix(data, []byte{0, 0, kind, 0}) {
		return false
	}
	count := int64(binary.LittleEndian.Uint16(data[4:]))
	size, at := int64(binary.LittleEndian.Uint32(data[14:])), int64(binary.LittleEndian.Uint32(data[18:]))
	return count > 0 && size > 0 && at >= 6+16*count && at < int64(len(data))
}

// isTGA tells Targa by its footer, or by a header in which everything is as it must be.
func isTGA(data []byte) bool {
	if len(data) < 18 {
		return false
	}
	if bytes.HasSuffix(data, []byte("TRUEVISION-XFILE.\x00")) {
		return true
	}
	id, mapped, kind, depth := int64(data[0]), data[1], data[2], data[16]
	mapLength, mapDepth := int64(binary.LittleEndian.Uint16(data[5:])), int64(data[7])
	width, height := int64(binary.LittleEndian.Uint16(data[12:])), int64(binary.LittleEndian.Uint16(data[14:]))
	size := 18 + id
	switch {
	case mapped > 1 || width == 0 || height == 0 || data[17]&0xc0 != 0 || data[17]&15 > 8:
		return false
	case mapped == 1 && (mapLength == 0 || mapLength > 1<<15 || mapDepth != 15 && mapDepth != 16 && mapDepth != 24 && mapDepth != 32):
		return false
	case mapped == 1:
		size += mapLength * ((mapDepth + 7) / 8)
	}
	switch kind {
	case 1, 9:
		if mapped != 1 || depth != 8 && depth != 16 {
			return false
		}
	case 2, 10:
		if depth != 15 && depth != 16 && depth != 24 && depth != 32 {
			return false
		}
	case 3, 11:
		if depth != 8 && depth != 16 {
			return false
		}
	default:
		return false
	}
	if kind < 8 { // not compressed
		size += width * height * int64((depth+7)/8)
	}
	return size <= int64(len(data))
}

// junk is how far a header is searched for.
const junk = 1024

// behindJunk finds a picture that something was put in front of.
func behindJunk(data []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"\x89PNG\r\n\x1a\n", "PNG"}, {"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"}, {"\xff\xd8\xff\xe1", "JPEG"}, {"\xff\xd8\xff\xdb", "JPEG"},
		{"GIF89a", "GIF"}, {"GIF87a", "GIF"}, {"II*\x00\x08\x00\x00\x00", "TIFF"}, {"MM\x00*\x00\x00\x00\x08", "TIFF"},
	} {
		if at := bytes.Index(data[:min(len(data), junk)], []byte(f.magic)); at > 0 {
			return fmt.Sprintf("a %s behind %d bytes that are not its own: cut them off", f.name, at)
		}
	}
	return ""
}
