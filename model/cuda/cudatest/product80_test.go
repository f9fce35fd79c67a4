package cudatest

import (
	_ "embed"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

//go:embed testdata/product80.ptx
var product80 string

// productParams is testdata's struct Product.
type productParams struct {
	a, b, c       uint64
	m, n, k, flaw int32
}

// product is a matrix product on the device, with its operands.
type product struct {
	g       *gpu
	params  productParams
	a, b    []uint16 // (m, k), (n, k)
	m, n, k int
}

func newProduct(g *gpu, m, n, k int) *product {
	p := &product{g: g, m: m, n: n, k: k, a: make([]uint16, m*k), b: make([]uint16, n*k)}
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range [][]uint16{p.a, p.b} {
		for i := range s {
			s[i] = toBrain(r.Float32() - 0.5)
		}
	}
	p.params = productParams{a: uint64(upload(g, p.a)), b: uint64(upload(g, p.b)), c: uint64(g.alloc(4 * m * n)), m: int32(m), n: int32(n), k: int32(k)}
	return p
}

// worst is the largest difference from a product in float64.
func (p *product) worst() float64 {
	c := download[float32](p.g, driver.DevicePtr(p.params.c), p.m*p.n)
	worst := 0.0
	for i, got := range c {
		sum := 0.0
		for k := range p.k {
			sum += float64(fromBrain(p.a[i/p.n*p.k+k])) * float64(fromBrain(p.b[i%p.n*p.k+k]))
		}
		if d := math.Abs(sum - float64(got)); d > worst || d != d {
			worst = max(d, worst) // NaN stays
		}
	}
	return worst
}

func runProduct80(t *testing.T, seed uint64, flaw int32, races bool) (*gpu, driver.Result, float64) {
	t.Helper()
	g := newGPU(t, Config{Seed: seed, Uninitialised: true, Races: races}, product80)
	p := newProduct(g, 100, 72, 160)
	p.params.flaw = flaw
	f := g.function("product")
	const shared = 20480
	g.must(g.FuncSetAttribute(f, driver.FunctionMaxDynamicShared, shared))
	params := unsafe.Pointer(&p.params)
	g.must(g.LaunchKernel(f, 2, 2, 1, 128, 1, 1, shared, 0, &params, nil))
	if r := g.StreamSynchronize(0); r != driver.Success {
		return g, r, 0
	}
	return g, driver.Success, p.worst()
}

func TestProduct80(t *testing.T) {
	for seed := range uint64(5) {
		if g, r, worst := runProduct80(t, seed, 0, seed > 2); r != driver.Success || !(worst < 2e-6) {
			t.Errorf("seed %d: result %d, %v; worst difference %g", seed, r, g.Fault(), worst)
		}
	}
}

// Every mistake is seen with every seed that is tried here.
func TestProduct80Flaws(t *testing.T) {
	for _, c := range []struct {
		name string
		flaw int32
		want driver.Result // Success: the numbers are wrong
	}{
		{"no wait for cp.async", 1, driver.Success},
		{"no barrier before the stage is read", 2, driver.Success},
		{"a tile beyond the matrix", 3, driver.IllegalAddress},
		{"a misaligned copy", 4, misalignedAddress},
		{"a barrier that one warp does not reach", 5, driver.LaunchTimeout},
		{"no barrier before the stage is filled again", 6, driver.Success},
	} {
		for seed := range uint64(5) {
			g, r, worst := runProduct80(t, seed, c.flaw, false)
			if r != c.want || r == driver.Success && worst < 1e-3 {
				t.Errorf("%s, seed %d: result %d, worst difference %g", c.name, seed, r, worst)
			}
			if seed == 0 && g.Fault() != nil {
				t.Logf("%s: %v", c.name, g.Fault())
			}
		}
	}
}
