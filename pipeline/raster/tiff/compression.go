package tiff

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"math/bits"

	"golang.org/x/image/tiff/lzw"

	"cutpoint/pipeline/raster/ccitt"
)

// Compressions that are read.
const (
	compressionNone       = 1
	compressionRLE        = 2
	compressionG3         = 3
	compressionG4         = 4
	compressionLZW        = 5
	compressionJPEG       = 7
	compressionDeflate    = 8
	compressionPackBits   = 32773
	compressionDeflateOld = 32946
)

// decompress returns exactly rows × stride bytes of packed samples.
func (f *File) decompress(h Header, data []byte, width, rows, stride int) ([]byte, error) {
	if h.fillOrder == 2 && h.bits == 1 {
		data = reversed(data)
	}
	size := rows * stride
	switch h.compression {
	case compressionNone:
		if len(data) < size {
			return nil, short(len(data), size)
		}
		return bytes.Clone(data[:size]), nil // the predictor works in place
	case compressionPackBits:
		return packBits(data, size)
	case compressionLZW:
		r := lzw.NewReader(bytes.NewReader(data), lzw.MSB, 8)
		defer r.Close()
		return readAll(r, size)
	case compressionDeflate, compressionDeflateOld:
		r, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return readAll(r, size)
	case compressionRLE, compressionG3, compressionG4:
		if h.bits != 1 || h.PerPixel != 1 {
			return nil, errors.New("fax compression needs one bit a pixel")
		}
		return ccitt.Decode(data, width, rows, faxMode(h))
	}
	return nil, UnsupportedError(fmt.Sprintf("compression %d", h.compression))
}

func faxMode(h Header) ccitt.Mode {
	switch {
	case h.compression == compressionRLE:
		return ccitt.RLE
	case h.compression == compressionG4:
		return ccitt.Group4
	case h.t4&1 != 0:
		return ccitt.Group32D
	}
	return ccitt.Group3
}

func short(have, want int) error {
	return fmt.Errorf("the data ends after %d of %d bytes", have, want)
}

// readAll reads size bytes. Data beyond them is ignored, as writers pad.
func readAll(r io.Reader, size int) ([]byte, error) {
	out := make([]byte, size)
	if n, err := io.ReadFull(r, out); err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, short(n, size)
	} else if err != nil {
		return nil, err
	}
	return out, nil
}

// packBits decodes Apple's run-length scheme (TIFF 6.0, section 9).
func packBits(data []byte, size int) ([]byte, error) {
	out := make([]byte, 0, size)
	for len(out) < size {
		if len(data) < 2 {
			return nil, short(len(out), size)
		}
		switch n := int(int8(data[0])); {
		case n == -128: // no operation
			data = data[1:]
		case n >= 0:
			if len(data) < n+2 {
				return nil, short(len(out), size)
			}
			out = append(out, data[1:min(n+2, 1+size-len(out))]...)
			data = data[n+2:]
		default:
			for range min(1-n, size-len(out)) {
				out = append(out, data[1])
			}
			data = data[2:]
		}
	}
	return out, nil
}

func reversed(data []byte) []byte {
	out := make([]byte, len(data))
	for i, b := range data {
		out[i] = bits.Reverse8(b)
	}
	return out
}

// jpegSegment decodes a strip or tile that is a JPEG of its own, with tables that
// all segments share (TIFF Technical Note 2).
func (f *File) jpegSegment(img *Image, p place, data []byte, d directory) error {
	if img.planar != 1 || img.bits != 8 {
		return UnsupportedError("a planar JPEG, or one of other than 8 bits,")
	}
	tables, err := f.values(d, tagJPEGTables)
	if err != nil {
		return err
	}
	if len(tables) > 4 && len(data) > 2 { // tables without their end, data without its beginning
		joined := make([]byte, 0, len(tables)+len(data))
		for _, b := range tables[:len(tables)-2] {
			joined = append(joined, byte(b))
		}
		data = append(joined, data[2:]...)
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return err
	}
	if config.Width < p.width || config.Height < p.height || config.Width > p.width+1<<16 || config.Height > p.rows+1<<16 {
		return fmt.Errorf("its JPEG is %d × %d pixels instead of %d × %d", config.Width, config.Height, p.width, p.rows)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return err
	}
	return img.place(m, p)
}

// place copies a decoded JPEG into the image as samples.
func (img *Image) place(m image.Image, p place) error {
	sample, n := samplesOf(m, img.Photometric)
	if sample == nil || n != img.PerPixel {
		return UnsupportedError(fmt.Sprintf("a JPEG of another colour model than the page's %d samples", img.PerPixel))
	}
	for y := range p.height {
		for x := range p.width {
			copy(img.Samples[((p.y+y)*img.Width+p.x+x)*n:][:n], sample(x, y))
		}
	}
	return nil
}

// samplesOf returns how to read a JPEG's pixels as samples. The decoder takes
// three components for YCbCr; if the page says RGB, they are what they are.
func samplesOf(m image.Image, photometric int) (sample func(x, y int) []uint8, n int) {
	switch m := m.(type) {
	case *image.Gray:
		return func(x, y int) []uint8 { return m.Pix[y*m.Stride+x:][:1] }, 1
	case *image.CMYK:
		return func(x, y int) []uint8 { return m.Pix[y*m.Stride+4*x:][:4] }, 4
	case *image.YCbCr:
		return func(x, y int) []uint8 {
			c := m.COffset(x, y)
			yy, cb, cr := m.Y[m.YOffset(x, y)], m.Cb[c], m.Cr[c]
			if photometric == RGB {
				return []uint8{yy, cb, cr}
			}
			r, g, b := color.YCbCrToRGB(yy, cb, cr)
			return []uint8{r, g, b}
		}, 3
	}
	return nil, 0
}
