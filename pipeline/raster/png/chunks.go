package png

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"strings"
)

const signature = "\x89PNG\r\n\x1a\n"

// chunk is a chunk (5.3). Its data may be cut short by the end of the file.
type chunk struct {
	name  string
	data  []byte
	whole bool // with its checksum
	sound bool // and that is right
}

// nextChunk takes a chunk off the file; ok is false where there is none.
func nextChunk(file []byte) (c chunk, rest []byte, ok bool) {
	if len(file) < 8 || !isName(file[4:8]) {
		return c, nil, false
	}
	size := int64(binary.BigEndian.Uint32(file))
	c.name, rest = string(file[4:8]), file[8:]
	if size+4 > int64(len(rest)) {
		c.data = rest[:min(size, int64(len(rest)))]
		return c, nil, true
	}
	c.data, c.whole = rest[:size], true
	c.sound = c.name == "IDAT" || crc32.ChecksumIEEE(file[4:8+size]) == binary.BigEndian.Uint32(rest[size:]) // its pixels have a checksum of their own
	return c, rest[size+4:], true
}

func isName(b []byte) bool {
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// ancillary reports whether the image can be shown without the chunk.
func (c chunk) ancillary() bool { return c.name[0]&0x20 != 0 }

// metadata is what text and other chunks say of the image.
type metadata struct {
	exif []byte
	raw  text // EXIF in ImageMagick's form
	xmp  text
}

// text is what follows the key of a text chunk, which is unpacked when it is known to be
// the last of its key.
type text struct {
	chunk string
	value []byte
}

// readChunks reads all chunks. Up to the pixels their checksums count, of those that are
// not needed as a reason to leave them out; behind them the end may be missing or garbage.
// The pixels are in the first IDAT chunks that follow one another.
func (h *Header) readChunks(file []byte) error {
	var meta metadata
	file, ok := bytes.CutPrefix(file, []byte(signature))
	if !ok {
		return errors.New("there is no PNG signature")
	}
	headed := false
	for {
		c, rest, ok := nextChunk(file)
		if !ok || c.name == "IEND" {
			break
		}
		if c.name == "IDAT" && h.pixels == nil {
			h.pixels = file
		}
		file = rest
		pixels := h.pixels != nil
		switch {
		case c.name == "IDAT":
			continue
		case !c.whole && !pixels:
			return io.ErrUnexpectedEOF
		case !c.whole:
			continue
		}
		if !c.sound && !pixels {
			if c.ancillary() {
				continue
			}
			return fmt.Errorf("the chunk %s has the wrong checksum", c.name)
		}
		if err := h.read(c, pixels, &meta); err != nil {
			return err
		}
		headed = headed || c.name == "IHDR"
	}
	if !headed {
		return fmt.Errorf("the header: %w", io.ErrUnexpectedEOF)
	}
	h.EXIF, h.XMP = meta.result()
	return nil
}

// data yields what the IDAT chunks hold: the first ones, as far as nothing comes between.
func (h *Header) data() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for c, rest, ok := nextChunk(h.pixels); ok && c.name == "IDAT" && yield(c.data); c, rest, ok = nextChunk(rest) {
		}
	}
}

// read takes in a chunk other than IDAT.
func (h *Header) read(c chunk, pixels bool, meta *metadata) error {
	switch c.name {
	case "IHDR":
		if !pixels {
			return h.readHeader(c.data)
		}
	case "PLTE":
		if !pixels {
			h.palette = paletteOf(c.data)
		}
	case "tRNS":
		h.transparency = c.data
	case "eXIf":
		meta.exif = c.data
	case "tEXt", "zTXt", "iTXt":
		meta.readText(c)
	}
	return nil
}

func (h *Header) readHeader(b []byte) error {
	if len(b) < 13 {
		return errors.New("the header is too short")
	}
	if b[11] != 0 {
		return fmt.Errorf("there is no filter method %d", b[11])
	}
	h.Width, h.Height = int(binary.BigEndian.Uint32(b)), int(binary.BigEndian.Uint32(b[4:]))
	h.depth, h.color, h.interlaced = int(b[8]), int(b[9]), b[12] != 0
	return nil
}

// readText keeps texts that say how the image is turned, as Pillow names them.
func (m *metadata) readText(c chunk) {
	key, value, _ := bytes.Cut(c.data, []byte{0})
	switch string(key) {
	case "exif":
		if c.name == "tEXt" && len(value) <= maxText {
			m.exif = value
		}
	case "Raw profile type exif":
		m.raw = text{c.name, value}
	case "XML:com.adobe.xmp":
		m.xmp = text{c.name, value}
	}
}

// maxText bounds a text, and what a compressed one may become, as Pillow does.
const maxText = 1 << 20

// content returns the text (11.3.3) without what stands before it; nothing where that is
// broken or it is too long.
func (t text) content() []byte {
	value, packed := t.value, t.chunk == "zTXt"
	switch t.chunk {
	case "zTXt":
		if len(value) < 1 || value[0] != 0 {
			return nil
		}
		value = value[1:]
	case "iTXt":
		if len(value) < 2 {
			return nil
		}
		packed = value[0] != 0
		_, rest, one := bytes.Cut(value[2:], []byte{0}) // the language
		_, text, two := bytes.Cut(rest, []byte{0})      // the keyword in it
		if !one || !two || packed && value[1] != 0 {
			return nil
		}
		value = text
	}
	if packed {
		value = unpacked(value)
	}
	if len(value) > maxText {
		return nil
	}
	return value
}

func unpacked(data []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err != nil {
		return nil
	}
	return text
}

// result returns EXIF, in whichever form it is there, and XMP.
func (m *metadata) result() (exif, xmp []byte) {
	if raw := m.raw.content(); m.exif == nil && raw != nil {
		lines := strings.Split(string(raw), "\n")
		m.exif, _ = hex.DecodeString(strings.Join(strings.Fields(strings.Join(lines[min(3, len(lines)):], "")), ""))
	}
	return m.exif, m.xmp.content()
}
