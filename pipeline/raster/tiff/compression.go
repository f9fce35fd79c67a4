package tiff

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/bits"

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

// names of compressions that are known but not read.
func compressionName(n int) string {
	switch n {
	case 6:
		return "old-style JPEG"
	case 32766:
		return "NeXT"
	case 32771:
		return "word-aligned fax"
	case 32809:
		return "ThunderScan"
	case 34661:
		return "JBIG"
	case 34676, 34677:
		return "SGI LogLuv"
	case 34712:
		return "JPEG 2000"
	case 34887:
		return "LERC"
	case 34925:
		return "LZMA"
	case 50000:
		return "Zstandard"
	case 50001:
		return "WebP"
	}
	return "unknown"
}

// decompress fills dst, which is zeroed, with rows of packed samples.
func decompress(dst, data []byte, h Header, width, rows int) error {
	if h.fillOrder == 2 && h.bits == 1 {
		data = reversed(data)
	}
	switch h.compression {
	case compressionNone:
		if n := copy(dst, data); n < len(dst) {
			return short(n, len(dst))
		}
		return nil
	case compressionPackBits:
		return packBits(dst, data)
	case compressionLZW:
		return unLZW(dst, data)
	case compressionDeflate, compressionDeflateOld:
		return inflate(dst, data)
	case compressionRLE, compressionG3, compressionG4:
		if h.bits != 1 || h.PerPixel != 1 {
			return errors.New("fax compression needs one bit a pixel")
		}
		bilevel, err := ccitt.Decode(data, width, rows, faxMode(h))
		copy(dst, bilevel)
		return err
	}
	return UnsupportedError(fmt.Sprintf("compression %d (%s)", h.compression, compressionName(h.compression)))
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

// inflate fills dst. Data beyond it is ignored, as writers pad.
func inflate(dst, data []byte) error {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return err
	}
	defer r.Close()
	if n, err := io.ReadFull(r, dst); err == io.EOF || err == io.ErrUnexpectedEOF {
		return short(n, len(dst))
	} else if err != nil {
		return err
	}
	return nil
}

// packBits decodes Apple's run-length scheme (TIFF 6.0, section 9).
func packBits(dst, data []byte) error {
	size := len(dst)
	for len(dst) > 0 {
		if len(data) < 2 {
			return short(size-len(dst), size)
		}
		switch n := int(int8(data[0])); {
		case n == -128: // no operation
			data = data[1:]
		case n >= 0:
			if len(data) < n+2 {
				return short(size-len(dst), size)
			}
			dst = dst[copy(dst, data[1:n+2]):]
			data = data[n+2:]
		default:
			run := dst[:min(1-n, len(dst))]
			for i := range run {
				run[i] = data[1]
			}
			dst, data = dst[len(run):], data[2:]
		}
	}
	return nil
}

func reversed(data []byte) []byte {
	out := make([]byte, len(data))
	for i, b := range data {
		out[i] = bits.Reverse8(b)
	}
	return out
}
