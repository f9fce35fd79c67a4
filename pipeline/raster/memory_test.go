package raster

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
)

// pngOf makes a grey PNG file of chunks, a name and its data in turns, and pixels.
func pngOf(width, height int, pixels []byte, chunks ...string) []byte {
	var rows []byte
	for y := range height {
		rows = append(append(rows, 0), pixels[y*width:][:width]...)
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	chunks = append([]string{"IHDR", string(header) + "\x08\x00\x00\x00\x00"}, chunks...)
	chunks = append(chunks, "IDAT", string(flate(rows)), "IEND", "")
	out := []byte("\x89PNG\r\n\x1a\n")
	for i := 0; i < len(chunks); i += 2 {
		body := chunks[i] + chunks[i+1]
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(chunks[i+1]))), body...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(body)))
	}
	return out
}

// allocated returns how many bytes f allocates.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// TestMemory: opening a file takes no more than a few times its size, and decoding its
// page no more than Memory said.
func TestMemory(t *testing.T) {
	const slack = 1 << 20
	noise := make([]byte, 2000*2000)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	long := bytes.Repeat([]byte("0"), 1<<20-10)
	texts := func(name, before string) (chunks []string) {
		for range 200 {
			chunks = append(chunks, name, before+string(flate(long)))
		}
		return chunks
	}
	jpeg, err := os.ReadFile("jpeg/testdata/grey-8x8.jpg")
	if err != nil {
		t.Fatal(err)
	}
	exif := append([]byte("\xff\xe1\xff\xffExif\x00\x00"), make([]byte, 0xffff-8)...)
	for name, data := range map[string][]byte{
		"PNG of noise":            pngOf(2000, 2000, noise),
		"PNG with too many bytes": pngOf(8, 8, noise, "IDAT", string(noise)),
		"PNG with packed texts":   pngOf(8, 8, noise, texts("zTXt", "Raw profile type exif\x00\x00")...),
		"PNG with XMP packets":    pngOf(8, 8, noise, texts("iTXt", "XML:com.adobe.xmp\x00\x01\x00\x00\x00")...),
		"JPEG with EXIF segments": bytes.Replace(jpeg, []byte("\xff\xd8"), append([]byte("\xff\xd8"), bytes.Repeat(exif, 100)...), 1),
	} {
		t.Run(name, func(t *testing.T) {
			var d *Document
			var err error
			if n := allocated(func() { d, err = Open(t.Context(), data, small, Decoding{}) }); n > 4*int64(len(data))+4*slack {
				t.Errorf("opening %d bytes took %d", len(data), n)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			need, err := d.Memory(0)
			if err != nil {
				t.Fatal(err)
			}
			if n := allocated(func() { d.Decode(t.Context(), 0) }); n > need+slack {
				t.Errorf("decoding took %d bytes, %d were announced", n, need)
			}
		})
	}
}
