package tiff

import (
	"errors"
	"fmt"
)

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

// Photometric interpretations.
const (
	WhiteIsZero = 0
	BlackIsZero = 1
	RGB         = 2
	Palette     = 3
	CMYK        = 5
	YCbCr       = 6
)

// What a sample beyond the colours is.
const (
	AlphaAssociated   = 1 // colours are premultiplied
	AlphaUnassociated = 2
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
	Extra         []uint64 // meaning of the samples behind the colours
	ColorMap      []uint64 // red, green and blue of all indices, 16 bits each

	bits, compression, fillOrder, planar, predictor, t4, jpegTables int
}

// Header reads what page n says of itself.
func (f *File) Header(n int) (h Header, err error) {
	d := f.pages[n]
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
	if h.Extra, err = f.values(d, tagExtraSamples); err != nil {
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

// Decode decodes page n. The caller has checked the size that Header told.
func (f *File) Decode(n int) (*Image, error) {
	h, err := f.Header(n)
	if err != nil {
		return nil, err
	}
	grid, err := f.grid(f.pages[n], h)
	if err != nil {
		return nil, err
	}
	img := &Image{Header: h, Samples: make([]uint8, h.Width*h.Height*h.PerPixel)}
	for i := range grid.offsets {
		if err := f.segment(img, grid, i, f.pages[n]); err != nil {
			return nil, fmt.Errorf("%s %d: %w", grid.name, i, err)
		}
	}
	return img, nil
}

// grid is how a page is cut into strips or tiles.
type grid struct {
	name            string // "strip" or "tile"
	width, height   int    // of a segment
	across, down    int    // segments of a plane
	offsets, counts []uint64
}

func (f *File) grid(d directory, h Header) (g grid, err error) {
	offsets, counts := uint16(tagStripOffsets), uint16(tagStripByteCounts)
	g.name, g.width = "strip", h.Width
	if _, tiled := d[tagTileOffsets]; tiled {
		g.name, offsets, counts = "tile", tagTileOffsets, tagTileByteCounts
		if g.width, err = f.one(d, tagTileWidth, 0); err != nil {
			return g, err
		}
		g.height, err = f.one(d, tagTileHeight, 0)
	} else if rows, e := f.values(d, tagRowsPerStrip); e != nil {
		err = e
	} else if g.height = h.Height; len(rows) > 0 && rows[0] < uint64(h.Height) {
		g.height = int(rows[0])
	}
	if err != nil {
		return g, err
	}
	if g.width < 1 || g.height < 1 || g.width > 1<<16+h.Width || g.height > 1<<16+h.Height {
		return g, fmt.Errorf("a %s is %d × %d pixels", g.name, g.width, g.height)
	}
	g.across, g.down = (h.Width+g.width-1)/g.width, (h.Height+g.height-1)/g.height
	if g.offsets, err = f.values(d, offsets); err != nil {
		return g, err
	}
	if g.counts, err = f.values(d, counts); err != nil {
		return g, err
	}
	return g, g.check(f, h)
}

func (g *grid) check(f *File, h Header) error {
	need := g.across * g.down
	if h.planar == 2 {
		need *= h.PerPixel
	}
	if len(g.offsets) < need {
		return fmt.Errorf("%d %ss are listed, %d are needed", len(g.offsets), g.name, need)
	}
	g.offsets = g.offsets[:need]
	if len(g.counts) == 0 && need == 1 && g.offsets[0] <= uint64(len(f.data)) {
		g.counts = []uint64{uint64(len(f.data)) - g.offsets[0]} // old writers leave it out
	}
	if len(g.counts) < need {
		return errors.New("the sizes of the " + g.name + "s are missing")
	}
	return nil
}
