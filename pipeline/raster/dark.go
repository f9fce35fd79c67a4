package raster

// used is how many of the 256 levels samples of twelve bits take where they stand in
// sixteen.
const used = 16

// markRange warns of a page of 16-bit samples that has nothing but the darkest levels,
// or, where 0 is white, nothing but the lightest.
func (p *Page) markRange(zeroIsWhite bool) *Page {
	from, warning := uint8(0), Dark
	if zeroIsWhite {
		from, warning = 0xff-used+1, Empty
	}
	for _, v := range p.Pix {
		if v-from >= used {
			return p
		}
	}
	p.Warning = warning
	return p
}
