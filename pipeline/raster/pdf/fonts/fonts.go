// Package fonts has the fonts that PDF files are drawn with where they hold none of their
// own: one that comes with the program, and those of a folder that the user names. The
// machine's own are never used: pixels would depend on the machine.
package fonts

import (
	_ "embed" // the font
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Set is a set of fonts. The zero value is that which comes with the program.
type Set struct {
	SHA256 string // of what the user's fonts add, 64 hexadecimal digits; "" if there are none
	added  *[]file
}

// ErrAbsent is returned for a set that is known by its hash alone.
var ErrAbsent = errors.New("the pages were drawn with fonts of a folder")

// Folders that pdfium looks for fonts in; of fonts with one name, the first counts.
const (
	addedFolder = "usr/share/fonts"
	ownFolder   = "usr/local/share/fonts"
)

// FS returns the file system that pdfium is to see.
func (s Set) FS() (fs.FS, error) {
	font, err := own()
	if err != nil {
		return nil, err
	}
	all := folders{ownFolder: {{"fallback.ttf", font}}}
	if s.SHA256 != "" {
		if s.added == nil {
			return nil, fmt.Errorf("%w whose contents have the SHA-256 %.12s…; name that folder", ErrAbsent, s.SHA256)
		}
		all[addedFolder] = *s.added
	}
	return all, nil
}

// packed is what scripts/build-fonts makes.
//
//go:embed fallback.ttf.zst
var packed []byte

// lastResort is the name by which pdfium asks for a font when a document's own, or what it
// took for it, lacks a character. It also asks so for Helvetica, which ours has the widths of.
const lastResort = "Arial"

// own unpacks the font once for the process.
var own = sync.OnceValues(func() ([]byte, error) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	font, err := d.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack the fallback font: %w", err)
	}
	return named(font, lastResort), nil
})

// named gives a font another name: a table at its end in the place of the one it has
// (OpenType, "name", version 0: family and style in Mac Roman).
func named(font []byte, family string) []byte {
	u16 := binary.BigEndian.AppendUint16
	const records = 2
	table := u16(u16(u16(nil, 0), records), 6+12*records)
	var text []byte
	for id, value := range []string{family, "Regular"} {
		for _, v := range []int{1, 0, 0, id + 1, len(value), len(text)} {
			table = u16(table, uint16(v))
		}
		text = append(text, value...)
	}
	table = append(table, text...)
	for at := 12; at < 12+16*int(binary.BigEndian.Uint16(font[4:])); at += 16 {
		if entry := font[at:]; string(entry[:4]) == "name" {
			binary.BigEndian.PutUint32(entry[8:], uint32(len(font)))
			binary.BigEndian.PutUint32(entry[12:], uint32(len(table)))
		}
	}
	return append(font, table...)
}
