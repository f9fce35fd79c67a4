package tiff

import (
	"errors"
	"fmt"
	"math/bits"
)

// Sample formats.
const (
	formatUnsigned = 1
	formatSigned   = 2
	formatFloat    = 3
	formatVoid     = 4
)

// isSigned reports whether samples are two's complements. Those of eight bits are taken
// for unsigned, as Pillow does, and two levels need no sign.
func (h Header) isSigned() bool { return h.format == formatSigned && h.bits != 8 && h.bits > 1 }

// Deep reports whether samples have 16 bits, of which a page may use few.
func (h Header) Deep() bool { return h.bits == 16 }

// Inverted reports whether the file's 0 is white.
func (h Header) Inverted() bool { return h.inverted }

// depthOf returns how many bits the greatest sample value says are in use: 9 to 15 where
// it is all ones. Other values are statistics, which are not to change what is shown
// (TIFF 6.0, page 37).
func depthOf(greatest int) int {
	depth := bits.Len(uint(greatest))
	if depth < 9 || depth > 15 || greatest != 1<<depth-1 {
		return 0
	}
	return depth
}

// checkSamples accepts integers of up to 16 bits, all of a size.
func (f *File) checkSamples(d directory, h Header) error {
	sizes, err := f.values(d, tagBitsPerSample)
	if err != nil {
		return err
	}
	if len(sizes) == 0 && h.PerPixel > 1 && h.compression != compressionOldJPEG {
		return errors.New("the page does not say how many bits its samples have")
	}
	for _, b := range sizes[:min(len(sizes), h.PerPixel)] {
		if b != uint64(h.bits) {
			return UnsupportedError(fmt.Sprintf("a page with samples of %v bits", sizes))
		}
	}
	if h.bits < 1 || h.bits > 16 {
		return UnsupportedError(fmt.Sprintf("a sample of %d bits", h.bits))
	}
	if h.Photometric == Palette && h.bits > 8 {
		return UnsupportedError(fmt.Sprintf("a palette of %d bits", h.bits))
	}
	formats, err := f.values(d, tagSampleFormat)
	if err != nil {
		return err
	}
	for _, format := range formats[:min(len(formats), h.PerPixel)] {
		switch {
		case format != uint64(h.format):
			return UnsupportedError(fmt.Sprintf("a page with samples of formats %v", formats))
		case format == formatUnsigned, format == formatVoid, format == formatSigned:
		case format == formatFloat:
			return UnsupportedError("a page of floating-point samples")
		default:
			return UnsupportedError(fmt.Sprintf("a page of samples of format %d and %d bits", format, h.bits))
		}
	}
	if h.isPackedYCbCr() && h.bits != 8 {
		return UnsupportedError(fmt.Sprintf("YCbCr of %d bits a sample", h.bits))
	}
	return nil
}

// guessColors: one sample is as in a fax, and three are RGB, as libtiff takes them
// (tif_getimage.c, TIFFRGBAImageBegin), but for JPEGs, which may be of two kinds.
func (h *Header) guessColors() {
	switch {
	case h.PerPixel == 1:
		h.Photometric = WhiteIsZero
	case h.PerPixel-len(h.extra) == 3 && h.compression != compressionJPEG:
		h.Photometric = RGB
	}
}

// checkColors refuses pages of which it is not said what their samples are; showing one
// of several would be a guess.
func (h Header) checkColors() error {
	switch {
	case h.Photometric < 0:
		return fmt.Errorf("the page does not say what its %d samples a pixel are", h.PerPixel)
	case h.Photometric <= BlackIsZero && h.PerPixel-len(h.extra) > 2:
		return fmt.Errorf("a grey page has %d samples a pixel", h.PerPixel)
	case h.Photometric == YCbCr && h.PerPixel == 1 && h.compression != compressionJPEG:
		return errors.New("a YCbCr page has one sample a pixel")
	}
	return nil
}
