package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"syscall"
)

// draw fills a folder with documents that claim to be, or are, as large as possible,
// and with files that are not documents.
func draw(folder string) error {
	files := map[string][]byte{
		"good.png":            png(300, 400, true),
		"claims-65535.png":    png(65535, 65535, false),
		"claims-1-row.png":    png(1<<31-1, 1, false),
		"claims-65535.gif":    append([]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00"), make([]byte, 64)...),
		"claims-60000.bmp":    bmp(60000, 60000),
		"claims-16383.webp":   []byte("RIFF\x1e\x00\x00\x00WEBPVP8L\x11\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
		"claims-65500.jpg":    []byte("\xff\xd8\xff\xc0\x00\x11\x08\xff\xdc\xff\xdc\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"),
		"a-million-pages.tif": chain(1_000_000, false),
		"loop.tif":            chain(40, true),
		"two\nlines.png":      png(120, 80, true),
		"not-utf8-\xe9.png":   png(121, 80, true),
		"empty.tif":           nil,
	}
	for n := range uint32(6) { // within the limits, and each some hundred megabytes in memory
		files[fmt.Sprintf("poster-%d.png", n)] = png(11_900+n, 12_000, true)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return err
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(folder, "link.png")); err != nil {
		return err
	}
	return syscall.Mkfifo(filepath.Join(folder, "fifo.png"), 0o600)
}

// png is a white grey image, or one that lacks its pixels.
func png(width, height uint32, whole bool) []byte {
	b := bytes.NewBufferString("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(nil, width)
	header = binary.BigEndian.AppendUint32(header, height)
	chunk(b, "IHDR", append(header, 8, 0, 0, 0, 0))
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	if whole {
		row := bytes.Repeat([]byte{0xff}, 1+int(width))
		row[0] = 0 // no filter
		for range height {
			z.Write(row) // to memory: it cannot fail
		}
	}
	z.Close()
	chunk(b, "IDAT", pixels.Bytes())
	chunk(b, "IEND", nil)
	return b.Bytes()
}

func chunk(b *bytes.Buffer, kind string, data []byte) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(len(data))))
	sum := crc32.NewIEEE()
	for _, part := range [][]byte{[]byte(kind), data} {
		b.Write(part)
		sum.Write(part)
	}
	b.Write(binary.BigEndian.AppendUint32(nil, sum.Sum32()))
}

// bmp is the header of a 24-bit image.
func bmp(width, height uint32) []byte {
	b := []byte("BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00")
	b = binary.LittleEndian.AppendUint32(b, width)
	b = binary.LittleEndian.AppendUint32(b, height)
	return append(b, append([]byte{1, 0, 24, 0}, make([]byte, 24)...)...)
}

// chain is a TIFF of the given number of directories without pages. With loop the last
// one leads back to the first.
func chain(pages uint32, loop bool) []byte {
	b := []byte("II*\x00\x08\x00\x00\x00")
	for n := range pages {
		b = append(b, 1, 0, 0, 1, 4, 0, 1, 0, 0, 0, 8, 0, 0, 0) // one entry: the width
		next := uint32(len(b)) + 4
		switch {
		case n == pages-1 && loop:
			next = 8
		case n == pages-1:
			next = 0
		}
		b = binary.LittleEndian.AppendUint32(b, next)
	}
	return b
}
