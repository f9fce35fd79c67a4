package raster

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"strings"
	"testing"
)

// icon is an icon (kind 1) or cursor (2) of one picture.
func icon(kind byte) []byte {
	b := make([]byte, 40)
	copy(b, []byte{0, 0, kind, 0, 1})
	binary.LittleEndian.PutUint32(b[14:], 18)
	binary.LittleEndian.PutUint32(b[18:], 22)
	return b
}

// tga is a picture of 2 × 2 pixels without a footer.
func tga(kind, depth byte) []byte {
	b := make([]byte, 18, 64)
	b[2], b[12], b[14], b[16] = kind, 2, 2, depth
	return append(b, make([]byte, 4*int(depth+7)/8)...)
}

// zipOf is a zip file of named parts, the first of which are stored.
func zipOf(t *testing.T, parts ...[2]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		part, err := w.CreateHeader(&zip.FileHeader{Name: p[0], Method: zip.Store})
		if err == nil {
			_, err = part.Write([]byte(p[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// of repeats a byte.
func of(c string, n int) string { return strings.Repeat(c, n) }

func TestUnknownContentIsNamed(t *testing.T) {
	file := func(name string) string {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	pdf := file("pdf/testdata/owner.pdf")
	mail := "From: a@b.example\r\nSubject: x\r\n\r\nbody"
	for content, want := range map[string]string{
		"": "the file is empty", of("\x00", 9): "9 zeros", of("\x00", 600) + "abc": "begins with 600 zeros",
		"\x01\x02\x03": "no document that is known", "P": "text", "hello": "text", "Gr\xfc\xdfe aus der Kanzlei": "text", "\xff\xfeh\x00i\x00": "text",
		"BMW and other makes of cars": "text", "P1 is the first page": "text", "{\"a\": 1}": "text",

		"\x00\x00\x00\x18ftypheix": "HEIC", "\x00\x00\x00\x18ftypavis": "AVIF", "\x00\x00\x00\x18ftypqt  ": "a video", "\x00\x00\x00\x18ftypM4A ": "sound",
		"RIFF1234WAVE": "sound", "RIFF1234AVI ": "a video", "RIFF1234CDR6": "CorelDRAW", "FORM1234ILBM": "ILBM", "OggS": "sound", "\x1aE\xdf\xa3": "a video",
		"G" + of("a", 187) + "G" + of("b", 187): "a video",

		"PK\x03\x04": "a zip file",
		zipOf(t, [2]string{"mimetype", "application/vnd.oasis.opendocument.text"}):        "OpenDocument",
		zipOf(t, [2]string{"mimetype", "application/epub+zip"}):                           "EPUB",
		zipOf(t, [2]string{"[Content_Types].xml", ""}, [2]string{"word/document.xml"}):    "Word",
		zipOf(t, [2]string{"big", of("x", 99999)}, [2]string{"xl/workbook.xml"}):          "Excel",
		zipOf(t, [2]string{"[Content_Types].xml", ""}, [2]string{"ppt/presentation.xml"}): "PowerPoint",
		zipOf(t, [2]string{"a.pdf", pdf}, [2]string{"b.pdf", pdf}):                        "a zip file",
		of("\x00", 257) + "ustar": "tar", "7z\xbc\xaf\x27\x1c": "7z", "\x1f\x8b": "gzip", "(\xb5/\xfd": "zstd", of("\x00", 32769) + "CD001": "disk image",

		"FUJIFILMCCD-RAW": "camera raw (RAF)", "IIRO\x08": "camera raw (ORF)", "IIU\x00": "camera raw (RW2)", "\x00\x00\x00\x18ftypcrx ": "camera raw (CR3)",
		"II\x1a\x00\x00\x00HEAPCCDR": "camera raw (CRW)", "\x00MRM": "camera raw (MRW)", "FOVb": "camera raw (X3F)",
		"\xff\xd8\xff\xf7\x00\x0b\x08": "JPEG-LS", "\xff\xd8\xff\xe8\x00\x04ab\xff\xf7\x00\x0b": "JPEG-LS",
		string(icon(1)): "an icon", string(icon(2)): "a cursor", string(tga(2, 24)): "TGA", string(tga(3, 8)): "TGA", string(tga(10, 32)): "TGA",
		"\x00\x00\x02\x00": "no document that is known", "\x07 any picture\x02" + of("z", 20) + "TRUEVISION-XFILE.\x00": "TGA",
		"\x0a\x03\x01": "PCX", of("\x00", 128) + "DICM": "DICOM", "P7\n": "PAM", "Sfff": "a fax (SFF)", "Z\x00\x10\xd3\xa8\xa8" + of("\x00", 10): "AFP",
		"\r\n\x01" + file("testdata/rgb.bmp") + "": "no document that is known", "\x01\r\n" + file("testdata/grey-1x1.png"): "a PNG behind 3 bytes",

		mail: "mail", "Delivered-To: x@y.example\nReceived: by 1": "mail", "DKIM-Signature: v=1;\r\n a=b\r\nX-Y: z\r\n\r\n": "mail",
		"Subject: x\n\nbody": "mail", "MIME-Version: 1.0\n": "mail", "Date: 1\nTo: a\n": "mail", "X-Mailer: y\nFrom: z\n": "mail", "\xef\xbb\xbfTo: a\nFrom: b\n": "mail",
		"From a@b.example Thu Jan  1 00:00:00 1970\nFrom: a\nTo: b\n\n": "mail", "1234\nReceived: by x\nFrom: a\n": "mail",
		"From the desk of A. B.:\nnothing": "text", "Date: tomorrow\nPlace: here\n": "text", "Note: a\nb: c\n": "text", mail + pdf: "mail",
		"From: <Saved by Blink>\r\nSnapshot-Content-Location: http://x.example\r\nSubject: y\r\n\r\n": "MHTML",

		"<html>": "markup", "\xef\xbb\xbf\n<svg>": "SVG", "<?xml version='1.0'?>\n<!-- -->\n<svg xmlns='x'>": "SVG", "<!doctype HTML>\n<p>": "HTML",
		"<?xml version='1.0'?><a/>": "XML", "<?xml version='1.0'?><plist><dict><key>URL</key>": "webloc", "\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00": "HTML",

		"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 1\n": "git lfs pull", "/annex/objects/SHA256E-s1--ab.png\n": "git annex get",
		"../../.git/annex/objects/x/y/SHA256E-s1--ab.png/SHA256E-s1--ab.png": "git annex get", "outs:\n- md5: ab\n": "dvc pull",
		"bplist00\xd1\x01\x02_\x10\x10NSURLNameKey": "iCloud", "bplist00\xd1": "property list", "[InternetShortcut]\r\nURL=x": "shortcut", "L\x00\x00\x00\x01\x14\x02\x00": "shortcut",
		"\x00\x05\x16\x07": "AppleDouble", "\x00\x00\x00\x01Bud1": ".DS_Store", "{\"url\": \"https://docs.google.com/open?id=x\"}": "Google Docs",

		"SQLite format 3\x00": "SQLite", "\x7fELF": "a program", "MZ" + of("\x00", 58) + "\x40\x00\x00\x00" + "PE\x00\x00\x01": "a program", "AC1032": "DWG", "  0\r\nSECTION\r\n  2\r\n": "DXF",
		"0\x82\x00\x10\x02\x01\x03" + of("\x01", 13): "PFX", "0\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + of("\x01", 9): "P7M", "-----BEGIN CERTIFICATE-----": "PEM",
		"OTTO\x00": "a font", "#!/bin/sh\n": "a script", "BEGIN:VCARD\nVERSION:3.0\n": "vCard", "\x1b%-12345X@PJL": "PCL",
	} {
		_, err := Open(t.Context(), []byte(content), small, Decoding{})
		var e *Error
		if !errors.As(err, &e) || e.Class != Unsupported {
			t.Errorf("opening %.60q: error %v, want class %s", content, err, Unsupported)
		} else if !strings.Contains(e.Error(), want) {
			t.Errorf("%.60q: %v, want %q in it", content, err, want)
		}
	}
}

// TestWhatIsReadKeepsItsName: what is told from strangers must not become one.
func TestWhatIsReadKeepsItsName(t *testing.T) {
	for content, want := range map[string]string{
		"BM": "bmp", "P5\n": "pnm", "P5 # made here\n1 1 255 x": "pnm", "P1\n1 1 0": "pnm", "II*\x00": "tiff", "\xff\xd8\xff\xe0": "jpeg",
		"%PDF-1.4": "pdf", of(" ", 1024) + "%PDF-1.4": "pdf", of(" ", 1025) + "%PDF-1.4": "", "HTTP/1.1 200 OK\r\nDate: x\r\n\r\n%PDF-1.7": "pdf",
		"\x1b%-12345X@PJL\n%PDF-1.3": "pdf", "Content-Type: application/pdf\n\n%PDF-1.3": "pdf",
	} {
		if got := sniff([]byte(content)); got != want {
			t.Errorf("%.40q is taken for %q, want %q", content, got, want)
		}
	}
}

// FuzzUnread: whatever it is, it gets a name.
func FuzzUnread(f *testing.F) {
	for _, seed := range []string{"0\x82\x00\x10", "PK\x03\x04", "From a\nTo: b", "\xff\xfe<", string(icon(1)), string(tga(9, 8)), "\xff\xd8\xff\xf7", "RIFF1234WAVE"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if sniff(data) == "" && looksLike(data) == "" {
			t.Error("it has no name")
		}
	})
}
