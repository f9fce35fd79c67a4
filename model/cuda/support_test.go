package cuda

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/cuda/cudatest"
	"cutpoint/model/cuda/driver"
	"cutpoint/model/weights"
	"cutpoint/pipeline/raster"
)

// bench is where an engine is tested: an emulated GPU, or a real one.
type bench struct {
	api     *driver.API
	kernels string
	top     bool         // whether the fully connected layers are there
	fault   func() error // what an emulated kernel did wrong
}

// emulated returns a GPU of that compute capability that does everything as late as it may.
func emulated(t *testing.T, major, minor int) (bench, *cudatest.Device) {
	t.Helper()
	d := cudatest.New(cudatest.Config{Major: major, Minor: minor, Name: fmt.Sprintf("Emulated %d.%d", major, minor), Multiprocessors: 4, Memory: 16 << 30, Seed: 1, Lazy: true})
	return bench{api: d.API(), fault: d.Fault}, d
}

// idle makes kernels do nothing, for tests of what is around them.
func idle(b bench) bench {
	b.api.LaunchKernel = func(driver.Function, uint32, uint32, uint32, uint32, uint32, uint32, uint32, driver.Stream, *unsafe.Pointer, *unsafe.Pointer) driver.Result {
		return driver.Success
	}
	return b
}

// whole returns ImageNet's weights where scripts/fetch-weights has left them, or random ones.
var whole = sync.OnceValues(func() (*model.Weights, error) {
	if cache, err := os.UserCacheDir(); err == nil {
		if path := filepath.Join(cache, "cutpoint", "vgg19_imagenet.safetensors"); exists(path) {
			return weights.Open(context.Background(), path)
		}
	}
	return weights.Open(context.Background(), "random:3")
})

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// shallow returns weights without the fully connected layers, which are quick to pack.
var shallow = sync.OnceValues(func() (*model.Weights, error) {
	w, err := weights.Open(context.Background(), "random:3")
	if err != nil {
		return nil, err
	}
	return &model.Weights{Source: w.Source, Preprocess: w.Preprocess, Params: w.Params[:16]}, nil
})

