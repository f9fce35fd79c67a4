package tiff

import (
	"bytes"
	"strings"
)

// CameraRawError is a file of a camera's sensor data, in which the pictures that could
// be read are previews of another size. It names the format.
type CameraRawError string

func (e CameraRawError) Error() string {
	return "camera raw (" + string(e) + "): export it to TIFF or JPEG"
}

// Photometric interpretations of a sensor's data.
const (
	filterArray = 32803
	linearRaw   = 34892
)

// checkCameraRaw tells sensor data from a document: by the data themselves, or by a file
// of reduced pictures whose full one is in a sub-directory.
func (f *File) checkCameraRaw(hasPages bool) error {
	for i, d := range f.pages {
		if f.isSensor(d) || i == 0 && f.hasRawBelow(d, hasPages) {
			return CameraRawError(f.rawFormat())
		}
	}
	return nil
}

func (f *File) isSensor(d directory) bool {
	p := f.oneOr(d, tagPhotometric, -1)
	return p == filterArray || p == linearRaw
}

// canon follows the byte order of a CR2: where the first directory is, and a mark.
const canon = "\x10\x00\x00\x00CR\x02"

// maxSubDirectories is more than cameras write.
const maxSubDirectories = 16

// hasRawBelow looks into a directory's sub-directories.
func (f *File) hasRawBelow(d directory, hasPages bool) bool {
	if _, dng := d[tagDNGVersion]; dng && !hasPages || bytes.HasPrefix(f.data[4:], []byte(canon)) {
		return true
	}
	at, err := f.values(d, tagSubIFDs)
	if err != nil {
		return false
	}
	for _, at := range at[:min(len(at), maxSubDirectories)] {
		sub, _, err := f.directory(at)
		if err == nil && (f.isSensor(sub) || !hasPages && !f.isReduced(sub)) {
			return true
		}
	}
	return false
}

// rawFormat names the format by its marks or the camera's maker.
func (f *File) rawFormat() string {
	first := f.pages[0]
	if _, dng := first[tagDNGVersion]; dng {
		return "DNG"
	}
	if bytes.HasPrefix(f.data[4:], []byte(canon)) {
		return "CR2"
	}
	maker, _ := f.opaque(first, tagMake)
	for name, format := range map[string]string{
		"NIKON": "NEF", "SONY": "ARW", "PENTAX": "PEF", "RICOH": "PEF", "SAMSUNG": "SRW", "HASSELBLAD": "3FR",
		"EPSON": "ERF", "SEIKO EPSON": "ERF", "KODAK": "DCR", "EASTMAN KODAK": "DCR", "PHASE ONE": "IIQ", "LEAF": "MOS",
	} {
		if strings.HasPrefix(strings.ToUpper(string(maker)), name) {
			return format
		}
	}
	return "as DNG or NEF"
}
