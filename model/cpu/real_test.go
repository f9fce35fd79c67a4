package cpu_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/cpu/kernel"
	"cutpoint/model/weights"
	"cutpoint/pipeline/raster"
)

// TestBFloat16Cosine compares the features of scanned pages in bfloat16 with those in
// float32 at every cut, with ImageNet weights: their cosine is at least 0.9995.
func TestBFloat16Cosine(t *testing.T) {
	if testing.Short() || kernel.Available()[0] == "generic" {
		t.Skip("computes the whole network on several pages")
	}
	w := imageNet(t)
	pixels, pages := scannedPages(t, 3)
	cuts := model.AllCuts()
	want := features(t, w, cpu.Options{Kernel: kernel.Available()[0]}, pixels, pages, cuts)
	for _, opt := range cpu.WaysInBFloat16() {
		t.Run(opt.Kernel, func(t *testing.T) {
			got := features(t, w, opt, pixels, pages, cuts)
			for i, c := range cuts {
				lowest := 1.0
				for page := range pages {
					at, end := page*c.Dim(), (page+1)*c.Dim()
					lowest = min(lowest, cosine(got[i][at:end], want[i][at:end]))
				}
				t.Logf("%s: cosine %.6f", c, lowest)
				if !(lowest >= 0.9995) {
					t.Errorf("%s: cosine %.6f, want at least 0.9995", c, lowest)
				}
			}
		})
	}
}

// TestImageNet holds every cut of a scanned page, with ImageNet weights, against float64,
// within TestNetwork's limits.
func TestImageNet(t *testing.T) {
	if testing.Short() || kernel.Available()[0] == "generic" {
		t.Skip("20 billion multiply-adds in float64 take half a minute")
	}
	w := imageNet(t)
	page, _ := scannedPages(t, 1)
	cpu.CheckNetwork(t, w, page)
}

func features(t *testing.T, w *model.Weights, opt cpu.Options, pixels []uint8, pages int, cuts []model.Cut) (dst [][]float32) {
	t.Helper()
	e, err := cpu.New(w, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, c := range cuts {
		dst = append(dst, make([]float32, pages*c.Dim()))
	}
	if err := e.Forward(context.Background(), pixels, cuts, dst); err != nil {
		t.Fatal(err)
	}
	return dst
}

func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	return ab / math.Sqrt(aa*bb)
}

// imageNet opens the weights that scripts/conformance-features makes of the shared data.
func imageNet(t *testing.T) *model.Weights {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skipf("weights: %v", err)
	}
	path := filepath.Join(cache, "cutpoint", "vgg19_imagenet.safetensors")
	if _, err := os.Stat(path); err != nil {
		t.Skip("weights: there are no ImageNet weights; scripts/conformance-features makes a file of them")
	}
	w, err := weights.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// scannedPages prepares the first page of each of the shared folders.
func scannedPages(t *testing.T, most int) (pixels []uint8, pages int) {
	t.Helper()
	folders, _ := filepath.Glob("../../../shared/data/pages5/*")
	for _, folder := range folders[:min(most, len(folders))] {
		files, _ := filepath.Glob(filepath.Join(folder, "*.tif"))
		if len(files) == 0 {
			continue
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		pixels = append(pixels, prepared(t, data)...)
		pages++
	}
	if pages == 0 {
		t.Skip("data: ../shared/data/pages5 is absent")
	}
	return pixels, pages
}

func prepared(t *testing.T, data []byte) []uint8 {
	t.Helper()
	d, err := raster.Open(t.Context(), data, raster.DefaultLimits(), raster.Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	page, err := d.Decode(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	pixels := make([]uint8, model.InputShape().Len())
	page.Prepare(pixels, model.InputShape().W, raster.Preparation{})
	return pixels
}