func trunk(t *testing.T, top bool) *model.Weights {
	t.Helper()
	w, err := shallow()
	if top {
		w, err = whole()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func open(t *testing.T, b bench, opt Options) *Engine {
	t.Helper()
	w := trunk(t, b.top)
	if opt.Kernels == "" {
		opt.Kernels = b.kernels
	}
	e, err := newEngine(b.api, w, opt)
	if err != nil {
		t.Fatalf("make an engine: %v (the GPU says %v)", err, b.fault())
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// drawn returns pages of strokes on white and of noise: what documents have and what they have not.
func drawn(n int) []uint8 {
	random := rand.New(rand.NewPCG(7, 7))
	page := model.InputShape().Len()
	pixels := make([]uint8, n*page)
	for p := range n {
		for i := range page {
			v := uint8(255)
			if p%3 == 2 {
				v = uint8(random.Uint32())
			} else if x, y := i/3%224, i/3/224; (x*7+y*3+p*11)%29 < 4 && y%17 < 11 {
				v = uint8(40*(i%3) + p)
			}
			pixels[p*page+i] = v
		}
	}
	return pixels
}

// page returns a scanned page, where there are any, or a drawn one.
func page(t *testing.T) []uint8 {
	t.Helper()
	files, _ := filepath.Glob("../../../shared/data/pages5/*/*.tif")
	if len(files) == 0 {
		return drawn(1)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	d, err := raster.Open(t.Context(), data, raster.DefaultLimits(), raster.Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	decoded, err := d.Decode(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	pixels := make([]uint8, model.InputShape().Len())
	decoded.Prepare(pixels, model.InputShape().W, raster.Preparation{})
	t.Log("page", filepath.Base(files[0]))
	return pixels
}

// poisoned returns room for cuts, with a canary behind each.
func poisoned(n int, cuts []model.Cut) (dst, whole [][]float32) {
	for _, c := range cuts {
		all := make([]float32, n*c.Dim()+8)
		for i := range all {
			all[i] = float32(math.NaN())
		}
		dst, whole = append(dst, all[:n*c.Dim()]), append(whole, all)
	}
	return dst, whole
}

func run(t *testing.T, b bench, e *Engine, pixels []uint8, cuts []model.Cut) [][]float32 {
	t.Helper()
	n := len(pixels) / model.InputShape().Len()
	dst, whole := poisoned(n, cuts)
	if err := e.Forward(t.Context(), pixels, cuts, dst); err != nil {
		t.Fatalf("compute %d pages: %v (the GPU says %v)", n, err, b.fault())
	}
	for i, c := range cuts {
		for j, v := range whole[i] {
			if inside := j < n*c.Dim(); inside != (v == v) {
				t.Fatalf("%s: value %d of %d is %g", c, j, n*c.Dim(), v)
			}
		}
	}
	return dst
}

// near holds values against the CPU engine's float32, which is within 3e-6 of float64.
func near(t *testing.T, precision string, cuts []model.Cut, got, want [][]float32) {
	t.Helper()
	for i, c := range cuts {
		if len(got[i]) != len(want[i]) || len(want[i]) == 0 {
			t.Fatalf("%s %s: %d values, the CPU has %d", precision, c, len(got[i]), len(want[i]))
		}
		var difference, square, product, own float64
		for j, v := range got[i] {
			x, y := float64(v), float64(want[i][j])
			difference, square = difference+(x-y)*(x-y), square+y*y
			product, own = product+x*y, own+x*x
		}
		rms, cosine := math.Sqrt(difference/square), product/math.Sqrt(square*own)
		t.Logf("%s %s: relative RMS %.2g, cosine %.7f", precision, c, rms, cosine)
		limit := 1e-2
		switch {
		case precision == model.Float32:
			limit = 1e-5
		case c.String() == "predictions":
			limit = 2e-2 // the softmax multiplies what logits are off
		}
		if !(rms <= limit && cosine >= 0.9995) {
			t.Errorf("%s %s: relative RMS %.3g, at most %.0e wanted; cosine %.6f", precision, c, rms, limit, cosine)
		}
	}
}

// onCPU computes values once for all engines that are held against them.
func onCPU(t *testing.T, b bench, pixels []uint8, cuts []model.Cut) [][]float32 {
	t.Helper()
	key := fmt.Sprint(b.top, len(pixels), cuts)
	if values, ok := references[key]; ok {
		return values
	}
	references[key] = computeOnCPU(t, b, pixels, cuts)
	return references[key]
}

var references = map[string][][]float32{} // of drawn pages

func computeOnCPU(t *testing.T, b bench, pixels []uint8, cuts []model.Cut) [][]float32 {
	t.Helper()
	e, err := cpu.New(trunk(t, b.top), cpu.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	n := len(pixels) / model.InputShape().Len()
	dst, _ := poisoned(n, cuts)
	if err := e.Forward(t.Context(), pixels, cuts, dst); err != nil {
		t.Fatal(err)
	}
	return dst
}

// checkEngine is the suite that every GPU, kernels and precision passes: values beside the
// CPU's, and the same to the last bit alone, in a batch, in pieces and again.
func checkEngine(t *testing.T, b bench, precision string, pages int, cuts []model.Cut) {
	e := open(t, b, Options{Precision: precision})
	pixels := drawn(pages)
	got := run(t, b, e, pixels, cuts)
	near(t, precision, cuts, got, onCPU(t, b, pixels, cuts))
	if pages == 1 {
		return
	}
	page := model.InputShape().Len()
	last := pages - 1
	alone := run(t, b, e, pixels[last*page:], cuts)
	for i, c := range cuts {
		if !slices.Equal(alone[i], got[i][last*c.Dim():]) {
			t.Errorf("%s: page %d has other values alone", c, last)
		}
	}
	small := open(t, b, Options{Precision: precision, Batch: 2})
	for i, values := range run(t, b, small, pixels, cuts) {
		if !slices.Equal(values, got[i]) {
			t.Errorf("%s: other values in batches of two", cuts[i])
		}
	}
}

func cutsOf(t *testing.T, list string) []model.Cut {
	t.Helper()
	cuts, err := model.ParseCuts(list)
	if err != nil {
		t.Fatal(err)
	}
	return cuts
}
