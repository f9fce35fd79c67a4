package raster

import (
	"bytes"
	"fmt"
)

// errUnread is a document that is not read, for what it is.
func errUnread(what string) *Error {
	return &Error{Unsupported, "", fmt.Errorf("%s; PDF, TIFF, PNG, JPEG, GIF, BMP, WebP and PNM are read", what)}
}

// Remedies that many formats share.
const (
	printIt  = ": print it to PDF"
	toPNG    = ": convert it to PNG"
	leaveOut = ": leave it out"
	unpack   = ": unpack it"
	develop  = "): export it to TIFF or JPEG"
	font     = "a font" + leaveOut
	sound    = "sound" + leaveOut
	video    = "a video: export its frames to PNG or JPEG"
	program  = "a program" + leaveOut
	toPages  = ": convert it to PDF or TIFF"
)

// unread are formats that are not read, by the bytes at an offset, and what to do about
// them. The first that fits counts.
var unread = []struct {
	at          int
	magic, name string
}{
	// documents
	{0, "\xd0\xcf\x11\xe0", "an old office document, or mail of Outlook's" + printIt},
	{0, "{\\rtf", "a text document (RTF)" + printIt},
	{0, "%!PS", "PostScript: convert it to PDF"},
	{0, "\x04%!PS", "PostScript: convert it to PDF"},
	{0, "\xc5\xd0\xd3\xc6", "PostScript with a preview: convert it to PDF"},
	{0, "\x1b%-12345X", "a job for a printer (PCL or PJL): convert it to PDF"},
	{0, "\x1bE\x1b", "a job for a printer (PCL): convert it to PDF"},
	{0, "%FDF-", "the contents of a PDF form (FDF): open it with its form, and" + printIt[1:]},
	{0, "\xffWPC", "a WordPerfect document" + printIt},
	{0, "\xdb\xa5-\x00", "an old Word document" + printIt},
	{0, "\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "a OneNote section" + printIt},
	{0, "\x06\x06\xed\xf5\xd8\x1d\x46\xe5", "an InDesign document: export it to PDF"},
	{60, "BOOKMOBI", "a Kindle book (MOBI)" + toPages},
	{0, "ITSF", "Windows help (CHM): convert it to PDF"},
	{0, "\xf7\x02\x01\x83", "TeX's DVI: convert it to PDF"},
	{0, "AT&TFORM", "DjVu" + toPages},
	{0, "\x97JB2", "JBIG2" + toPages},
	{0, "EP*\x00", "Microsoft Document Imaging (MDI): convert it to TIFF"},
	{0, "Sfff", "a fax (SFF): convert it to TIFF"},
	{0, "\xb1\x68\xde\x3a", "DCX, a fax of PCX pages: convert it to TIFF"},
	{128, "DICM", "DICOM: export it to PNG or TIFF"},
	{0, "x\x9f>\"", "an attachment of Outlook's (winmail.dat): take out what is in it"},
	{0, "!BDN", "an Outlook mailbox (PST): export its mail"},
	{0, "AC10", "a drawing (DWG)" + printIt},
	{0, "AutoCAD Binary DXF", "a drawing (DXF)" + printIt},

	// camera raw; what looks like TIFF is told in package tiff
	{0, "FUJIFILMCCD-RAW", "camera raw (RAF" + develop},
	{0, "IIRO", "camera raw (ORF" + develop},
	{0, "IIRS", "camera raw (ORF" + develop},
	{0, "MMOR", "camera raw (ORF" + develop},
	{0, "IIU\x00", "camera raw (RW2" + develop},
	{0, "II\x1a\x00\x00\x00HEAPCCDR", "camera raw (CRW" + develop},
	{4, "ftypcrx ", "camera raw (CR3" + develop},
	{0, "\x00MRM", "camera raw (MRW" + develop},
	{0, "FOVb", "camera raw (X3F" + develop},
	{4, "RED1", "camera raw (R3D" + develop},
	{4, "RED2", "camera raw (R3D" + develop},
	{0, "ARRI\x12\x34\x56\x78", "camera raw (ARRIRAW" + develop},

	// pictures
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
	{0, "8BPS", "a Photoshop file: export it to PNG or TIFF"},
	{0, "gimp xcf", "a GIMP file: export it to PNG or TIFF"},
	{0, "Paint Shop Pro Image File", "a Paint Shop Pro file: export it to PNG or TIFF"},
	{0, "PDN3", "a Paint.NET file: export it to PNG or TIFF"},
	{0, "CSFCHUNK", "a Clip Studio file: export it to PNG or TIFF"},
	{0, "\x00\xffKA", "an Affinity file: export it to PDF or PNG"},
	{0, "icns", "an icon" + toPNG},
	{0, "\x0a\x00\x01", "PCX" + toPNG},
	{0, "\x0a\x02\x01", "PCX" + toPNG},
	{0, "\x0a\x03\x01", "PCX" + toPNG},
	{0, "\x0a\x05\x01", "PCX" + toPNG},
	{40, " EMF", "an enhanced metafile" + toPNG},
	{0, "\xd7\xcd\xc6\x9a", "a Windows metafile" + toPNG},
	{0, "\x01\x00\x09\x00\x00\x03", "a Windows metafile" + toPNG},
	{522, "\x00\x11\x02\xff", "a picture of old Macs (PICT)" + toPNG},
	{0, "P7\n", "PAM" + toPNG},
	{0, "PF\n", "a floating-point map (PFM)" + toPNG},
	{0, "Pf\n", "a floating-point map (PFM)" + toPNG},
	{0, "v/1\x01", "OpenEXR" + toPNG},
	{0, "#?RADIANCE", "Radiance HDR" + toPNG},
	{0, "#?RGBE", "Radiance HDR" + toPNG},
	{0, "qoif", "QOI" + toPNG},
	{0, "FLIF", "FLIF" + toPNG},
	{0, "BPG\xfb", "BPG" + toPNG},
	{0, "/* XPM */", "XPM" + toPNG},
	{0, "\x01\xda", "an SGI image" + toPNG},
	{0, "\x59\xa6\x6a\x95", "a Sun raster file" + toPNG},
	{0, "\x8aMNG\r\n", "MNG" + toPNG},
	{0, "\x8bJNG\r\n", "JNG" + toPNG},
	{0, "DDS |\x00", "a texture (DDS)" + toPNG},
	{0, "\xabKTX ", "a texture (KTX)" + toPNG},
	{0, "\xff\xa0\xff", "a fingerprint (WSQ)" + toPNG},
	{0, "SIMPLE  =", "FITS" + toPNG},
	{0, "NITF0", "NITF" + toPNG},

	// archives
	{0, "\x1f\x8b", "compressed with gzip: gunzip it first"},
	{0, "\x28\xb5\x2f\xfd", "compressed with zstd: unzstd it first"},
	{0, "BZh", "compressed with bzip2: bunzip2 it first"},
	{0, "\xfd7zXZ", "compressed with xz: unxz it first"},
	{0, "LZIP\x01", "compressed with lzip: lunzip it first"},
	{0, "\x04\x22\x4d\x18", "compressed with lz4: unlz4 it first"},
	{0, "\x1f\x9d", "compressed with compress: uncompress it first"},
	{0, "7z\xbc\xaf\x27\x1c", "a 7z archive" + unpack},
	{0, "Rar!\x1a\x07", "a RAR archive" + unpack},
	{257, "ustar", "a tar archive" + unpack},
	{2, "-lh0-", "an LHA archive" + unpack},
	{2, "-lh5-", "an LHA archive" + unpack},
	{0, "MSCF\x00", "a cabinet" + unpack},
	{0, "xar!", "an archive (xar)" + unpack},
	{0, "!<arch>\n", "an archive (ar)" + unpack},
	{0, "\xed\xab\xee\xdb", "a package (RPM)" + leaveOut},
	{0, "PK\x05\x06", "an empty zip file" + leaveOut},
	{0, "PK\x07\x08", "a part of a zip file: join the parts and" + unpack[1:]},
	{32769, "CD001", "a disk image (ISO)" + unpack},

	// what lies beside documents
	{0, "\x00\x05\x16\x07", "what macOS keeps about another file (AppleDouble)" + leaveOut},
	{0, "\x00\x05\x16\x00", "a file in macOS's wrapping (AppleSingle)" + unpack},
	{0, "\x00\x00\x00\x01Bud1", "a folder's view in macOS (.DS_Store)" + leaveOut},
	{0, "L\x00\x00\x00\x01\x14\x02\x00", "a shortcut (.lnk): give the file that it leads to"},
	{0, "SQLite format 3\x00", "a database (SQLite)" + leaveOut},
	{4, "Standard Jet DB", "a database (Access)" + leaveOut},
	{4, "Standard ACE DB", "a database (Access)" + leaveOut},
	{0, "PAR1", "a Parquet table" + leaveOut},
	{0, "\x93NUMPY", "a NumPy array" + leaveOut},
	{0, "\x89HDF\r\n\x1a\n", "HDF5" + leaveOut},
	{0, "\x7fELF", program},
	{0, "\xca\xfe\xba\xbe", program},
	{0, "\xcf\xfa\xed\xfe", program},
	{0, "\xce\xfa\xed\xfe", program},
	{0, "\x00asm", program},
	{0, "OTTO\x00", font},
	{0, "ttcf", font},
	{0, "wOFF", font},
	{0, "wOF2", font},
	{0, "\x00\x01\x00\x00\x00", font},
	{0, "Salted__", "encrypted: decrypt it first"},
	{0, "age-encryption.org/", "encrypted: decrypt it first"},

	// sound and video
	{0, "ID3\x02", sound},
	{0, "ID3\x03", sound},
	{0, "ID3\x04", sound},
	{0, "\xff\xfb", sound},
	{0, "\xff\xf3", sound},
	{0, "\xff\xf2", sound},
	{0, "OggS", sound},
	{0, "fLaC", sound},
	{0, "MThd\x00", sound},
	{0, "#!AMR", sound},
	{4, "ftypM4A", sound},
	{4, "ftypM4B", sound},
	{4, "ftyp", video},
	{4, "moov", video},
	{4, "mdat", video},
	{0, "\x1aE\xdf\xa3", video},
	{0, "FLV\x01", video},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", video},
	{0, "\x00\x00\x01\xba", video},
	{0, "\x00\x00\x01\xb3", video},
}

// byMagic looks an unknown file up; "" if it is not there.
func byMagic(data []byte) string {
	for _, f := range unread {
		if len(data) >= f.at && bytes.HasPrefix(data[f.at:], []byte(f.magic)) {
			return f.name
		}
	}
	return ""
}
