package tiff

import "fmt"

// The tags that are read (TIFF 6.0, appendix A).
const (
	tagWidth           = 256
	tagHeight          = 257
	tagBitsPerSample   = 258
	tagCompression     = 259
	tagPhotometric     = 262
	tagFillOrder       = 266
	tagStripOffsets    = 273
	tagOrientation     = 274
	tagSamplesPerPixel = 277
	tagRowsPerStrip    = 278
	tagStripByteCounts = 279
	tagPlanar          = 284
	tagT4Options       = 292
	tagPredictor       = 317
	tagColorMap        = 320
	tagTileWidth       = 322
	tagTileHeight      = 323
	tagTileOffsets     = 324
	tagTileByteCounts  = 325
	tagExtraSamples    = 338
	tagSampleFormat    = 339
	tagJPEGTables      = 347
)

func isRead(tag uint16) bool {
	return tag >= tagWidth && tag <= tagSampleFormat || tag == tagJPEGTables
}

// Photometric interpretations.
const (
	WhiteIsZero = 0
	BlackIsZero = 1
	RGB         = 2
	Palette     = 3
	CMYK        = 5
	YCbCr       = 6
)

// Alpha is what the first sample behind the colours means (ExtraSamples).
type Alpha uint64

// The meanings; other values are not alpha.
const (
	AlphaNone         Alpha = 0
	AlphaAssociated   Alpha = 1 // colours are premultiplied
	AlphaUnassociated Alpha = 2
)

// Image is a decoded page: samples cut to eight bits, pixel by pixel. Samples of
// fewer bits are scaled to 0…255, but for a palette's indices.
type Image struct {
	Header
	Samples []uint8 // (Height, Width, PerPixel)
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
}

// Alpha returns what the sample behind so many colours means.
func (h Header) Alpha(colors int) Alpha {
	if len(h.extra) > 0 && h.PerPixel > colors && h.extra[0] <= uint64(AlphaUnassociated) {
		return Alpha(h.extra[0])
	}
	return AlphaNone
}

// SegmentBytes returns what a pixel takes at most, in bytes, while its strip or
// tile is decoded.
func (h Header) SegmentBytes() int {
	if h.compression == compressionJPEG {
		return 16 // planes of three components, and the coefficients of progressive scans
	}
	return (h.PerPixel*h.bits + 7) / 8
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
		{&h.Photometric, tagPhotometric, -1}, {&h.Orientation, tagOrientation, 1}, {&h.bits, tagBitsPerSample, 1},
		{&h.compression, tagCompression, 1}, {&h.fillOrder, tagFillOrder, 1}, {&h.planar, tagPlanar, 1},
		{&h.predictor, tagPredictor, 1}, {&h.t4, tagT4Options, 0},
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
	if h.Photometric < 0 { // the tag is required, but fax programs leave it out
		h.Photometric = WhiteIsZero
	}
	return h, f.checkHeader(d, h)
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
	bits, err := f.values(d, tagBitsPerSample)
	if err != nil {
		return err
	}
	for _, b := range bits {
		if b != uint64(h.bits) {
			return UnsupportedError(fmt.Sprintf("a page with samples of %v bits", bits))
		}
	}
	switch h.bits {
	case 1, 2, 4, 8, 16:
	default:
		return UnsupportedError(fmt.Sprintf("a sample of %d bits", h.bits))
	}
	format, err := f.one(d, tagSampleFormat, 1)
	if err != nil {
		return err
	}
	if format != 1 && format != 4 { // unsigned, undefined
		return UnsupportedError(fmt.Sprintf("sample format %d", format))
	}
	if h.Photometric == YCbCr && h.compression != compressionJPEG {
		return UnsupportedError("YCbCr without JPEG compression")
	}
	if h.planar != 1 && h.planar != 2 {
		return fmt.Errorf("planar configuration %d does not exist", h.planar)
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
