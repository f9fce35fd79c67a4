package tiff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"

	"cutpoint/pipeline/raster/ccitt"
)

// Compressions that are read.
const (
	compressionNone       = 1
	compressionRLE        = 2
	compressionG3         = 3
	compressionG4         = 4
	compressionLZW        = 5
	compressionOldJPEG    = 6
	compressionJPEG       = 7
	compressionDeflate    = 8
	compressionRLEWords   = 32771
	compressionPackBits   = 32773
	compressionDeflateOld = 32946
	compressionZstd       = 50000
	compressionWebP       = 50001
)

// names of compressions that are known but not read.
func compressionName(n int) string {
	switch n {
	case 32766:
		return "NeXT"
	case 32809:
		return "ThunderScan"
	case 34661:
		return "JBIG"
	case 34676, 34677:
		return "SGI LogLuv"
	case 33003, 33004, 33005, 34712:
		return "JPEG 2000"
	case 34887:
		return "LERC"
	case 34925:
		return "LZMA"
	case 50002:
		return "JPEG XL"
	}
	return "unknown"
}

// checkCompression accepts what segment can do.
func (h Header) checkCompression() error {
	switch h.compression {
	case compressionNone, compressionLZW, compressionDeflate, compressionDeflateOld, compressionPackBits, compressionZstd:
		return nil
	case compressionRLE, compressionRLEWords, compressionG3, compressionG4:
		if h.bits != 1 || h.PerPixel != 1 {
			return errors.New("fax compression needs one bit a pixel")
		}
		return nil
	case compressionOldJPEG, compressionJPEG, compressionWebP:
		if h.bits != 8 {
			return UnsupportedError(fmt.Sprintf("a JPEG or WebP of %d bits a sample", h.bits))
		}
		if h.compression == compressionOldJPEG && !(h.PerPixel == 1 && h.Photometric <= BlackIsZero || h.PerPixel == 3 && h.Photometric == YCbCr) {
			return UnsupportedError(fmt.Sprintf("an old-style JPEG of %d components and colour model %d", h.PerPixel, h.Photometric))
		}
		return nil
	}
	return UnsupportedError(fmt.Sprintf("compression %d (%s)", h.compression, compressionName(h.compression)))
}

func (h Header) isFax() bool {
	return h.compression >= compressionRLE && h.compression <= compressionG4 || h.compression == compressionRLEWords
}

// isTurned reports whether fill order 2 reverses the bits of bytes before they are
// decompressed: not where the decoder does it, and not within JPEGs, as in libtiff.
func (h Header) isTurned() bool {
	return !h.isFax() && h.compression != compressionJPEG && h.compression != compressionOldJPEG
}

func (h Header) faxMode() ccitt.Mode {
	switch {
	case h.compression == compressionRLE:
		return ccitt.RLE
	case h.compression == compressionRLEWords:
		return ccitt.RLEWords
	case h.compression == compressionG4:
		return ccitt.Group4
	case h.t4&1 != 0:
		return ccitt.Group32D
	}
	return ccitt.Group3
}

// decompress fills dst with rows of packed samples.
func (d *pageDecoder) decompress(dst, data []byte) error {
	switch d.img.compression {
	case compressionPackBits:
		return packBits(dst, data)
	case compressionLZW:
		return d.lzw.decode(dst, data)
	case compressionDeflate, compressionDeflateOld:
		return d.inflate(dst, data)
	case compressionZstd:
		return d.unZstd(dst, data)
	}
	if n := copy(dst, data); n < len(dst) {
		return short(n, len(dst))
	}
	return nil
}

func short(have, want int) error {
	return fmt.Errorf("the data ends after %d of %d bytes", have, want)
}

// inflate fills dst.
func (d *pageDecoder) inflate(dst, data []byte) (err error) {
	if r, ok := d.zlib.(zlib.Resetter); ok {
		err = r.Reset(bytes.NewReader(data), nil)
	} else {
		d.zlib, err = zlib.NewReader(bytes.NewReader(data))
	}
	if err != nil {
		return err
	}
	return d.fill(dst, d.zlib)
}

// maxZstdWindow is what RFC 8878 (section 3.1.1.1.2) recommends every decoder to
// support: that of all levels but the last three.
const maxZstdWindow = 8 << 20

func (d *pageDecoder) unZstd(dst, data []byte) (err error) {
	if d.zstd == nil {
		d.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			return err
		}
	}
	if err := d.zstd.Reset(lowerWindow(data, 2*int(d.wholeSize(dst)))); err != nil {
		return err
	}
	return d.fill(dst, d.zstd)
}

// lowerWindow lowers the window of a frame (RFC 8878, section 3.1.1.1.2) to what its first
// bytes, as many as are read, can need. The last three levels ask for up to 128 MB even
// where the data are small.
func lowerWindow(frame []byte, read int) io.Reader {
	const singleSegment, largestBlock = 1 << 5, 17
	if len(frame) < 6 || frame[4]&singleSegment != 0 {
		return bytes.NewReader(frame)
	}
	exponent := max(largestBlock, bits.Len(uint(read))) - 10
	if int(frame[5]>>3) <= exponent {
		return bytes.NewReader(frame)
	}
	head := append(bytes.Clone(frame[:5]), byte(exponent<<3))
	return io.MultiReader(bytes.NewReader(head), bytes.NewReader(frame[6:]))
}

// close frees the decompressors.
func (d *pageDecoder) close() {
	if d.zstd != nil {
		d.zstd.Close()
	}
}

// fill fills dst and looks at what follows: a checksum that is wrong, or as many bytes
// again as a segment holds, which a directory leads to that has the page smaller than it
// is.
func (d *pageDecoder) fill(dst []byte, r io.Reader) error {
	n, err := io.ReadFull(r, dst)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return short(n, len(dst))
	}
	if err != nil {
		return err
	}
	whole := d.wholeSize(dst)
	more, err := io.CopyN(io.Discard, r, whole)
	switch {
	case more == 0 && (errors.Is(err, zlib.ErrChecksum) || errors.Is(err, zstd.ErrCRCMismatch)):
		return err
	case more == whole:
		return fmt.Errorf("the data is at least twice as long as the %d bytes of a %s", whole, d.grid.name)
	}
	return nil
}

// wholeSize is what a segment holds that is not cut off by the end of the page.
func (d *pageDecoder) wholeSize(dst []byte) int64 {
	return int64(max(len(dst), d.rawSize(region{rows: d.grid.height, perPixel: d.perSegment()})))
}

// perSegment is how many samples of a pixel a segment has.
func (d *pageDecoder) perSegment() int {
	if d.img.planar == 2 {
		return 1
	}
	return d.img.PerPixel
}

// reverse reverses the bits of every byte.
func reverse(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		binary.BigEndian.PutUint64(data, bits.Reverse64(binary.LittleEndian.Uint64(data)))
	}
	for i, b := range data {
		data[i] = bits.Reverse8(b)
	}
}
