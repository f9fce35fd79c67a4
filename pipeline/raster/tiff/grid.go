package tiff

import "fmt"

// grid is how a page is cut into strips or tiles.
type grid struct {
	name            string // "strip" or "tile"
	width, height   int    // of a segment
	across, down    int    // segments of a plane
	offsets, counts []uint64
	more            bool // segments are listed that are not needed
}

// headerSize is how many bytes of a file are no segment's.
const headerSize = 8

func (f *File) layGrid(d directory, h Header) (g grid, err error) {
	if g, err = f.layOut(d, h); err != nil {
		return g, err
	}
	if err := g.find(f, d, h); err != nil {
		return g, err
	}
	return g, g.locate(f, h)
}

// layOut reads the size of the segments.
func (f *File) layOut(d directory, h Header) (g grid, err error) {
	if _, tiled := d[tagTileWidth]; tiled {
		g, err = f.tiles(d)
	} else {
		g, err = f.strips(d, h)
	}
	if err != nil {
		return g, err
	}
	if g.width < 1 || g.height < 1 {
		return g, fmt.Errorf("a %s is %d × %d pixels", g.name, g.width, g.height)
	}
	if err := f.checkSize(g.name, g.width, g.height, h.PerPixel); err != nil {
		return g, err
	}
	g.across, g.down = (h.Width+g.width-1)/g.width, (h.Height+g.height-1)/g.height
	return g, nil
}

func (f *File) tiles(d directory) (g grid, err error) {
	g.name = "tile"
	if g.width, err = f.one(d, tagTileWidth, 0); err != nil {
		return g, err
	}
	g.height, err = f.one(d, tagTileHeight, 0)
	return g, err
}

func (f *File) strips(d directory, h Header) (grid, error) {
	g := grid{name: "strip", width: h.Width, height: h.Height}
	rows, err := f.values(d, tagRowsPerStrip)
	if err == nil && len(rows) > 0 && rows[0] < uint64(h.Height) {
		g.height = int(rows[0])
	}
	return g, err
}

// find reads where the segments are and their sizes. Some writers put tiles under the
// strips' tags.
func (g *grid) find(f *File, d directory, h Header) (err error) {
	offsets, counts := uint16(tagStripOffsets), uint16(tagStripByteCounts)
	if _, ok := d[tagTileOffsets]; ok && g.name == "tile" {
		offsets, counts = tagTileOffsets, tagTileByteCounts
	}
	n := max(g.need(h)+1, maxValues)
	if g.offsets, err = f.list(d, offsets, n); err != nil {
		return err
	}
	g.counts, err = f.list(d, counts, n)
	return err
}

// need returns how many segments a page has.
func (g *grid) need(h Header) int {
	if h.planar == 2 {
		return g.across * g.down * h.PerPixel
	}
	return g.across * g.down
}

// locate makes the lists as long as they must be.
func (g *grid) locate(f *File, h Header) error {
	need := g.need(h)
	if len(g.offsets) < need {
		return fmt.Errorf("%d %ss are listed, %d are needed", len(g.offsets), g.name, need)
	}
	for i, at := range g.offsets[:need] {
		if at < headerSize {
			return fmt.Errorf("%s %d is missing", g.name, i)
		}
	}
	if h.compression == compressionNone && len(g.offsets) > need && !g.isWhole(h) {
		return fmt.Errorf("%d %ss are listed, %d are needed, and the first does not hold its samples", len(g.offsets), g.name, need)
	}
	g.more = len(g.offsets) > need
	g.offsets = g.offsets[:need]
	if len(g.counts) == 0 || need == 1 && g.counts[0] == 0 { // old writers leave them out
		g.counts = make([]uint64, need)
		for i, at := range g.offsets {
			g.counts[i] = uint64(len(f.data)) - min(at, uint64(len(f.data)))
		}
	}
	if len(g.counts) < need {
		return fmt.Errorf("the sizes of %d %ss are listed, %d are needed", len(g.counts), g.name, need)
	}
	return nil
}

// isWhole reports whether the first of more segments than needed holds what it must, or
// goes on in the next ones.
func (g *grid) isWhole(h Header) bool {
	n := h.PerPixel
	if h.planar == 2 {
		n = 1
	}
	if len(g.counts) < len(g.offsets) || g.counts[0] >= uint64(g.height)*uint64((g.width*n*h.bits+7)/8) {
		return true
	}
	for i, at := range g.offsets[1:] {
		if g.offsets[i]+g.counts[i] != at {
			return false
		}
	}
	return true
}

// region is the part of the page that a segment covers.
type region struct {
	x, y, width, height int // what of it is on the page
	rows                int // that its data holds: fewer in the last strip
	plane               int // sample it holds, in planar pages
	perPixel            int // samples a pixel of its data
}

func (g grid) region(i int, h Header) region {
	p := region{perPixel: h.PerPixel}
	if h.planar == 2 {
		p.perPixel = 1
		p.plane = i / (g.across * g.down)
		i %= g.across * g.down
	}
	p.x, p.y = i%g.across*g.width, i/g.across*g.height
	p.width, p.height = min(g.width, h.Width-p.x), min(g.height, h.Height-p.y)
	p.rows = g.height
	if g.name == "strip" {
		p.rows = p.height
	}
	return p
}
