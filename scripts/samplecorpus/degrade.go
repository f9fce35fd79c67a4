package main

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
)

// scan is a finished page.
type scan struct {
	*image.RGBA
	bilevel bool
}

// degrade does to a drawn page what scanning does: skew, faint ink, noise,
// stains, sometimes a fax's two tones.
func degrade(s *sheet, r *rand.Rand) scan {
	img := skew(s.RGBA, (r.Float64()-0.5)*0.05)
	contrast := 0.55 + 0.45*r.Float64()
	paper := 215 + r.IntN(41)
	noise := r.IntN(28)
	warm := r.IntN(5) == 0
	for i := 0; i < len(img.Pix); i += 4 {
		n := 0
		if noise > 0 {
			n = r.IntN(2*noise+1) - noise
		}
		for c := range 3 {
			v := paper - int(float64(255-int(img.Pix[i+c]))*contrast) + n
			if warm {
				v -= 14 * c
			}
			img.Pix[i+c] = uint8(max(0, min(255, v)))
		}
	}
	for range r.IntN(4) {
		stain(img, r)
	}
	out := scan{RGBA: img, bilevel: r.IntN(4) == 0}
	if out.bilevel {
		twoTones(img, uint8(110+r.IntN(70)))
	}
	return out
}

// skew shears a page a little both ways, which for small angles is a rotation.
func skew(src *image.RGBA, angle float64) *image.RGBA {
	dst := image.NewRGBA(src.Rect)
	sin := math.Sin(angle)
	cx, cy := src.Rect.Dx()/2, src.Rect.Dy()/2
	white := color.RGBA{255, 255, 255, 255}
	for y := range src.Rect.Dy() {
		dx := int(math.Round(float64(y-cy) * sin))
		for x := range src.Rect.Dx() {
			p := image.Pt(x+dx, y-int(math.Round(float64(x-cx)*sin)))
			if p.In(src.Rect) {
				dst.SetRGBA(x, y, src.RGBAAt(p.X, p.Y))
			} else {
				dst.SetRGBA(x, y, white)
			}
		}
	}
	return dst
}

// stain darkens a soft disc.
func stain(img *image.RGBA, r *rand.Rand) {
	cx, cy, radius := r.IntN(img.Rect.Dx()), r.IntN(img.Rect.Dy()), 4+r.IntN(50)
	depth := 10 + r.IntN(60)
	for y := max(0, cy-radius); y < min(img.Rect.Dy(), cy+radius); y++ {
		for x := max(0, cx-radius); x < min(img.Rect.Dx(), cx+radius); x++ {
			d := (x-cx)*(x-cx) + (y-cy)*(y-cy)
			if d >= radius*radius {
				continue
			}
			dark := depth * (radius*radius - d) / (radius * radius)
			for c := range 3 {
				p := &img.Pix[img.PixOffset(x, y)+c]
				*p = uint8(max(0, int(*p)-dark))
			}
		}
	}
}

func twoTones(img *image.RGBA, threshold uint8) {
	for i := 0; i < len(img.Pix); i += 4 {
		v := uint8(0)
		if img.Pix[i+1] >= threshold {
			v = 255
		}
		img.Pix[i], img.Pix[i+1], img.Pix[i+2] = v, v, v
	}
}
