package tiff

import "regexp"

var inXMP = regexp.MustCompile(`tiff:Orientation(?:="|>)([0-9])`)

// maxXMP is how far a packet is searched, which all pages of a file may share.
const maxXMP = 1 << 20

// XMPOrientation finds the orientation in an XMP packet, as Pillow does (Image.py,
// getexif); 1 if it has none.
func XMPOrientation(packet []byte) int {
	if found := inXMP.FindSubmatch(packet[:min(len(packet), maxXMP)]); found != nil {
		return int(found[1][0] - '0')
	}
	return 1
}

// orientation returns the page's: the tag's, or where there is none the XMP packet's. As
// in Pillow it is a number of any type but BYTE, in which writers have put what is not
// so; one that is broken turns nothing.
func (f *File) orientation(d directory) int {
	tag, ok := d[tagOrientation]
	switch {
	case !ok:
		if packet, err := f.opaque(d, tagXMP); err == nil {
			return XMPOrientation(packet)
		}
	case tag.kind == typeByte, tag.kind == typeASCII, tag.kind == typeUndefined:
	case tag.count == 1 && tag.kind == typeRational:
		if v, err := f.fractions(d, tagOrientation, []float32{1}); err == nil && v[0] == float32(int(v[0])) {
			return int(v[0])
		}
	default:
		return f.oneOr(d, tagOrientation, 1)
	}
	return 1
}
