package kernel

// AMX is the name, in options and messages, of the kernels on AMX's tiles.
const AMX = "amx"

// Tiles are the kernels on AMX's tiles of bfloat16 pairs (TDPBF16PS). The zero value is
// the generic twin, which serves as the reference.
type Tiles struct{ isa tileISA }

// tileISA is what computes on tiles.
type tileISA uint8

const (
	genericTiles tileISA = iota
	amx
)

// DetectTiles returns the kernels in AMX, if the processor has it and the system lets
// this process use it.
func DetectTiles() (k Tiles, ok bool) { return Tiles{detectedTiles}, detectedTiles == amx }

// Name returns "amx" or "generic".
func (k Tiles) Name() string {
	if k.isa == amx {
		return AMX
	}
	return names[generic]
}

// Sizes of tiles: rows of a tile, pairs in a row, outputs of a panel (two tiles).
const (
	TileRows  = 16
	TileDepth = 16
	TileWidth = 32
)

// StepLen is the number of pairs of weights that a step takes from a panel.
const StepLen = TileDepth * TileWidth

// TileStep is a product of sixteen pairs: where they begin behind a block's first pair, and
// where their weights do behind its first weight. Both count pairs.
type TileStep struct{ Src, Panel int }

// TileBlock is where a block begins in the slices of a TileProduct.
type TileBlock struct{ Src, Dst, Init, Panel int }

// TileProduct is rows of bfloat16 pairs times panels of weights, with float32 sums. For the
// rows i of a block b
//
//	dst[b.Dst + i·DstStride] = init[b.Init + i·InitStride] +
//	    Σ_s Σ_{l<16} src[b.Src + row(i) + Steps[s].Src + l] · panel[b.Panel + Steps[s].Panel + 32·l]
//
// where dst, init and panel are vectors of 32 values, and a pair's product is that of its
// even values plus that of its odd ones. A block is computed by two tiles: Upper rows that
// lie SrcStride apart, and Lower rows that begin SrcLower after them. In a matrix these
// follow on each other; in a convolution they are two lines of a map, and a step is a tap
// and a part of the channels. All lengths count pairs, and floats in Dst and Init.
//
// TDPBF16PS, as Intel's manual (SDM volume 2) and the generic twin have it to the last bit,
// sums the products of sixteen pairs from zero, those of even and of odd values apart, adds
// the two sums, and then adds that to the result. It ignores MXCSR: it rounds to
// nearest even, and subnormal numbers are zero on the way in and out.
type TileProduct struct {
	Upper, Lower int // rows of a block's tiles: 1 to 16, and 0 to 16
	Dst          []float32
	DstStride    int
	Src          []Pair
	SrcStride    int
	SrcLower     int
	Panel        []Pair
	Init         []float32 // the bias, or sums to go on from
	InitStride   int       // 0 gives all rows the same
	Blocks       []TileBlock
	Steps        []TileStep
	Streaming    bool // weights are read once, and need not stay in the first-level cache
}

// Multiply computes the blocks. Dst may be Init, row for row; otherwise no slices overlap.
// Slices that are too short panic as an index would.
func (k Tiles) Multiply(p *TileProduct) {
	p.check()
	if k.isa == amx && len(p.Blocks) > 0 && len(p.Steps) > 0 {
		multiplyTilesAssembly(p)
	} else {
		multiplyTilesGeneric(p)
	}
}

// check touches the first and last elements of every slice that the product reaches.
func (p *TileProduct) check() {
	if p.Upper < 1 || p.Upper > TileRows || p.Lower < 0 || p.Lower > TileRows {
		panic("kernel: a tile of no row or more than sixteen")
	}
	if min(p.DstStride, p.SrcStride, p.SrcLower, p.InitStride) < 0 {
		panic("kernel: rows of a tile that go backwards")
	}
	last := p.Upper + p.Lower - 1
	row := (p.Upper - 1) * p.SrcStride
	if p.Lower > 0 {
		row = max(row, p.SrcLower+(p.Lower-1)*p.SrcStride)
	}
	var least, most TileStep
	for _, s := range p.Steps {
		least = TileStep{min(least.Src, s.Src), min(least.Panel, s.Panel)}
		most = TileStep{max(most.Src, s.Src), max(most.Panel, s.Panel)}
	}
	for _, b := range p.Blocks {
		_, _ = p.Dst[b.Dst], p.Dst[b.Dst+last*p.DstStride+TileWidth-1]
		_, _ = p.Init[b.Init], p.Init[b.Init+last*p.InitStride+TileWidth-1]
		if len(p.Steps) > 0 {
			_, _ = p.Src[b.Src+least.Src], p.Src[b.Src+row+most.Src+TileDepth-1]
			_, _ = p.Panel[b.Panel+least.Panel], p.Panel[b.Panel+most.Panel+StepLen-1]
		}
	}
}

// multiplyTilesGeneric is Multiply's twin.
func multiplyTilesGeneric(p *TileProduct) {
	for _, b := range p.Blocks {
		for r := range p.Upper + p.Lower {
			row := r * p.SrcStride
			if r >= p.Upper {
				row = p.SrcLower + (r-p.Upper)*p.SrcStride
			}
			sums := p.Dst[b.Dst+r*p.DstStride:][:TileWidth]
			copy(sums, p.Init[b.Init+r*p.InitStride:][:TileWidth])
			for _, s := range p.Steps {
				addTile(sums, p.Src[b.Src+row+s.Src:][:TileDepth], p.Panel[b.Panel+s.Panel:])
			}
		}
	}
}

// addTile adds the product of a row's sixteen pairs.
func addTile(sums []float32, x, panel []Pair) {
	for c := range sums {
		var even, odd float32
		for k, pair := range x {
			w := panel[k*TileWidth+c]
			even = fuse(flush(pair.Even()), flush(w.Even()), even)
			odd = fuse(flush(pair.Odd()), flush(w.Odd()), odd)
		}
		sums[c] = flush(flush(sums[c]) + flush(even+odd))
	}
}

// Peak runs n rounds of products in registers only and returns the number of
// floating-point operations done.
func (k Tiles) Peak(n int) int64 {
	if k.isa == amx {
		return peakTilesAssembly(n)
	}
	return peakGeneric(n)
}

// RowCut is some blocks of a matrix's rows.
type RowCut struct {
	First        int // row
	Upper, Lower int // rows of each block's tiles
	Blocks       int
}

// CutRows cuts n rows into as few blocks as there can be, all about as large, of two tiles
// each: weights are read once for a block, and two tiles of eight rows take no longer than
// one of sixteen. Up to sixteen rows are one tile.
func CutRows(n int) (cuts []RowCut) {
	if n <= TileRows {
		if n > 0 {
			cuts = []RowCut{{Upper: n, Blocks: 1}}
		}
		return cuts
	}
	blocks := (n + 2*TileRows - 1) / (2 * TileRows)
	rows := (n + blocks - 1) / blocks
	whole := n / rows
	cuts = append(cuts, RowCut{Upper: (rows + 1) / 2, Lower: rows / 2, Blocks: whole})
	if rest := n - whole*rows; rest > 0 {
		cuts = append(cuts, RowCut{First: n - rest, Upper: (rest + 1) / 2, Lower: rest / 2, Blocks: 1})
	}
	return cuts
}
