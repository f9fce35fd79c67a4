package fonts

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// maxFaces is more than any collection of fonts has.
const maxFaces = 256

// check looks at the directories of a font or a collection of fonts: that the tables are
// in the file, and those there that pdfium looks for. The rest is read in the sandbox.
func check(data []byte) error {
	if len(data) < 12 {
		return errors.New("it is too short")
	}
	if string(data[:4]) != "ttcf" {
		return checkFace(data, 0)
	}
	faces := binary.BigEndian.Uint32(data[8:])
	if faces < 1 || faces > maxFaces || len(data) < 12+4*int(faces) {
		return fmt.Errorf("a collection of %d fonts in %d bytes", faces, len(data))
	}
	for i := range int(faces) {
		if err := checkFace(data, int64(binary.BigEndian.Uint32(data[12+4*i:]))); err != nil {
			return fmt.Errorf("font %d of the collection: %w", i+1, err)
		}
	}
	return nil
}

// checkFace looks at the table directory at an offset (OpenType, "Font tables").
func checkFace(data []byte, at int64) error {
	if at > int64(len(data)-12) {
		return errors.New("it is cut short")
	}
	head := data[at:]
	switch string(head[:4]) {
	case "\x00\x01\x00\x00", "OTTO", "true":
	default:
		return fmt.Errorf("it begins with %q", head[:4])
	}
	tables := int(binary.BigEndian.Uint16(head[4:]))
	if len(head) < 12+16*tables {
		return errors.New("it is cut short")
	}
	has := map[string]bool{}
	for i := range tables {
		entry := head[12+16*i:]
		offset, size := int64(binary.BigEndian.Uint32(entry[8:])), int64(binary.BigEndian.Uint32(entry[12:]))
		if offset+size > int64(len(data)) {
			return fmt.Errorf("its table %q ends beyond the file", entry[:4])
		}
		has[string(entry[:4])] = true
	}
	for _, tag := range []string{"cmap", "head", "name"} {
		if !has[tag] {
			return fmt.Errorf("it has no table %q", tag)
		}
	}
	if !has["glyf"] && !has["CFF "] && !has["CFF2"] {
		return errors.New("it has no outlines")
	}
	return nil
}
