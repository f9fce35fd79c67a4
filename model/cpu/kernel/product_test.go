package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// canary is what memory around a result is filled with; it must be there still.
var canary = math.Float32frombits(0x7fc0dead)

func implementations() []Float32 {
	var all []Float32
	for _, i := range detected {
		all = append(all, Float32{i})
	}
	return all
}

func random(r *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

// guarded returns a slice of n canaries at an odd offset inside a larger one.
func guarded(n, before int) (all, inside []float32) {
	all = make([]float32, n+before+37)
	for i := range all {
		all[i] = canary
	}
	return all, all[before : before+n : before+n]
}

func intact(x float32) bool { return math.Float32bits(x) == math.Float32bits(canary) }

// randomProduct makes a product of n rows whose slices begin at odd places and
// are not a float longer than needed.
func randomProduct(r *rand.Rand, width, n, segments, length int) *Product {
	p := &Product{Length: length, SrcStride: length + r.IntN(5), DstStride: width + r.IntN(9), ReLU: r.IntN(2) == 0}
	furthest := 0
	for range segments {
		p.Offsets = append(p.Offsets, r.IntN(40))
		furthest = max(furthest, p.Offsets[len(p.Offsets)-1])
	}
	exact := func(n int) []float32 { o := r.IntN(4); return random(r, n+o)[o:] }
	p.Src = exact(max(n-1, 0)*p.SrcStride + furthest + length)
	p.Panel = exact(segments * length * width)
	p.Init = exact(width)
	if r.IntN(2) == 0 {
		p.InitStride = width + r.IntN(3)
		p.Init = exact(max(n-1, 0)*p.InitStride + width)
	}
	return p
}

// exact computes one value in float64, with the sum of magnitudes that bounds the
// error of a float32 sum.
func (p *Product) exact(width, i, j int) (value, magnitude float64) {
	value = float64(p.Init[i*p.InitStride+j])
	magnitude = math.Abs(value)
	for s, offset := range p.Offsets {
		for l := range p.Length {
			term := float64(p.Src[i*p.SrcStride+offset+l]) * float64(p.Panel[(s*p.Length+l)*width+j])
			value += term
			magnitude += math.Abs(term)
		}
	}
	if p.ReLU {
		value = max(value, 0)
	}
	return value, magnitude
}

func TestMultiply(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range implementations() {
		t.Run(k.Name(), func(t *testing.T) {
			worst := 0.0
			for n := 0; n <= 2*14+1; n++ {
				for _, length := range []int{1, 2, 3, 4, 5, 8, 15, 64} {
					for _, segments := range []int{1, 2, 9} {
						p := randomProduct(r, k.Width(), n, segments, length)
						worst = max(worst, checkProduct(t, k, n, p))
					}
				}
			}
			t.Logf("largest error %.2g of Σ|x·w|", worst)
		})
	}
}

// checkProduct compares with float64: a value may be wrong by (terms+1)·ε·Σ|x·w|,
// the bound for a serial sum, ε = 2⁻²⁴. It returns the largest error found.
func checkProduct(t *testing.T, k Float32, n int, p *Product) (worst float64) {
	t.Helper()
	width := k.Width()
	all, dst := guarded(max(n-1, 0)*p.DstStride+width, 5)
	p.Dst = dst
	k.Multiply(n, p)
	written := make([]bool, len(all))
	for i := range n {
		for j := range width {
			written[5+i*p.DstStride+j] = true
			want, magnitude := p.exact(width, i, j)
			err := math.Abs(float64(dst[i*p.DstStride+j])-want) / magnitude
			if worst = max(worst, err); !(err <= float64(len(p.Offsets)*p.Length+1)*0x1p-24) {
				t.Fatalf("n=%d segments=%d length=%d: [%d,%d] = %v, want %v", n, len(p.Offsets), p.Length, i, j, dst[i*p.DstStride+j], want)
			}
		}
	}
	for i, x := range all {
		if !written[i] && !intact(x) {
			t.Fatalf("n=%d length=%d: wrote outside at %d", n, p.Length, i-5)
		}
	}
	return worst
}

// TestMultiplyAgainstTwin holds every implementation against the generic code on
// the same panels.
func TestMultiplyAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, k := range implementations() {
		width := k.Width()
		for _, n := range []int{1, 2, 3, 6, 8, 14, 29} {
			p := randomProduct(r, width, n, 9, 20)
			got, want := *p, *p
			got.Dst = make([]float32, n*p.DstStride+width)
			want.Dst = make([]float32, n*p.DstStride+width)
			k.Multiply(n, &got)
			multiplyGeneric(n, width, &want)
			for i := range got.Dst {
				// abs 1e-5 + 1e-5·|ref|: sums of 180 terms of size one.
				if d := math.Abs(float64(got.Dst[i] - want.Dst[i])); d > 1e-5+1e-5*math.Abs(float64(want.Dst[i])) {
					t.Fatalf("%s: n=%d: value %d is %v, want %v", k.Name(), n, i, got.Dst[i], want.Dst[i])
				}
			}
		}
	}
}

