package main

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"

	"github.com/go-fonts/liberation/liberationmonoregular"
	"github.com/go-fonts/liberation/liberationsansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"github.com/go-fonts/liberation/liberationserifbold"
	"github.com/go-fonts/liberation/liberationserifitalic"
	"github.com/go-fonts/liberation/liberationserifregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// typeface is a regular cut and the one for headings.
type typeface struct{ text, heading *opentype.Font }

func loadFonts() ([]typeface, error) {
	var parsed []*opentype.Font
	for _, data := range [][]byte{
		liberationserifregular.TTF, liberationserifbold.TTF, liberationsansregular.TTF,
		liberationsansbold.TTF, liberationmonoregular.TTF, liberationserifitalic.TTF,
	} {
		f, err := opentype.Parse(data)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
	}
	return []typeface{
		{parsed[0], parsed[1]}, {parsed[2], parsed[3]}, {parsed[4], parsed[4]}, {parsed[0], parsed[3]}, {parsed[5], parsed[1]},
	}, nil
}

// sheet is a page being drawn: A4 at about 85 dots an inch.
type sheet struct {
	*image.RGBA
	rand   *rand.Rand
	face   typeface
	size   float64 // of the text, in pixels
	margin int
	ink    color.RGBA
}

func newSheet(fonts []typeface, r *rand.Rand) *sheet {
	s := &sheet{
		RGBA: image.NewRGBA(image.Rect(0, 0, 640+r.IntN(120), 900+r.IntN(140))),
		rand: r, face: fonts[r.IntN(len(fonts))],
		size: 10 + 4*r.Float64(), margin: 40 + r.IntN(50),
	}
	draw.Draw(s, s.Rect, image.White, image.Point{}, draw.Src)
	grey := uint8(r.IntN(70))
	s.ink = color.RGBA{grey, grey, grey, 255}
	return s
}

func (s *sheet) width() int  { return s.Rect.Dx() }
func (s *sheet) height() int { return s.Rect.Dy() }

// between returns a number from a to b-1.
func (s *sheet) between(a, b int) int { return a + s.rand.IntN(b-a) }

// chance is true p times in a hundred.
func (s *sheet) chance(p int) bool { return s.rand.IntN(100) < p }

// box fills a rectangle.
func (s *sheet) box(x, y, w, h int, c color.Color) {
	draw.Draw(s, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
}

// frame draws a rectangle's outline.
func (s *sheet) frame(x, y, w, h int) {
	s.box(x, y, w, 1, s.ink)
	s.box(x, y+h, w+1, 1, s.ink)
	s.box(x, y, 1, h, s.ink)
	s.box(x+w, y, 1, h, s.ink)
}

// text writes one line with its baseline at y and returns where it ends.
func (s *sheet) text(x, y int, size float64, f *opentype.Font, line string) int {
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil { // the options are constants that it takes
		return x
	}
	d := font.Drawer{Dst: s, Src: image.NewUniform(s.ink), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(line)
	return d.Dot.X.Round()
}

// line writes a line of the page's text.
func (s *sheet) line(x, y int, line string) int { return s.text(x, y, s.size, s.face.text, line) }

// heading writes a line scale times as large.
func (s *sheet) heading(x, y int, scale float64, line string) int {
	return s.text(x, y, s.size*scale, s.face.heading, line)
}

// paragraph fills a column with sentences, ragged right, and returns the y below.
func (s *sheet) paragraph(x, y, width, lines int) int {
	step := int(s.size * 1.35)
	perLine := int(float64(width) / (s.size * 0.5))
	for n := range lines {
		room := perLine
		if n == lines-1 {
			room = perLine/3 + s.rand.IntN(perLine/2)
		}
		s.line(x, y, s.sentence(room))
		y += step
	}
	return y + step/2
}

// table draws a grid with text and figures and returns the y below.
func (s *sheet) table(x, y, width, columns, rows int, ruled bool) int {
	step := int(s.size * 1.8)
	column := width / columns
	for r := range rows + 1 {
		for c := range columns {
			cell := s.word()
			if c > 0 && r > 0 {
				cell = s.amount()
			}
			at := y + r*step - step/3
			if r == 0 {
				s.heading(x+c*column+4, at, 1, cell)
			} else {
				s.line(x+c*column+4, at, cell)
			}
			if ruled {
				s.frame(x+c*column, y+(r-1)*step, column, step)
			}
		}
		if !ruled && r == 0 {
			s.box(x, y+2, width, 1, s.ink)
		}
	}
	return y + (rows+1)*step
}

// scribble draws a signature-like stroke.
func (s *sheet) scribble(x, y, width int) {
	at := y
	for dx := range width {
		at += s.between(-3, 4)
		at = max(y-12, min(y+8, at))
		s.box(x+dx, at, 2, 2, s.ink)
	}
}
