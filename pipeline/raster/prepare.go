package raster

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"strings"

	"cutpoint/pipeline/raster/pdf/fonts"
	"cutpoint/pipeline/raster/resample"
)

// Fit says how a page of any proportions becomes a square.
type Fit string

// The values of Fit.
const (
	// Squash resizes the whole page, whatever its proportions.
	Squash Fit = "squash"
	// Pad resizes the whole page to fit and leaves white on two sides, as Pillow's
	// ImageOps.pad does with the colour white.
	Pad Fit = "pad"
	// Crop resizes the page so that its shorter side has 256 pixels to the square's 224,
	// and takes the middle, as torchvision's Resize(256) and CenterCrop(224) do.
	Crop Fit = "crop"
)

// Fits lists them.
func Fits() []Fit { return []Fit{Squash, Pad, Crop} }

// ParseFit returns the Fit of a name.
func ParseFit(name string) (Fit, error) {
	var names []string
	for _, f := range Fits() {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("unknown way to resize %q; it is one of %s", name, strings.Join(names, ", "))
}

// Preparation says all that decides the pixels that the trunk takes. The zero value is
// that of the preset document.
type Preparation struct {
	Decoding
	Fit    Fit
	Filter resample.Filter
}

// Decoding is the part of a preparation that decides how pages are decoded. The zero
// value decodes whole JPEG files, and renders PDF pages by their longer side with the
// program's own fonts.
type Decoding struct {
	FastDecode bool      // decode large JPEG files at a fraction of their size: see jpegDocument
	PDFDPI     float64   // resolution of rendered pages; 0 = pdf.LongSide pixels on the longer side
	Fonts      fonts.Set // what text is drawn with whose font a PDF does not hold
}

// Prepare fills dst with the page. It is bit-exact with Pillow's Image.resize on images
// of mode L and RGB. A page that shows nothing gets the warning Empty, if it has none.
//
//	dst  (size, size, 3) RGB
func (p *Page) Prepare(dst []uint8, size int, how Preparation) {
	how = how.OrDefault()
	width, height := how.Fit.scaled(p.Width, p.Height, size)
	part := image.Rect(0, 0, width, height)
	left, top := 0, 0 // of the part in the square
	switch how.Fit {
	case Pad:
		left, top = half(size-width), half(size-height)
		fillWhite(dst, width, height, size)
	case Crop:
		part = image.Rect(0, 0, size, size).Add(image.Pt(half(width-size), half(height-size)))
	}
	m := resample.Resize(resample.Image{Width: p.Width, Height: p.Height, Channels: p.Channels, Pix: p.Pix}, width, height, how.Filter, part)
	if p.Warning == "" && isFlat(m.Pix, m.Channels) {
		p.Warning = Empty
	}
	for y := range m.Height {
		toRGB(dst[3*((top+y)*size+left):], m.Pix[y*m.Width*m.Channels:][:m.Width*m.Channels], m.Channels)
	}
}

// OrDefault returns the preparation with what is not set taken from the preset document.
func (how Preparation) OrDefault() Preparation {
	how.Fit, how.Filter = cmp.Or(how.Fit, Squash), cmp.Or(how.Filter, resample.Bilinear)
	return how
}

// scaled returns the size that the whole page has when it is resized.
func (f Fit) scaled(width, height, size int) (int, int) {
	w, h := float64(width), float64(height)
	switch {
	case f == Pad && width > height: // ImageOps.contain; a side of no pixels gets one
		return size, max(1, int(math.RoundToEven(float64(h/w)*float64(size))))
	case f == Pad && width < height:
		return max(1, int(math.RoundToEven(float64(w/h)*float64(size)))), size
	case f == Crop && width < height: // torchvision's _compute_resized_image_output_size
		short := size * 256 / 224
		return short, int(float64(short*height) / w)
	case f == Crop:
		short := size * 256 / 224
		return int(float64(short*width) / h), short
	}
	return size, size
}

// half is Python's round(n / 2), which goes to the even neighbour.
func half(n int) int { return int(math.RoundToEven(float64(n) / 2)) }

// fillWhite makes the square white if the page does not fill it.
func fillWhite(dst []uint8, width, height, size int) {
	if width == size && height == size {
		return
	}
	for i := range dst[:3*size*size] {
		dst[i] = 0xff
	}
}

func toRGB(dst, row []uint8, channels int) {
	if channels == 3 {
		copy(dst, row)
		return
	}
	for i, v := range row {
		dst[3*i], dst[3*i+1], dst[3*i+2] = v, v, v
	}
}
