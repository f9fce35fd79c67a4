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
		t.Skip("this machine, or this build, has no AMX: scripts/test-amx emulates it")
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
			t.Fatalf("%d rows: %+v", n, cuts)
		}
	}
	if got := CutRows(98); got[0] != (RowCut{Upper: 13, Lower: 12, Blocks: 3}) || got[1] != (RowCut{First: 75, Upper: 12, Lower: 11, Blocks: 1}) {
		t.Errorf("98 rows: %+v", got)
	}
}

// wildSums draws sums among which are those at which ReLU, maxima and rounding change.
func wildSums(r *rand.Rand, n int) []float32 {
	x := wild(r, n+3)[3:]
	for i := range x {
		if r.IntN(3) == 0 {
			x[i] = math.Float32frombits(r.Uint32() & (0x807fffff | r.Uint32()))
		}
	}
	return x
}

// TestFinish compares ReLU, pool and rounding with their definitions, over widths of a
// block, and looks for what was written outside.
func TestFinish(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 1))
	for _, k := range tileKernels() {
		for n := range TileRows + 1 {
			sums := fenced(wildSums(r, 2*n*TileWidth))
			stride := TileWidth/2 + r.IntN(5)
			line := n*stride + r.IntN(5)
			finish := func(dst []Pair) { k.Finish(dst, line, stride, sums, n) }
			checkFinished(t, k, finish, 2, n, line, stride, func(y, x, c int) float32 {
				return largest(sums[(y*n+x)*TileWidth+c])
			})
			if n%2 != 0 {
				continue
			}
			for _, apart := range []int{1, n / 2} {
				if n == 0 {
					break
				}
				step := 2
				if apart > 1 {
					step = 1
				}
				pool := func(dst []Pair) { k.FinishPool(dst, stride, sums, n, apart) }
				checkFinished(t, k, pool, 1, n/2, line, stride, func(_, x, c int) float32 {
					left, right := x*step*TileWidth+c, (x*step+apart)*TileWidth+c
					return largest(sums[left], sums[right], sums[n*TileWidth+left], sums[n*TileWidth+right])
				})
			}
		}
	}
}

// checkFinished runs finish among canaries and compares lines × n pixels with want.
func checkFinished(t *testing.T, k Tiles, finish func(dst []Pair), lines, n, line, stride int, want func(y, x, c int) float32) {
	t.Helper()
	const nothing = 0xdeadbeef
	size := 0
	if n > 0 {
		size = (lines-1)*line + (n-1)*stride + TileWidth/2
	}
	dst := make([]Pair, size+2)
	for i := range dst {
		dst[i] = nothing
	}
	finish(dst[1 : 1+size : 1+size])
	for y := range lines {
		for x := range n {
			for c := range TileWidth / 2 {
				got := &dst[1+y*line+x*stride+c]
				even, odd := want(y, x, 2*c), want(y, x, 2*c+1)
				if !sameFloat(got.Even(), even) || !sameFloat(got.Odd(), odd) {
					t.Fatalf("%s: %d lines of %d pixels: (%d,%d,%d) is %x, want %v and %v", k.Name(), lines, n, y, x, 2*c, *got, even, odd)
				}
				*got = nothing
			}
		}
	}
	for i, p := range dst {
		if p != nothing {
			t.Fatalf("%s: %d lines of %d pixels: wrote outside at %d", k.Name(), lines, n, i-1)
		}
	}
}

// largest is a maximum after ReLU, NaN if one is, rounded.
func largest(values ...float32) float32 {
	most := float32(0)
	for _, v := range values {
		if v != v {
			return v
		}
		most = max(most, v)
	}
	return Nearest(most)
}

// TestSplit: three bfloat16 numbers make up a float32 to its last bit, as long as none of
// them is subnormal; of all kinds of numbers AMX's parts are the twin's.
func TestSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 2))
	for _, k := range tileKernels() {
		for n := 2; n <= 4*TileWidth; n += 2 {
			const rows = 3
			from := n + r.IntN(3)
			src := wildSums(r, (rows-1)*from+n)
			for i, x := range random(r, len(src)) {
				if i%3 == 0 {
					src[i] = x
				}
			}
			stride := Triple*n/2 + r.IntN(3)
			dst := make([]Pair, rows*stride+1)
			for i := range dst {
				dst[i] = 0xdeadbeef
			}
			src = fenced(src)
			k.Split(&SplitRows{Dst: dst[1:], DstStride: stride, Src: src, SrcStride: from, Rows: rows, Length: n})
			for i := range dst {
				if at := (i - 1) % stride; (i == 0 || at >= Triple*n/2) && dst[i] != 0xdeadbeef {
					t.Fatalf("%s: rows of %d: wrote outside at %d", k.Name(), n, i-1)
				}
			}
			for i, x := range src {
				if i%from < n {
					checkSplit(t, k, dst[1+i/from*stride:], n, i%from, x, i%3 == 0)
				}
			}
		}
	}
}

