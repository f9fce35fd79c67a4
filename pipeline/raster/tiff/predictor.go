package tiff

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// predictors of TIFF 6.0, section 14, and Technical Note 3.
const (
	predictorNone       = 1
	predictorHorizontal = 2
	predictorFloat      = 3
)

// checkPredictor accepts what undifference can do. Compressions that know no
// predictor ignore the tag, as libtiff does.
func (h Header) checkPredictor() error {
	switch {
	case !h.predicts() || h.predictor == predictorNone:
		return nil
	case h.predictor == predictorFloat:
		return UnsupportedError("the predictor of floating-point samples")
	case h.predictor != predictorHorizontal:
		return fmt.Errorf("predictor %d does not exist", h.predictor)
	case h.bits != 8 && h.bits != 16:
		return errors.New("the predictor needs samples of 8 or 16 bits")
	}
	return nil
}

func (h Header) predicts() bool {
	switch h.compression {
	case compressionLZW, compressionDeflate, compressionDeflateOld, compressionZstd:
		return true
	}
	return false
}

// undifference reverts horizontal differencing (TIFF 6.0, section 14).
func undifference(raw []byte, stride, perPixel, bits int, order binary.ByteOrder) {
	for ; len(raw) >= stride && stride > 0; raw = raw[stride:] {
		switch row := raw[:stride]; {
		case bits == 16:
			for i := 2 * perPixel; i+1 < len(row); i += 2 {
				order.PutUint16(row[i:], order.Uint16(row[i:])+order.Uint16(row[i-2*perPixel:]))
			}
		case perPixel == 1:
			sum := uint8(0)
			for i, v := range row {
				sum += v
				row[i] = sum
			}
		case perPixel == 3:
			var r, g, b uint8
			for ; len(row) >= 3; row = row[3:] {
				r, g, b = r+row[0], g+row[1], b+row[2]
				row[0], row[1], row[2] = r, g, b
			}
		default:
			for i := perPixel; i < len(row); i++ {
				row[i] += row[i-perPixel]
			}
		}
	}
}
