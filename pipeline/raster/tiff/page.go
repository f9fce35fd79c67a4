package tiff

import "fmt"

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
	if err := f.readFields(d, &h); err != nil {
		return h, err
	}
	h.Orientation = f.orientation(d)
	if h.compression == compressionOldJPEG {
		h.fixOldJPEG(d)
	}
	if h.bits == 16 && !h.isSigned() {
		h.depth = depthOf(f.oneOr(d, tagMaxSampleValue, 0))
	}
	if h.Photometric < 0 { // the tag is required, but fax programs and others leave it out
		h.guessColors()
	}
	h.inverted = h.Photometric == WhiteIsZero
	if err = f.checkHeader(d, h); err != nil {
		return h, err
	}
	if _, tiled := d[tagTileWidth]; tiled {
		return h, f.measureTiles(d, &h)
	}
	return h, nil
}

// readFields reads the fields that every page has. One that has several values where it
// should have one leads elsewhere in a damaged file.
func (f *File) readFields(d directory, h *Header) (err error) {
	for _, t := range []struct {
		to     *int
		tag    uint16
		absent int
		list   bool // a value for each sample
	}{
		{&h.Width, tagWidth, 0, false}, {&h.Height, tagHeight, 0, false},
		{&h.PerPixel, tagSamplesPerPixel, 1, false}, {&h.bits, tagBitsPerSample, 1, true}, {&h.format, tagSampleFormat, formatUnsigned, true},
		{&h.Photometric, tagPhotometric, -1, false}, {&h.planar, tagPlanar, 1, false},
		{&h.compression, tagCompression, 1, false}, {&h.predictor, tagPredictor, 1, false},
		{&h.fillOrder, tagFillOrder, 1, false}, {&h.t4, tagT4Options, 0, false},
	} {
		if v, ok := d[t.tag]; ok && (v.count == 0 || v.count > 1 && v.far && !t.list) {
			return fmt.Errorf("tag %d has %d values", t.tag, v.count)
		}
		if *t.to, err = f.one(d, t.tag, t.absent); err != nil {
			return err
		}
	}
	if h.extra, err = f.values(d, tagExtraSamples); err != nil {
		return err
	}
	h.ColorMap, err = f.values(d, tagColorMap)
	return err
}

// measureTiles notes what a tile takes, which may be larger than the page.
func (f *File) measureTiles(d directory, h *Header) error {
	g, err := f.layOut(d, *h)
	if err != nil {
		return err
	}
	h.segment = int64(g.width) * int64(g.height)
	if h.compression != compressionOldJPEG {
		return nil
	}
	if h.segment *= int64(g.across) * int64(g.down); h.segment > f.limits.Pixels { // all tiles are one JPEG
		return fmt.Errorf("%w: the tiles have %d pixels, the limit is %d", ErrTooLarge, h.segment, f.limits.Pixels)
	}
	return nil
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
	if err := h.checkColors(); err != nil {
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

// checkSize holds a page or tile against the limit: its pixels, and its samples at
// four a pixel.
func (f *File) checkSize(what string, width, height, perPixel int) error {
	pixels := int64(width) * int64(height) // both have 31 bits
	if pixels > f.limits.Pixels || pixels*int64(perPixel) > 4*f.limits.Pixels {
		return fmt.Errorf("%w: the %s is %d × %d pixels of %d samples, the limit is %d pixels", ErrTooLarge, what, width, height, perPixel, f.limits.Pixels)
	}
	return nil
}
