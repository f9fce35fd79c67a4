package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// tileKernels are the twin and AMX, if there is it.
func tileKernels() []Tiles {
	if k, ok := DetectTiles(); ok {
		return []Tiles{{}, k}
	}
	return []Tiles{{}}
}

// needTiles skips where there is nothing but the twin, unless AMX is asked for.
func needTiles(t *testing.T) Tiles {
	t.Helper()
	k, ok := DetectTiles()
	if !ok && os.Getenv("REQUIRE_AMX") != "" {
		t.Fatal("AMX is required and was not found")
	}
	if !ok {
		t.Skip("scripts/test-amx: emulates AMX, which this machine, or this build, has not")
	}
	return k
}

// randomTileProduct makes a product without Dst, whose slices end where memory does.
func randomTileProduct(r *rand.Rand, upper, lower, blocks, steps int, wild bool) *TileProduct {
	p := &TileProduct{
		Upper: upper, Lower: lower, Streaming: r.IntN(2) == 0,
		SrcStride: 1 + r.IntN(40), SrcLower: r.IntN(200), DstStride: TileWidth + r.IntN(9),
	}
	if r.IntN(2) == 0 {
		p.InitStride = TileWidth + r.IntN(3)
	}
	rows := upper + lower
	var most TileBlock
	for i := range blocks {
		p.Blocks = append(p.Blocks, TileBlock{Src: r.IntN(100), Dst: i * rows * p.DstStride, Init: r.IntN(50), Panel: r.IntN(50)})
		b := p.Blocks[i]
		most = TileBlock{Src: max(most.Src, b.Src), Init: max(most.Init, b.Init), Panel: max(most.Panel, b.Panel)}
	}
	r.Shuffle(blocks, func(i, j int) { p.Blocks[i].Dst, p.Blocks[j].Dst = p.Blocks[j].Dst, p.Blocks[i].Dst })
	last := 0
	for range steps {
		p.Steps = append(p.Steps, TileStep{Src: r.IntN(60), Panel: StepLen * r.IntN(steps)})
		last = max(last, p.Steps[len(p.Steps)-1].Src)
	}
	reach := max((upper-1)*p.SrcStride, p.SrcLower+(lower-1)*p.SrcStride)
	p.Src = fenced(randomPairs(r, most.Src+reach+last+TileDepth, wild))
	p.Panel = fenced(randomPairs(r, most.Panel+steps*StepLen, wild && r.IntN(2) == 0))
	p.Init = fenced(random(r, most.Init+(rows-1)*p.InitStride+TileWidth))
	return p
}

// sums is the length of Dst.
func (p *TileProduct) sums() int {
	return max(len(p.Blocks)*(p.Upper+p.Lower)-1, 0)*p.DstStride + TileWidth
}

// TestMultiplyTiles holds AMX against the twin, bit for bit, in all sizes of tiles, with
// canaries around.
func TestMultiplyTiles(t *testing.T) {
	k := needTiles(t)
	r := rand.New(rand.NewPCG(1, 2))
	for upper := 1; upper <= TileRows; upper++ {
		for lower := 0; lower <= TileRows; lower++ {
			checkTiles(t, k, randomTileProduct(r, upper, lower, r.IntN(4), r.IntN(5), r.IntN(2) == 0))
		}
	}
}

func checkTiles(t *testing.T, k Tiles, p *TileProduct) {
	t.Helper()
	all, sums := guarded(p.sums(), 5)
	wantAll, want := guarded(p.sums(), 5)
	p.Dst = sums
	k.Multiply(p)
	p.Dst = want
	Tiles{}.Multiply(p)
	for i := range all {
		if !sameFloat(all[i], wantAll[i]) || intact(all[i]) != intact(wantAll[i]) {
			t.Fatalf("%d+%d rows, %d blocks, %d steps: sum %d is %v, want %v",
				p.Upper, p.Lower, len(p.Blocks), len(p.Steps), i-5, all[i], wantAll[i])
		}
	}
}

