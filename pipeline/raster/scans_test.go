package raster

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"context"
	"encoding/ascii85"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"testing"

	"cutpoint/pipeline/raster/ccitt"
	"cutpoint/pipeline/raster/pdf/pdftest"
)

// The scanned page of the tests.
const (
	scanWidth  = 620
	scanHeight = 877
	scanStride = (scanWidth + 7) / 8
)

// fax returns a coded page of the folder of the package scan.
func fax(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("pdf/scan/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// scannedBits returns the page as rows of bits, 1 for paper.
func scannedBits(t testing.TB) []byte {
	t.Helper()
	pix := make([]uint8, scanWidth*scanHeight)
	err := ccitt.Decode(context.Background(), fax(t, "page.g4"), ccitt.Image{
		Mode: ccitt.Group4, Width: scanWidth, Height: scanHeight, Colors: [2]uint8{1, 0}, Pix: pix, Stride: scanWidth, Visible: scanWidth,
	})
	if err != nil {
		t.Fatal(err)
	}
	bits := make([]byte, scanStride*scanHeight)
	for i, v := range pix {
		y, x := i/scanWidth, i%scanWidth
		bits[y*scanStride+x/8] |= v << (7 - x%8)
	}
	return bits
}

// scanned returns the page in grey, lit from one side as by a copier.
func scanned(t testing.TB) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, scanWidth, scanHeight))
	bits := scannedBits(t)
	for y := range scanHeight {
		for x := range scanWidth {
			level := 200 + 50*x/scanWidth - 20*y/scanHeight
			if bits[y*scanStride+x/8]>>(7-x%8)&1 == 0 {
				level /= 6
			}
			m.Pix[y*m.Stride+x] = uint8(level)
		}
	}
	return m
}

// rgb returns the page's samples on yellowish paper.
func rgb(m *image.Gray) []byte {
	var out []byte
	for _, v := range m.Pix {
		out = append(out, v, v-v/16, v-v/4)
	}
	return out
}

