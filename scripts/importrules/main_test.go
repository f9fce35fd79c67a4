package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestPlantedViolationsAreFound(t *testing.T) {
	for _, c := range []struct{ file, imported string }{
		{"schemas/x.go", "cutpoint/model"},
		{"model/x.go", "cutpoint/store"},
		{"model/x.go", "cutpoint/schemas"},
		{"model/x.go", "cutpoint/model/cpu"},
		{"model/cpu/x.go", "cutpoint/pipeline/raster"},
		{"model/cpu/kernel/x.go", "cutpoint/model"},
		{"store/x.go", "cutpoint/model"},
		{"store/x.go", "cutpoint/store/files/filestest"},
		{"store/files/x.go", "cutpoint/schemas"},
		{"store/parquet/x.go", "cutpoint/store/delta"},
		{"cmd/fit/x.go", "cutpoint/store/delta"},
		{"pipeline/compare/x.go", "cutpoint/store"},
		{"pipeline/featurize/x.go", "cutpoint/model/cpu"},
		{"pipeline/featurize/x.go", "cutpoint/model/cuda"},
		{"pipeline/predict/x.go", "cutpoint/model/cuda/driver"},
		{"pipeline/compare/x.go", "gorgonia.org/gorgonia"},
		{"pipeline/export/x.go", "cutpoint/model/weights"},
		{"model/head/x.go", "gorgonia.org/tensor"},
		{"model/head/x.go", "gonum.org/v1/gonum/blas"},
		{"model/head/x.go", "cutpoint/model/head/train"},
		{"cmd/featurize/x.go", "cutpoint/model/head/train"},
		{"model/cuda/x.go", "github.com/ebitengine/purego"},
		{"model/cuda/x.go", "cutpoint/model/cuda/cudatest"},
		{"cmd/featurize/x.go", "cutpoint/model/cuda/cudatest"},
		{"model/cuda/x.go", "cutpoint/model/cuda/kernels/kerneltest"},
		{"pipeline/raster/x.go", "cutpoint/pipeline/raster/pdf/pdftest"},
		{"pipeline/raster/pdf/object/x.go", "cutpoint/pipeline/raster/pdf/scan"},
		{"pipeline/export/x.go", "cutpoint/store/parquet"},
		{"store/x.go", "github.com/urfave/cli/v2"},
		{"model/cpu/x.go", "C"},
		{"cmd/fit/x.go", "math/rand"},
	} {
		if got := found(t, c.file, c.imported); len(got) == 0 {
			t.Errorf("%s may import %s", c.file, c.imported)
		}
	}
}

func TestAllowedImportsPass(t *testing.T) {
	for _, c := range []struct{ file, imported string }{
		{"model/head/train/x.go", "gorgonia.org/tensor"},
		{"model/head/train/x.go", "cutpoint/model/head"},
		{"cmd/fit/x.go", "cutpoint/model/head/train"},
		{"cmd/featurize/x.go", "cutpoint/model/head"},
		{"pipeline/export/x.go", "cutpoint/model/weights/safetensors"},
		{"model/cuda/driver/x.go", "github.com/ebitengine/purego"},
		{"model/cuda/x_test.go", "cutpoint/model/cuda/cudatest"},
		{"pipeline/raster/x_test.go", "cutpoint/pipeline/raster/pdf/pdftest"},
		{"pipeline/lists/x.go", "cutpoint/store/parquet"},
		{"model/cpu/x.go", "cutpoint/model/cpu/kernel"},
		{"pipeline/compare/x.go", "cutpoint/model/head"},
		{"store/x.go", "cutpoint/schemas"},
		{"store/x.go", "cutpoint/store/delta"},
		{"store/delta/x.go", "cutpoint/store/parquet"}, // checkpoints are Parquet files, of any tool
		{"store/files/filestest/x.go", "cutpoint/store/files"},
		{"cmd/fit/x.go", "github.com/urfave/cli/v2"},
		{"model/weights/x.go", "math/rand/v2"},
		{"model/weights/x.go", "cutpoint/model/weights/hdf5"},
		{"store/x_test.go", "cutpoint/model"}, // tests are free
	} {
		if got := found(t, c.file, c.imported); len(got) > 0 {
			t.Errorf("%s may not import %s: %v", c.file, c.imported, got)
		}
	}
}

// TestLinkedPackages: what a program may not link is found behind any number of
// imports, and reported with the imports that lead there.
func TestLinkedPackages(t *testing.T) {
	root := t.TempDir()
	write(t, root, "cmd/featurize/x.go", "cutpoint/cmd/internal/vgg19")
	write(t, root, "cmd/internal/vgg19/x.go", "cutpoint/cmd/featurize") // a circle ends
	write(t, root, "cmd/internal/vgg19/y.go", "cutpoint/pipeline/compare")
	write(t, root, "pipeline/compare/x.go", "cutpoint/model/head/train")
	write(t, root, "model/head/train/x.go", "gorgonia.org/gorgonia")
	broken, err := check(root)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"cmd/featurize links cutpoint/model/head/train, imported by pipeline/compare ← cmd/internal/vgg19 ← cmd/featurize: featurize trains nothing",
		"cmd/featurize links gorgonia.org/gorgonia, imported by model/head/train ← pipeline/compare ← cmd/internal/vgg19 ← cmd/featurize: featurize trains nothing",
	}
	if !slices.Equal(broken, want) {
		t.Errorf("found %q, want %q", broken, want)
	}
}

func found(t *testing.T, file, imported string) []string {
	t.Helper()
	root := t.TempDir()
	write(t, root, file, imported)
	broken, err := check(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		if !strings.Contains(b, imported) {
			t.Errorf("%q does not name the import", b)
		}
	}
	return broken
}

// write makes a file with one import.
func write(t *testing.T, root, file, imported string) {
	t.Helper()
	name := filepath.Join(root, file)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("package x\n\nimport _ \""+imported+"\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}
