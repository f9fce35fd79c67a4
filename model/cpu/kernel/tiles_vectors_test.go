package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

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
