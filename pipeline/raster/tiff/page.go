package tiff

import (
	"fmt"
	"math/bits"
)

// The tags that are read (TIFF 6.0, appendix A).
const (
	tagNewSubfileType  = 254
	tagSubfileType     = 255
	tagWidth           = 256
	tagHeight          = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagMake            = 271
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagMaxSampleValue  = 281
	tagPlanar          = 284
	tagT4Options       = 292
	tagPredictor       = 317
	tagColorMap        = 320
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagSubIFDs         = 330
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagJPEGTables      = 347
	tagJPEGProc        = 512
	tagJPEGInterchange = 513
	tagJPEGLength      = 514
	tagJPEGRestart     = 515
	tagJPEGQTables     = 519
	tagJPEGDCTables    = 520
	tagJPEGACTables    = 521
	tagCoefficients    = 529
	tagSubsampling     = 530
	tagReference       = 532
	tagXMP             = 700
	tagDNGVersion      = 50706
)

func isRead(tag uint16) bool {
	switch tag {
	case tagJPEGTables, tagXMP, tagDNGVersion:
		return true
	}
	return tag >= tagNewSubfileType && tag <= tagSampleFormat || tag >= tagJPEGProc && tag <= tagReference
}

// Photometric interpretations.
const (
	WhiteIsZero = 0
	BlackIsZero = 1
	RGB         = 2
	Palette     = 3
	CMYK        = 5
	YCbCr       = 6
	CIELab      = 8
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

// Alpha is what the first sample behind the colours means (ExtraSamples).
type Alpha uint64

// The meanings; other values are not alpha.
const (
	AlphaNone         Alpha = 0
	AlphaAssociated   Alpha = 1 // colours are premultiplied
	AlphaUnassociated Alpha = 2
)

// corelAlpha is what Corel Draw 10 writes for unassociated alpha.
const corelAlpha = 999

// Image is a decoded page: samples cut to eight bits, pixel by pixel. Samples of
// fewer bits are scaled to 0…255, but for a palette's indices. Grey is BlackIsZero,
// and YCbCr is RGB, whatever the file's are.
type Image struct {
	Header
	Samples []uint8 // (Height, Width, PerPixel)
	Lost    int     // lines that are damaged or missing
}

// Header is what a directory says of its page.
type Header struct {
	Width, Height int
	PerPixel      int // samples a pixel, colours and others
	Photometric   int
	Orientation   int
	extra         []uint64 // meaning of the samples behind the colours
	ColorMap      []uint64 // red, green and blue of all indices, 16 bits each

	bits, compression, fillOrder, planar, predictor, t4 int

	format int // of the samples (SampleFormat)
	depth  int // bits in use of samples of 16; 0 for all

	inverted bool  // 0 is white
	segment  int64 // pixels of a tile
}

// Alpha returns what the first sample after the colours means. A fourth sample of RGB
// of which nothing is said is alpha, as Pillow takes it.
func (h Header) Alpha(colors int) Alpha {
	switch {
	case h.PerPixel <= colors:
		return AlphaNone
	case len(h.extra) == 0 && h.Photometric == RGB && h.PerPixel == 4:
		return AlphaUnassociated
	case len(h.extra) == 0:
		return AlphaNone
	case h.extra[0] == uint64(AlphaAssociated):
		return AlphaAssociated
	case h.extra[0] == uint64(AlphaUnassociated), h.extra[0] == corelAlpha:
		return AlphaUnassociated
	}
	return AlphaNone
}

// SegmentBytes returns what decoding a segment takes at most, in bytes for a pixel of
// the page; a tile may be larger than the page.
func (h Header) SegmentBytes() int {
	n := int64(h.PerPixel*h.bits+7) / 8
	switch {
	case h.compression == compressionJPEG || h.compression == compressionWebP:
		n = 16 // planes of three components, and the coefficients of progressive scans
	case h.compression == compressionOldJPEG:
		n = 16 + 4*n // and two copies of the data, whose size gather bounds
	case h.isFax():
		n = 2 // a copy of the data, whose size segmentData bounds
	case h.compression == compressionLZW:
		n *= 3 // a copy of the data, whose size lzw bounds
	}
	if h.fillOrder == 2 && h.isTurned() {
		n += 10 * int64(h.PerPixel*h.bits+7) / 8 // the data with its bits turned
	}
	page := int64(h.Width) * int64(h.Height)
	n *= max(h.segment, page)
	switch h.compression {
	case compressionZstd:
		n += maxZstdWindow
	case compressionOldJPEG:
		n += 2 * maxOldHeader
	}
	return int((n + page - 1) / page)
}

// Header reads what page n says of itself.
func (f *File) Header(n int) (h Header, err error) {
	d := f.pages[n]
	if d == nil {
		return h, f.broken
	}
	for _, t := range []struct {
		to     *int
		tag    uint16
		absent int
	}{
		{&h.Width, tagWidth, 0}, {&h.Height, tagHeight, 0}, {&h.PerPixel, tagSamplesPerPixel, 1},
		{&h.Photometric, tagPhotometric, -1}, {&h.bits, tagBitsPerSample, 1},
		{&h.compression, tagCompression, 1}, {&h.fillOrder, tagFillOrder, 1}, {&h.planar, tagPlanar, 1},
		{&h.predictor, tagPredictor, 1}, {&h.t4, tagT4Options, 0}, {&h.format, tagSampleFormat, formatUnsigned},
	} {
		if *t.to, err = f.one(d, t.tag, t.absent); err != nil {
			return h, err
		}
	}
	if h.extra, err = f.values(d, tagExtraSamples); err != nil {
		return h, err
	}
	if h.ColorMap, err = f.values(d, tagColorMap); err != nil {
		return h, err
	}
	if h.compression == compressionOldJPEG {
		h.fixOldJPEG(d)
	}
	h.Orientation = f.orientation(d)
	h.inverted = h.Photometric == WhiteIsZero
	if h.bits == 16 && !h.isSigned() {
		h.depth = depthOf(f.oneOr(d, tagMaxSampleValue, 0))
	}
	if h.Photometric < 0 { // the tag is required, but fax programs leave it out
		h.Photometric = WhiteIsZero
	}
	if err = f.checkHeader(d, h); err != nil {
		return h, err
	}
	if _, tiled := d[tagTileWidth]; tiled {
		g, err := f.tiles(d)
		if err != nil {
			return h, err
		}
		if err := f.checkSize(g.name, g.width, g.height, h.PerPixel); err != nil {
			return h, err
		}
		h.segment = int64(g.width) * int64(g.height)
		if h.compression == compressionOldJPEG {
			return h, f.measureOldJPEG(d, &h)
		}
	}
	return h, nil
}

func (f *File) checkHeader(d directory, h Header) error {
	if h.Width < 1 || h.Height < 1 {
		return fmt.Errorf("the page is %d × %d pixels", h.Width, h.Height)
	}
	if h.PerPixel < 1 || h.PerPixel > 16 {
		return UnsupportedError(fmt.Sprintf("a page of %d samples a pixel", h.PerPixel))
	}
	if err := f.checkSize("page", h.Width, h.Height, h.PerPixel); err != nil {
		return err
	}
	if err := f.checkSamples(d, h); err != nil {
		return err
	}
	if h.planar != 1 && h.planar != 2 {
		return fmt.Errorf("planar configuration %d does not exist", h.planar)
	}
	if err := h.checkCompression(); err != nil {
		return err
	}
	return h.checkPredictor()
}

// checkSamples accepts integers of up to 16 bits, all of a size.
func (f *File) checkSamples(d directory, h Header) error {
	sizes, err := f.values(d, tagBitsPerSample)
	if err != nil {
		return err
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

// checkSize holds a page or tile against the limit: its pixels, and its samples at
// four a pixel.
func (f *File) checkSize(what string, width, height, perPixel int) error {
	pixels := int64(width) * int64(height) // both have 31 bits
	if pixels > f.limits.Pixels || pixels*int64(perPixel) > 4*f.limits.Pixels {
		return fmt.Errorf("%w: the %s is %d × %d pixels of %d samples, the limit is %d pixels", ErrTooLarge, what, width, height, perPixel, f.limits.Pixels)
	}
	return nil
}