// TestRowsAreIndependent checks the promise that a row's result is the same to
// the last bit alone, in any tile, and when the sum is interrupted and resumed.
func TestRowsAreIndependent(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, k := range implementations() {
		width, n, length := k.Width(), 29, 50
		p := randomProduct(r, width, n, 1, length)
		p.Dst = make([]float32, n*p.DstStride+width)
		k.Multiply(n, p)
		for i := range n {
			alone := *p
			alone.Dst = make([]float32, width)
			alone.Src, alone.Init = p.Src[i*p.SrcStride:], p.Init[i*p.InitStride:]
			first, second := alone, alone
			k.Multiply(1, &alone)
			first.Length, first.ReLU = 17, false
			k.Multiply(1, &first)
			second.Src, second.Panel, second.Length = alone.Src[17:], alone.Panel[17*width:], length-17
			second.Init, second.InitStride = second.Dst, 0
			resumed := second.Dst
			k.Multiply(1, &second)
			for j := range width {
				want := math.Float32bits(p.Dst[i*p.DstStride+j])
				if math.Float32bits(alone.Dst[j]) != want || math.Float32bits(resumed[j]) != want {
					t.Fatalf("%s: row %d output %d: %x together, %x alone, %x resumed", k.Name(), i, j,
						want, math.Float32bits(alone.Dst[j]), math.Float32bits(resumed[j]))
				}
			}
		}
	}
}

func TestMultiplySpecialValues(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	tiny := math.Float32frombits(3) // subnormal: must not be flushed
	for _, k := range implementations() {
		for _, c := range []struct {
			x, w, init, want float32
			relu             bool
		}{
			{nan, 1, 0, nan, true}, {1, nan, 0, nan, false}, {1, 1, nan, nan, true},
			{inf, 1, 0, inf, true}, {inf, -1, 0, 0, true}, {inf, -1, 0, -inf, false},
			{inf, 0, 0, nan, true}, {inf, 1, -inf, nan, true},
			{tiny, 1, 0, tiny, true}, {tiny, 1, tiny, 2 * tiny, false}, {-tiny, 1, 0, 0, true},
		} {
			for n := 1; n <= 15; n++ {
				p := &Product{Dst: make([]float32, n*k.Width()), DstStride: k.Width(), Src: repeat(c.x, n), SrcStride: 1,
					Panel: repeat(c.w, k.Width()), Init: repeat(c.init, k.Width()), Offsets: []int{0}, Length: 1, ReLU: c.relu}
				k.Multiply(n, p)
				for i, got := range p.Dst {
					if got != c.want && !(got != got && c.want != c.want) {
						t.Fatalf("%s: n=%d: %+v gave %v at %d", k.Name(), n, c, got, i)
					}
				}
			}
		}
	}
}

func repeat(x float32, n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = x
	}
	return s
}

func TestMultiplyOfNothing(t *testing.T) {
	for _, k := range implementations() {
		p := &Product{Dst: make([]float32, k.Width()), Init: repeat(-2, k.Width()), ReLU: true}
		k.Multiply(1, p)
		if p.Dst[0] != 0 || p.Dst[k.Width()-1] != 0 {
			t.Errorf("%s: an empty sum gave %v, want the ReLU of the initial values", k.Name(), p.Dst)
		}
		k.Multiply(0, &Product{})
	}
}

func TestMultiplyChecksLengths(t *testing.T) {
	for _, k := range implementations() {
		whole := func() *Product {
			return &Product{Dst: make([]float32, 3*k.Width()), DstStride: k.Width(), Src: make([]float32, 15), SrcStride: 5,
				Panel: make([]float32, 5*k.Width()), Init: make([]float32, k.Width()), Offsets: []int{0}, Length: 5}
		}
		for name, cut := range map[string]func(*Product){
			"nothing": func(*Product) {},
			"dst":     func(p *Product) { p.Dst = p.Dst[: len(p.Dst)-1 : len(p.Dst)-1] },
			"src":     func(p *Product) { p.Src = p.Src[:14:14] },
			"panel":   func(p *Product) { p.Panel = p.Panel[: len(p.Panel)-1 : len(p.Panel)-1] },
			"init":    func(p *Product) { p.Init = p.Init[: len(p.Init)-1 : len(p.Init)-1] },
			"offsets": func(p *Product) { p.Offsets = []int{1} },
		} {
			t.Run(fmt.Sprint(k.Name(), "/", name), func(t *testing.T) {
				defer func() {
					if failed := recover() != nil; failed != (name != "nothing") {
						t.Errorf("panicked: %v, want %v", failed, name != "nothing")
					}
				}()
				p := whole()
				cut(p)
				k.Multiply(3, p)
			})
		}
	}
}
