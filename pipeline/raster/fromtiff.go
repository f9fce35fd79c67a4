package raster

import (
	"context"
	"errors"
	"fmt"

	"cutpoint/pipeline/raster/tiff"
)

// tiffDocument reads the directories of a TIFF.
type tiffDocument struct{ file *tiff.File }

func openTIFF(data []byte, limits Limits) (decoder, error) {
	f, err := tiff.Open(data, tiff.Limits{Pages: limits.MaxPages, Pixels: limits.MaxPixels})
	var raw tiff.CameraRawError
	switch {
	case errors.As(err, &raw):
		return nil, errUnread("this is " + raw.Error())
	case err != nil:
		return nil, err
	}
	return tiffDocument{f}, nil
}

func (d tiffDocument) pages() int { return d.file.Pages() }

// measure counts the samples, a segment that holds all of them, the page if it is
// not the samples themselves, and that turned upright.
func (d tiffDocument) measure(page int) (extent, error) {
	h, err := d.file.Header(page)
	if err != nil {
		return extent{}, err
	}
	e := extent{h.Width, h.Height, h.PerPixel + h.SegmentBytes()}
	channels := 3
	if h.Photometric <= tiff.BlackIsZero && h.PerPixel == 1 {
		channels = 1
	}
	if h.PerPixel != channels || h.Photometric == tiff.Palette {
		e.perPixel += channels
	}
	if h.Orientation > 1 {
		e.perPixel += channels
	}
	return e, nil
}

func (d tiffDocument) decode(ctx context.Context, page int) (*Page, error) {
	img, err := d.file.Decode(ctx, page)
	if err != nil {
		return nil, err
	}
	white := img.Inverted()
	p, err := colors(img)
	if err != nil {
		return nil, err
	}
	switch {
	case img.Lost*tolerated > img.Height:
		p.Warning = Incomplete
	case img.Deep():
		p.markRange(white)
	}
	return p.upright(img.Orientation), nil
}

// tolerated: a fax has flaws; it is incomplete when more than one line of so many is lost.
const tolerated = 100

// colors interprets a TIFF's samples (TIFF 6.0, PhotometricInterpretation). The
// samples become the page where they already are what it holds.
func colors(img *tiff.Image) (*Page, error) {
	n, w, h := img.PerPixel, img.Width, img.Height
	pixels := func(y int) []uint8 { return img.Samples[y*w*n:][:w*n] }
	switch photometric := img.Photometric; {
	case photometric == tiff.BlackIsZero:
		return greys(img, pixels), nil
	case photometric == tiff.Palette:
		return paletted(img, pixels)
	case photometric == tiff.RGB && n == 3:
		return &Page{Width: w, Height: h, Channels: 3, Pix: img.Samples}, nil
	case photometric == tiff.RGB && n > 3:
		return byRow(w, h, 3, func(row []uint8, y int) { rgbRow(row, pixels(y), n, img.Alpha(3)) }), nil
	case photometric == tiff.CMYK && n >= 4:
		return byRow(w, h, 3, func(row []uint8, y int) { cmykRow(row, pixels(y), n) }), nil
	}
	return nil, tiff.UnsupportedError(colorModel(img.Photometric))
}

// colorModel names what is not read.
func colorModel(photometric int) string {
	switch photometric {
	case tiff.YCbCr:
		return "YCbCr with further samples"
	case tiff.CIELab, 9, 10:
		return "the colour model CIELab"
	case 32844, 32845:
		return "the colour model LogLuv"
	case 32803, 34892:
		return "raw camera data"
	}
	return fmt.Sprintf("this colour model (%d)", photometric)
}

func rgbRow(row, src []uint8, n int, alpha tiff.Alpha) {
	switch alpha {
	case tiff.AlphaAssociated:
		associatedRow(row, src, n)
	case tiff.AlphaUnassociated:
		straightRow(row, src, n)
	default:
		for i := 0; i+2 < len(row); i += 3 {
			copy(row[i:i+3], src[i/3*n:])
		}
	}
}

// associatedRow blends pixels of n samples over white, the first four R, G, B and
// the alpha that is multiplied into them.
func associatedRow(row, src []uint8, n int) {
	for i := 0; i+2 < len(row); i += 3 {
		out, in := row[i:i+3], src[i/3*n:][:4]
		for c := range out {
			out[c] = associated(in[c], in[3])
		}
	}
}

// associated divides a colour by its alpha and blends it over white, with Pillow's
// rounding of both (Unpack.c, unpackRGBa).
func associated(c, alpha uint8) uint8 {
	switch alpha {
	case 0:
		return 0xff
	case 0xff:
		return c
	}
	return over(uint8(min(0xff, int(c)*0xff/int(alpha))), alpha)
}

func greys(img *tiff.Image, pixels func(y int) []uint8) *Page {
	n := img.PerPixel
	if n == 1 {
		return &Page{Width: img.Width, Height: img.Height, Channels: 1, Pix: img.Samples}
	}
	alpha := img.Alpha(1)
	return byRow(img.Width, img.Height, 1, func(row []uint8, y int) {
		for x, src := 0, pixels(y); x < len(row); x, src = x+1, src[n:] {
			switch row[x] = src[0]; alpha {
			case tiff.AlphaAssociated:
				row[x] = associated(src[0], src[1])
			case tiff.AlphaUnassociated:
				row[x] = over(src[0], src[1])
			}
		}
	})
}

// paletted looks indices up; the map holds all reds, then greens, then blues. A
// palette of greys makes a grey page.
func paletted(img *tiff.Image, pixels func(y int) []uint8) (*Page, error) {
	size := len(img.ColorMap) / 3
	if size == 0 {
		return nil, errors.New("the page has no palette for its indices")
	}
	if most := int(greatest(img)); most >= size {
		return nil, fmt.Errorf("the page has the index %d and a palette of %d colours", most, size)
	}
	var table [256][3]uint8
	grey := true
	for i := range min(size, len(table)) {
		for c := range 3 {
			table[i][c] = uint8(img.ColorMap[c*size+i] >> 8)
		}
		grey = grey && table[i][0] == table[i][1] && table[i][1] == table[i][2]
	}
	channels := 3
	if grey {
		channels = 1
	}
	n, alpha := img.PerPixel, img.Alpha(1)
	return byRow(img.Width, img.Height, channels, func(row []uint8, y int) {
		src := pixels(y)
		for x := range img.Width {
			out := row[channels*x:][:channels]
			copy(out, table[src[x*n]][:])
			if alpha == tiff.AlphaUnassociated {
				for c := range out {
					out[c] = over(out[c], src[x*n+1])
				}
			}
		}
	}), nil
}

// greatest returns the greatest index of a page.
func greatest(img *tiff.Image) (most uint8) {
	for i := 0; i < len(img.Samples); i += img.PerPixel {
		most = max(most, img.Samples[i])
	}
	return most
}