// TestMultiplyTilesOnward: sums that go on from themselves are those of one product.
func TestMultiplyTilesOnward(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, k := range tileKernels() {
		p := randomTileProduct(r, 16, 3, 2, 6, false)
		whole := make([]float32, p.sums())
		p.Dst = whole
		k.Multiply(p)
		parts := make([]float32, len(whole))
		steps := p.Steps
		p.Dst, p.Steps = parts, steps[:2]
		k.Multiply(p)
		p.Init, p.InitStride, p.Steps = parts, p.DstStride, steps[2:]
		for i := range p.Blocks {
			p.Blocks[i].Init = p.Blocks[i].Dst
		}
		k.Multiply(p)
		for i := range whole {
			if whole[i] != parts[i] {
				t.Fatalf("%s: sum %d is %v in two parts, %v in one", k.Name(), i, parts[i], whole[i])
			}
		}
	}
}

// TestMultiplyTilesExactly compares the twin and AMX with float64.
func TestMultiplyTilesExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, k := range tileKernels() {
		p := randomTileProduct(r, 5, 4, 2, 7, false)
		p.Dst = make([]float32, p.sums())
		k.Multiply(p)
		for _, b := range p.Blocks {
			for row := range 9 {
				src := b.Src + row*p.SrcStride
				if row >= 5 {
					src = b.Src + p.SrcLower + (row-5)*p.SrcStride
				}
				for j := range TileWidth {
					want, magnitude := p.exact(b.Init+row*p.InitStride+j, src, b.Panel+j)
					got := float64(p.Dst[b.Dst+row*p.DstStride+j])
					if bound := magnitude * float64(2*7*TileDepth+1) * 0x1p-24; !(math.Abs(got-want) <= bound) {
						t.Fatalf("%s: [%d,%d] = %v, want %v", k.Name(), row, j, got, want)
					}
				}
			}
		}
	}
}

// exact computes one sum in float64, with the sum of magnitudes that bounds its error.
func (p *TileProduct) exact(init, src, panel int) (value, magnitude float64) {
	value = float64(p.Init[init])
	magnitude = math.Abs(value)
	for _, s := range p.Steps {
		for l := range TileDepth {
			x, w := p.Src[src+s.Src+l], p.Panel[panel+s.Panel+l*TileWidth]
			even, odd := float64(x.Even())*float64(w.Even()), float64(x.Odd())*float64(w.Odd())
			value += even + odd
			magnitude += math.Abs(even) + math.Abs(odd)
		}
	}
	return value, magnitude
}

// TestMultiplyTilesRefuses: what does not fit panics as an index does, before anything is
// computed.
func TestMultiplyTilesRefuses(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for what, spoil := range map[string]func(p *TileProduct){
		"no rows":        func(p *TileProduct) { p.Upper = 0 },
		"many rows":      func(p *TileProduct) { p.Lower = 17 },
		"short src":      func(p *TileProduct) { p.Src = p.Src[:len(p.Src)-1] },
		"short dst":      func(p *TileProduct) { p.Dst = p.Dst[:len(p.Dst)-1] },
		"short init":     func(p *TileProduct) { p.Init = p.Init[:len(p.Init)-1] },
		"short panel":    func(p *TileProduct) { p.Panel = p.Panel[:len(p.Panel)-1] },
		"negative block": func(p *TileProduct) { p.Blocks[1].Src = -1 },
		"negative step":  func(p *TileProduct) { p.Steps[1].Panel = -p.Blocks[0].Panel - 1 },
		"lines back":     func(p *TileProduct) { p.SrcLower = -1 },
		"rows back":      func(p *TileProduct) { p.SrcStride = -1 },
		"sums back":      func(p *TileProduct) { p.DstStride = -TileWidth },
		"starts back":    func(p *TileProduct) { p.InitStride = -1 },
	} {
		for _, k := range tileKernels() {
			p := randomTileProduct(r, 3, 2, 2, 2, false)
			for i := range 2 { // so that all of them reach the ends of their slices
				p.Blocks[i] = TileBlock{Dst: i * 5 * p.DstStride}
				p.Steps[i] = TileStep{Panel: i * StepLen}
			}
			p.Src = p.Src[:max(2*p.SrcStride, p.SrcLower+p.SrcStride)+TileDepth]
			p.Panel, p.Init = p.Panel[:2*StepLen], p.Init[:4*p.InitStride+TileWidth]
			p.Dst = make([]float32, p.sums())
			spoil(p)
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: %s does not panic", k.Name(), what)
					}
				}()
				k.Multiply(p)
			}()
			for i, v := range p.Dst {
				if v != 0 {
					t.Fatalf("%s: %s: wrote sum %d", k.Name(), what, i)
				}
			}
		}
	}
}