// sampled returns samples of fewer bits, rows on whole bytes.
func sampled(m *image.Gray, bits int) []byte {
	var out []byte
	for y := range m.Rect.Dy() {
		hold, held := 0, 0
		for _, v := range m.Pix[y*m.Stride:][:m.Rect.Dx()] {
			hold, held = hold<<bits|int(v)>>(8-bits), held+bits
			if held == 8 {
				out, hold, held = append(out, byte(hold)), 0, 0
			}
		}
		if held > 0 {
			out = append(out, byte(hold<<(8-held)))
		}
	}
	return out
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func colourJPEG(t testing.TB, m *image.Gray) []byte {
	c := image.NewRGBA(m.Rect)
	for i, v := range m.Pix {
		copy(c.Pix[4*i:], []uint8{v, v - v/16, v - v/4, 255})
	}
	return encodeJPEG(t, c)
}

func flate(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// lateLZW codes with EarlyChange 0.
func lateLZW(data []byte) []byte {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.MSB, 8)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func asciiHex(data []byte) []byte { return []byte(hex.EncodeToString(data) + ">") }

func asciiBase85(data []byte) []byte {
	var b bytes.Buffer
	w := ascii85.NewEncoder(&b)
	w.Write(data)
	w.Close()
	return append(b.Bytes(), "~>"...)
}

// filtered passes rows through PNG's five filters in turn.
func filtered(data []byte, stride, pixel int) []byte {
	var out []byte
	above := make([]byte, stride)
	for n := 0; len(data) >= stride; n++ {
		row := data[:stride]
		out = append(out, byte(n%5))
		for i, v := range row {
			var left, corner byte
			if i >= pixel {
				left, corner = row[i-pixel], above[i-pixel]
			}
			out = append(out, v-[]byte{0, left, above[i], byte((int(left) + int(above[i])) / 2), paethOf(left, above[i], corner)}[n%5])
		}
		above, data = row, data[stride:]
	}
	return out
}

func paethOf(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	far := func(v byte) int { return max(p-int(v), int(v)-p) }
	switch {
	case far(a) <= far(b) && far(a) <= far(c):
		return a
	case far(b) <= far(c):
		return b
	}
	return c
}

// differenced is TIFF's predictor.
func differenced(data []byte, stride, pixel int) []byte {
	out := bytes.Clone(data)
	for y := 0; y < len(data); y += stride {
		for i := stride - 1; i >= pixel; i-- {
			out[y+i] -= data[y+i-pixel]
		}
	}
	return out
}

// runLengths codes everything as literals and runs of two.
func runLengths(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		if len(data) >= 2 && data[0] == data[1] {
			out, data = append(out, 255, data[0]), data[2:]
			continue
		}
		out, data = append(out, 0, data[0]), data[1:]
	}
	return append(out, 128)
}

// profile is an ICC profile of a gamma curve; primaries are sRGB's.
func profile(space string, gamma float64) []byte {
	type tag struct {
		name string
		data []byte
	}
	curve := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), 1)
	curve = append(binary.BigEndian.AppendUint16(curve, uint16(gamma*256)), 0, 0)
	xyz := func(v ...float64) []byte {
		data := []byte("XYZ \x00\x00\x00\x00")
		for _, f := range v {
			data = binary.BigEndian.AppendUint32(data, uint32(f*65536))
		}
		return data
	}
	tags := []tag{{"wtpt", xyz(0.9642, 1, 0.8249)}}
	if space == "GRAY" {
		tags = append(tags, tag{"kTRC", curve})
	} else {
		table := binary.BigEndian.AppendUint32([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), 0x26666) // sRGB's curve
		for _, f := range []float64{1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
			table = binary.BigEndian.AppendUint32(table, uint32(f*65536))
		}
		tags = append(tags, tag{"rXYZ", xyz(0.4361, 0.2225, 0.0139)}, tag{"gXYZ", xyz(0.3851, 0.7169, 0.0971)}, tag{"bXYZ", xyz(0.1431, 0.0606, 0.7141)},
			tag{"rTRC", table}, tag{"gTRC", table}, tag{"bTRC", table})
	}
	head := make([]byte, 128)
	copy(head[8:], "\x02\x40")
	copy(head[12:], "mntr"+space+"XYZ ")
	copy(head[36:], "acsp")
	copy(head[68:], xyz(0.9642, 1, 0.8249)[8:])
	index := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var body []byte
	for _, t := range tags {
		index = append(index, t.name...)
		index = binary.BigEndian.AppendUint32(index, uint32(128+4+12*len(tags)+len(body)))
		index = binary.BigEndian.AppendUint32(index, uint32(len(t.data)))
		body = append(body, t.data...)
	}
	all := append(append(head, index...), body...)
	binary.BigEndian.PutUint32(all, uint32(len(all)))
	return all
}

// A file of one page has the objects 1 to 4; its images and forms follow.
const (
	firstImage = 5
	a4         = "/MediaBox [0 0 595.28 841.89]"
	fill       = "q 595.28 0 0 841.89 0 0 cm /Im Do Q"
	resources  = " /Resources << /XObject << /Im 5 0 R /Fm 6 0 R /Second 7 0 R >> /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>" +
		" /ExtGState << /Plain << /Type /ExtGState /ca 1 /BM /Normal >> /Half << /ca 0.5 >> /Multiply << /BM /Multiply >> >>" +
		" /Properties << /Layer << /Type /OCG /Name (L) >> >> >>"
	words = "BT /F 40 Tf 1 0 0 1 100 500 Tm (Recognised) Tj ET "
)

// picture is an image object of the test's page.
func picture(dictionary string, data []byte) pdftest.Object {
	return pdftest.Stream(fmt.Sprintf("/Type /XObject /Subtype /Image /Width %d /Height %d %s", scanWidth, scanHeight, dictionary), data)
}

// sheet is a file of one page, with an image and further objects.
func sheet(page, content string, im pdftest.Object, more ...pdftest.Object) []byte {
	o := pdftest.Pages([2]string{page + resources, content})
	o[firstImage] = im
	for i, m := range more {
		o[firstImage+1+i] = m
	}
	return pdftest.Write(o)
}

func grey(t testing.TB) pdftest.Object {
	return picture("/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", encodeJPEG(t, scanned(t)))
}

// placed draws the image with a matrix.
func placed(matrix string) string { return "q " + matrix + " cm /Im Do Q" }
