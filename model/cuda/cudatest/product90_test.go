package cudatest

import (
	_ "embed"
	"testing"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

//go:embed testdata/product90.ptx
var product90 string

// alignedMap is a tensor map where the driver wants it.
func alignedMap() *driver.TensorMap {
	b := make([]byte, 192)
	at := (64 - uintptr(unsafe.Pointer(&b[0]))%64) % 64
	return (*driver.TensorMap)(b[at:])
}

// matrixMap describes a matrix (rows, k) of bfloat16, cut into tiles of 64×64.
func (g *gpu) matrixMap(at uint64, rows, k int) *driver.TensorMap {
	g.t.Helper()
	m := alignedMap()
	dims, strides := [2]uint64{uint64(k), uint64(rows)}, [1]uint64{uint64(k) * 2}
	box, steps := [2]uint32{64, 64}, [2]uint32{1, 1}
	g.must(g.TensorMapEncodeTiled(m, driver.TensorMapBFloat16, 2, driver.DevicePtr(at), &dims[0], &strides[0], &box[0], &steps[0],
		driver.TensorMapInterleaveNone, driver.TensorMapSwizzle128B, driver.TensorMapL2Promotion128B, driver.TensorMapOutOfBoundsZeros))
	return m
}

func runProduct90(t *testing.T, seed uint64, flaw int32, races bool) (*gpu, driver.Result, float64) {
	t.Helper()
	g := newGPU(t, Config{Major: 9, Seed: seed, Uninitialised: true, Races: races}, product90)
	p := newProduct(g, 100, 72, 320)
	p.params.flaw = flaw
	a, b := g.matrixMap(p.params.a, p.m, p.k), g.matrixMap(p.params.b, p.n, p.k)
	f := g.function("product")
	const shared = 32768 + 32
	g.must(g.FuncSetAttribute(f, driver.FunctionMaxDynamicShared, shared))
	params := [3]unsafe.Pointer{unsafe.Pointer(a), unsafe.Pointer(b), unsafe.Pointer(&p.params)}
	g.must(g.LaunchKernel(f, 2, 2, 1, 160, 1, 1, shared, 0, &params[0], nil))
	if r := g.StreamSynchronize(0); r != driver.Success {
		return g, r, 0
	}
	return g, driver.Success, p.worst()
}

func TestProduct90(t *testing.T) {
	for seed := range uint64(5) {
		if g, r, worst := runProduct90(t, seed, 0, seed > 2); r != driver.Success || !(worst < 4e-6) {
			t.Errorf("seed %d: result %d, %v; worst difference %g", seed, r, g.Fault(), worst)
		}
	}
}

// Every mistake is seen with every seed that is tried here: as an error, or as wrong numbers.
func TestProduct90Flaws(t *testing.T) {
	for _, c := range []struct {
		name string
		flaw int32
		want driver.Result // Success: or the numbers are wrong
	}{
		{"no wait for the copies", 1, driver.Success},
		{"no wait for wgmma", 2, driver.LaunchFailed},
		{"too few bytes expected", 3, driver.Success},
		{"a stage that is never given back", 4, driver.LaunchTimeout},
		{"no wait for an empty stage", 5, driver.Success},
		{"no wgmma.fence", 6, driver.LaunchFailed},
		{"a whole warp that copies", 7, driver.LaunchFailed},
		{"a stage given back before its wgmma is done", 8, driver.Success},
	} {
		for seed := range uint64(5) {
			g, r, worst := runProduct90(t, seed, c.flaw, false)
			if c.want != driver.Success && r != c.want || r == driver.Success && worst < 1e-3 {
				t.Errorf("%s, seed %d: result %d, %v; worst difference %g", c.name, seed, r, g.Fault(), worst)
			}
			if seed == 0 && g.Fault() != nil {
				t.Logf("%s: %v", c.name, g.Fault())
			}
		}
	}
}
