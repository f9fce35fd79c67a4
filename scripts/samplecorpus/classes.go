package main

import (
	"fmt"
	"image/color"
)

// class is a kind of document and how one page of it is drawn. Classes share
// blocks, a letterhead or a table, so that no single block gives one away.
type class struct {
	name string
	draw func(*sheet) *sheet
}

var classes = []class{
	{"letter", letter}, {"invoice", invoice}, {"form", form}, {"article", article}, {"report", report}, {"slide", slide},
}

// letterhead draws a sender at the top, sometimes with a mark, and returns the y below.
func (s *sheet) letterhead() int {
	x, y := s.margin, s.margin+20
	if s.chance(40) {
		x = s.width() / 2
	}
	if s.chance(50) {
		s.box(s.margin, y-20, s.between(20, 60), s.between(15, 40), shade(s))
		x = max(x, s.margin+80)
	}
	s.heading(x, y, 1.5, s.name()+" & Co.")
	s.line(x, y+int(s.size*1.6), fmt.Sprintf("%s Street %d", s.title(1), s.between(1, 200)))
	if s.chance(60) {
		s.box(s.margin, y+int(s.size*3), s.width()-2*s.margin, 1, s.ink)
	}
	return y + int(s.size*5)
}

func shade(s *sheet) color.RGBA {
	v := uint8(s.between(60, 200))
	if s.chance(25) {
		return color.RGBA{v, uint8(s.between(60, 200)), uint8(s.between(60, 200)), 255}
	}
	return color.RGBA{v, v, v, 255}
}

func letter(s *sheet) *sheet {
	y := s.margin + 30
	if s.chance(75) {
		y = s.letterhead()
	}
	step := int(s.size * 1.4)
	if s.chance(50) {
		s.line(s.width()-s.margin-120, y, s.date())
	} else {
		s.line(s.margin, y, s.date())
	}
	y += 2 * step
	for range s.between(2, 5) {
		s.line(s.margin, y, s.title(2))
		y += step
	}
	y += step
	s.line(s.margin, y, "Dear "+s.name()+",")
	y += 2 * step
	for range s.between(1, 6) {
		if y > s.height()-260 {
			break
		}
		y = s.paragraph(s.margin, y, s.width()-2*s.margin, s.between(2, 7))
	}
	if s.chance(15) {
		y = s.table(s.margin+20, y+step, s.width()-2*s.margin-40, 3, s.between(2, 4), false)
	}
	s.line(s.margin, y+step, "Yours sincerely,")
	if s.chance(75) {
		s.scribble(s.margin+10, y+4*step, s.between(60, 140))
	}
	s.line(s.margin, y+6*step, s.name())
	return s
}

func invoice(s *sheet) *sheet {
	y := s.letterhead()
	if s.chance(70) {
		s.heading(s.margin, y, 1.3+s.rand.Float64(), "Invoice")
	}
	s.line(s.width()-s.margin-140, y, fmt.Sprintf("No. %d", s.between(1000, 99999)))
	y += int(s.size * 3)
	for range s.between(1, 5) {
		s.line(s.margin, y, s.title(2))
		y += int(s.size * 1.4)
	}
	y += 20
	if s.chance(40) {
		y = s.paragraph(s.margin, y, s.width()-2*s.margin, s.between(1, 4))
	}
	y = s.table(s.margin, y+int(s.size*2), s.width()-2*s.margin, s.between(3, 6), s.between(3, 13), s.chance(55))
	s.heading(s.width()-s.margin-170, y+20, 1.1, "Total "+s.amount())
	if s.chance(50) {
		s.paragraph(s.margin, y+60, s.width()-2*s.margin, s.between(1, 4))
	}
	return s
}