// checkSplit compares the parts of value i of a row with the twin's, but for the sign of a
// zero, and an exact one's sum with x.
func checkSplit(t *testing.T, k Tiles, row []Pair, n, i int, x float32, exact bool) {
	t.Helper()
	sum := 0.0
	for p, want := range splitOne(x) {
		got := row[(p*n+i)/2].Even()
		if i%2 == 1 {
			got = row[(p*n+i)/2].Odd()
		}
		if got != want && !sameFloat(got, want) {
			t.Fatalf("%s: part %d of %v (%x) is %v, want %v", k.Name(), p, x, math.Float32bits(x), got, want)
		}
		sum += float64(got)
	}
	if exact && sum != float64(x) {
		t.Fatalf("%s: %v is split into what makes %v", k.Name(), x, sum)
	}
}

// TestPackTaps reads every weight back from where a step of a convolution looks for it.
func TestPackTaps(t *testing.T) {
	const inputs, outputs = 64, 40
	matrix := random(rand.New(rand.NewPCG(9, 3)), 9*inputs*outputs)
	for j := range 2 {
		dst := make([]Pair, inputs/32*9*StepLen)
		for i := range dst {
			dst[i] = 0xdeadbeef
		}
		PackTaps(dst, matrix, inputs, outputs, j)
		at := func(tap, i, c int) float32 {
			if j*TileWidth+c >= outputs {
				return 0
			}
			return matrix[(tap*inputs+i)*outputs+j*TileWidth+c]
		}
		for i, got := range dst {
			step, l, c := i/StepLen, i%StepLen/TileWidth, i%TileWidth
			input := step/9*32 + 2*l
			if want := PairOf(at(step%9, input, c), at(step%9, input+1, c)); got != want {
				t.Fatalf("panel %d: pair %d is %x, want %x", j, i, got, want)
			}
		}
	}
}

// TestSplitProduct: what Split, PackSplitWinograd and SplitSteps make is float32's product
// with Winograd's weights, at float32's error.
func TestSplitProduct(t *testing.T) {
	const inputs, outputs, rows = 96, 64, 3
	r := rand.New(rand.NewPCG(9, 4))
	x, matrix := random(r, rows*inputs), random(r, 9*inputs*outputs)
	for _, k := range tileKernels() {
		panels := make([]Pair, SplitWinogradLen(inputs, outputs))
		for j := range outputs / TileWidth {
			PackSplitWinograd(panels, matrix, inputs, outputs, j)
		}
		stride := Triple * inputs / 2
		src, dst := make([]Pair, rows*stride), make([]float32, rows*TileWidth)
		k.Split(&SplitRows{Dst: src, DstStride: stride, Src: x, SrcStride: inputs, Rows: rows, Length: inputs})
		steps := SplitSteps(inputs)
		var squares, reference float64
		for place := range WinogradPlaces {
			for j := range outputs / TileWidth {
				k.Multiply(&TileProduct{
					Upper: rows, Dst: dst, DstStride: TileWidth, Src: src, SrcStride: stride, Panel: panels, Init: make([]float32, TileWidth),
					Blocks: []TileBlock{{Panel: (place*outputs/TileWidth + j) * stride * TileWidth}}, Steps: steps,
				})
				for i, got := range dst {
					want := 0.0
					for c := range inputs {
						u := transformKernel(matrix[c*outputs+j*TileWidth+i%TileWidth:], inputs*outputs)
						want += float64(x[i/TileWidth*inputs+c]) * float64(u[place])
					}
					d := float64(got) - want
					squares, reference = squares+d*d, reference+want*want
				}
			}
		}
		if rms := math.Sqrt(squares / reference); !(rms <= 2e-7) {
			t.Errorf("%s: relative RMS error %.2g", k.Name(), rms)
		}
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