// TestCutRows: every row is in one tile; blocks are as few as they can be, and all have
// about as many rows.
func TestCutRows(t *testing.T) {
	for n := range 1000 {
		next, blocks, least, most := 0, 0, n, 0
		cuts := CutRows(n)
		for _, c := range cuts {
			if c.First != next || c.Blocks < 1 || c.Upper < 1 || c.Upper > TileRows || c.Lower < 0 || c.Lower > c.Upper || c.Upper-c.Lower > 1 && len(cuts) > 1 {
				t.Fatalf("%d rows: %+v after %d", n, c, next)
			}
			next, blocks = next+c.Blocks*(c.Upper+c.Lower), blocks+c.Blocks
			least, most = min(least, c.Upper+c.Lower), max(most, c.Upper+c.Lower)
		}
		if next != n || len(cuts) > 2 || blocks != (n+2*TileRows-1)/(2*TileRows) || n <= 400 && most-least > blocks {
			t.Fatalf("%d rows are cut into %+v, which is not all of them in at most 2 even cuts", n, cuts)
		}
	}
	if got := CutRows(98); got[0] != (RowCut{Upper: 13, Lower: 12, Blocks: 3}) || got[1] != (RowCut{First: 75, Upper: 12, Lower: 11, Blocks: 1}) {
		t.Errorf("98 rows are cut into %+v, want 3 blocks of 13+12 rows and 1 of 12+11", got)
	}
}

// BenchmarkMultiplyTiles is a band of blocks of block 3's convolutions, with tiles of 14 and
// 16 rows, and weights that stay in the first-level cache or not.
func BenchmarkMultiplyTiles(b *testing.B) {
	for _, k := range tileKernels() {
		for _, rows := range []int{14, 16} {
			for _, streaming := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/rows=%d/streaming=%v", k.Name(), rows, streaming), func(b *testing.B) { benchmarkTiles(b, k, rows, streaming) })
			}
		}
	}
}

func benchmarkTiles(b *testing.B, k Tiles, rows int, streaming bool) {
	r := rand.New(rand.NewPCG(1, 1))
	p := &TileProduct{Upper: rows, Lower: rows, SrcStride: 144, SrcLower: (4*rows + 2) * 144, DstStride: TileWidth, Streaming: streaming, Init: make([]float32, TileWidth)}
	for c := range 8 {
		for tap := range 9 {
			p.Steps = append(p.Steps, TileStep{Src: tap/3*p.SrcLower + tap%3*p.SrcStride + c*TileDepth, Panel: len(p.Steps) * StepLen})
		}
	}
	for x := range 4 {
		p.Blocks = append(p.Blocks, TileBlock{Src: x * rows * p.SrcStride, Dst: x * 2 * rows * TileWidth})
	}
	p.Src, p.Panel = randomPairs(r, 4*p.SrcLower, false), randomPairs(r, len(p.Steps)*StepLen, false)
	p.Dst = make([]float32, p.sums())
	for b.Loop() {
		k.Multiply(p)
	}
	operations := 4 * float64(len(p.Dst)/TileWidth*len(p.Steps)*StepLen) * float64(b.N)
	b.ReportMetric(operations/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
