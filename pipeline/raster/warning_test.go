package raster

import (
	"math/rand/v2"
	"testing"
)

// blank is an A4 page at 150 dpi of one colour.
func blank(colour ...uint8) *Page {
	p := newPage(1240, 1754, len(colour))
	for i := range p.Pix {
		p.Pix[i] = colour[i%len(colour)]
	}
	return p
}

// ink darkens a rectangle of a page by levels.
func (p *Page) ink(x, y, w, h int, levels uint8) *Page {
	for j := y; j < y+h; j++ {
		for i := (j*p.Width + x) * p.Channels; i < (j*p.Width+x+w)*p.Channels; i++ {
			p.Pix[i] -= levels
		}
	}
	return p
}

func noisy(p *Page, levels int) *Page {
	r := rand.New(rand.NewPCG(1, 1))
	for i := range p.Pix {
		p.Pix[i] = uint8(int(p.Pix[i]) - r.IntN(levels))
	}
	return p
}

// TestEmpty: what is empty is one colour up to a scanner's noise; the smallest mark
// of a person is not.
func TestEmpty(t *testing.T) {
	marked := blank(200)
	marked.Warning = Dark
	for name, c := range map[string]struct {
		page *Page
		want Warning
	}{
		"white":                    {blank(255), Empty},
		"black":                    {blank(0), Empty},
		"grey paper, to be padded": {blank(230), Empty},
		"one colour":               {blank(250, 240, 20), Empty},
		"noise":                    {noisy(blank(250), 30), Empty},
		"noise in colour":          {noisy(blank(250, 245, 230), 30), Empty},
		"one speck of dust":        {blank(255).ink(600, 800, 1, 1, 255), Empty},
		"a full stop":              {blank(255).ink(600, 800, 3, 3, 255), ""},
		"a page number":            {blank(255).ink(610, 1700, 3, 14, 255).ink(618, 1700, 3, 14, 255), ""},
		"a faint stamp":            {blank(255).ink(300, 300, 200, 80, 12), ""},
		"a blue mark":              {blank(255, 255, 255).ink(300, 300, 40, 40, 20), ""},
		"already marked":           {marked, Dark},
		"one pixel":                {newPage(1, 1, 1), Empty},
	} {
		t.Run(name, func(t *testing.T) {
			for _, fit := range []Fit{Squash, Pad} {
				p := *c.page
				p.Prepare(make([]uint8, 3*224*224), 224, Preparation{Fit: fit})
				if p.Warning != c.want {
					t.Errorf("%s: warning %q, want %q", fit, p.Warning, c.want)
				}
			}
		})
	}
}

// BenchmarkEmpty is the case that is read to its end.
func BenchmarkEmpty(b *testing.B) {
	pix := make([]uint8, 3*224*224)
	for b.Loop() {
		if !isFlat(pix, 3) {
			b.Fatal("it is flat")
		}
	}
}

func BenchmarkPrepareA4(b *testing.B) {
	p, dst := blank(255, 255, 255), make([]uint8, 3*224*224)
	for b.Loop() {
		p.Warning = Dark
		p.Prepare(dst, 224, Preparation{})
	}
}
