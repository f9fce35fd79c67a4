// Package kernel holds the arithmetic that the CPU engine spends its time in.
// Each kernel is a quartet: the documented function type here, a generic twin in
// Go that is always compiled and is the reference in tests, an assembly version,
// and the choice between them, made once from what the processor has. The build
// tag purego leaves all assembly out.
package kernel

import (
	"fmt"
	"slices"
	"strings"
)

// Tile is one call of a matrix kernel: a few output pixels × one panel of output
// channels, summed over all taps and input channels in one go:
//
//	dst[p][j] = act(bias[j] + Σ_{y,x,c} src[(p + x)·PixelStride + y·RowStride + c] · panel[y][x][c][j])
//
// A 3×3 convolution has 3×3 taps; a fully connected layer has one tap, the pages
// of a batch as its pixels and all inputs as its channels. The sum's order is
// y, x, c for every value, whatever the tile, so that a page's result does not
// depend on its neighbours. Strides are in bytes.
type Tile struct {
	Dst   *float32 // (pixels, Columns), DstStride apart
	Src   *float32
	Panel *float32 // (TapRows, TapColumns, Channels, Columns)
	Bias  *float32 // (Columns)

	TapRows, TapColumns, Channels     int // each at least 1
	PixelStride, RowStride, DstStride int
	ReLU                              int // 1: max(0, ·), NaN stays NaN; 0: identity
}

// Float32 is a set of kernels of one instruction set.
type Float32 struct {
	Name    string
	Columns int     // output channels of a panel
	Tiles   []Sized // descending by pixels; together they cover every width of VGG19
	// Max4 sets dst[i] = max(a[i], b[i], c[i], d[i]) for i < n, a multiple of 8.
	Max4 func(dst, a, b, c, d *float32, n int)
}

// Sized is a matrix kernel for one number of pixels.
type Sized struct {
	Pixels int
	Run    func(*Tile)
}

// Available returns the names of the kernel sets that this machine can run, best first.
func Available() []string {
	var names []string
	for _, k := range sets() {
		names = append(names, k.Name)
	}
	return names
}

// Select returns a kernel set by name; "" is the best one.
func Select(name string) (Float32, error) {
	all := sets()
	if name == "" {
		return all[0], nil
	}
	i := slices.IndexFunc(all, func(k Float32) bool { return k.Name == name })
	if i < 0 {
		return Float32{}, fmt.Errorf("kernel %q cannot run on this machine; it has %s", name, strings.Join(Available(), ", "))
	}
	return all[i], nil
}

// Cover splits width pixels into tiles of the set's sizes, widest first where
// that comes out even. The last resort is a tile of the narrowest size whose
// surplus pixels the caller must have room for.
func (k Float32) Cover(width int) []Sized {
	wide, narrow := k.Tiles[0], k.Tiles[len(k.Tiles)-1]
	for n := width / wide.Pixels; n >= 0; n-- {
		if rest := width - n*wide.Pixels; rest%narrow.Pixels == 0 {
			return append(slices.Repeat([]Sized{wide}, n), slices.Repeat([]Sized{narrow}, rest/narrow.Pixels)...)
		}
	}
	return slices.Repeat([]Sized{narrow}, (width+narrow.Pixels-1)/narrow.Pixels)
}