func form(s *sheet) *sheet {
	y := s.margin + 20
	if s.chance(35) {
		y = s.letterhead()
	}
	s.heading(s.margin, y, 1.4, s.title(s.between(2, 5)))
	y += int(s.size * 3)
	rows := s.between(6, 18)
	step := min((s.height()-y-s.margin)/rows, s.between(30, 60))
	boxed := s.chance(60)
	for range rows {
		halves := s.between(1, 3)
		w := (s.width() - 2*s.margin) / halves
		for h := range halves {
			x := s.margin + h*w
			end := s.line(x+4, y+int(s.size)+2, s.title(s.between(1, 3))+":")
			if boxed {
				s.frame(x, y, w, step)
			} else {
				s.box(end+6, y+int(s.size)+3, max(10, x+w-end-20), 1, s.ink)
			}
			if s.chance(45) {
				s.scribble(min(end+20, x+w-30), y+int(s.size), s.between(10, max(11, min(80, x+w-end-20))))
			}
			if s.chance(20) {
				s.frame(x+w-24, y+6, 12, 12)
			}
		}
		y += step
	}
	return s
}

func article(s *sheet) *sheet {
	y := s.margin + 30
	if s.chance(70) {
		s.heading(s.margin, y, 1.6+s.rand.Float64(), s.title(s.between(2, 5)))
		y += int(s.size * 2.5)
		s.line(s.margin, y, s.name()+", "+s.name())
		y += int(s.size * 2)
	}
	columns := s.between(1, 4)
	gap := 18
	w := (s.width() - 2*s.margin - gap*(columns-1)) / columns
	for c := range columns {
		x, at := s.margin+c*(w+gap), y
		for at < s.height()-s.margin-80 {
			if s.chance(15) {
				h := s.between(60, 160)
				if at+h > s.height()-s.margin-30 {
					break
				}
				s.figure(x, at, w, h)
				at += h + int(s.size*2)
			}
			if s.chance(25) {
				s.heading(x, at, 1.15, s.title(2))
				at += int(s.size * 1.8)
			}
			lines := min(s.between(4, 16), (s.height()-s.margin-at)/int(s.size*1.35))
			at = s.paragraph(x, at, w, max(1, lines))
		}
	}
	return s
}

// figure draws a chart or a grey plate.
func (s *sheet) figure(x, y, w, h int) {
	if s.chance(40) {
		s.box(x, y, w, h, shade(s))
		return
	}
	s.box(x, y, 1, h, s.ink)
	s.box(x, y+h, w, 1, s.ink)
	bars := s.between(3, 9)
	for b := range bars {
		bar := s.between(5, h)
		s.box(x+4+b*w/bars, y+h-bar, max(3, w/bars-6), bar, shade(s))
	}
}

func report(s *sheet) *sheet {
	y := s.margin + 20
	if s.chance(30) {
		y = s.letterhead()
	}
	s.heading(s.margin, y, 1.3+0.5*s.rand.Float64(), s.title(s.between(2, 4)))
	y += int(s.size * 3)
	for y < s.height()-260 {
		switch s.between(0, 3) {
		case 0:
			y = s.paragraph(s.margin, y, s.width()-2*s.margin, s.between(2, 8))
		case 1:
			y = s.table(s.margin, y+int(s.size), s.width()-2*s.margin, s.between(3, 7), s.between(4, 9), s.chance(40))
		case 2:
			h := s.between(80, 200)
			s.figure(s.margin+s.between(0, 60), y, s.between(200, s.width()-2*s.margin-60), h)
			y += h + int(s.size*2)
		}
		y += int(s.size)
	}
	return s
}

func slide(s *sheet) *sheet {
	if s.chance(30) {
		s.box(0, 0, s.width(), s.between(40, 120), shade(s))
	}
	y := s.margin + 60
	s.heading(s.margin, y, 2+s.rand.Float64(), s.title(s.between(1, 4)))
	y += int(s.size * 5)
	for range s.between(2, 7) {
		s.box(s.margin, y-8, 6, 6, s.ink)
		s.text(s.margin+18, y, s.size*1.5, s.face.text, s.sentence(s.between(15, 45)))
		y += int(s.size * (3 + 2*s.rand.Float64()))
	}
	if s.chance(55) && y < s.height()-200 {
		s.figure(s.margin+30, y, s.width()-2*s.margin-60, s.between(100, max(101, s.height()-y-s.margin)))
	}
	return s
}
