// Command benchrun compares the rate of a whole run of featurize with that of the
// engine alone over the same pages, prepared beforehand.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/weights"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/raster"
)

type bench struct {
	program, weights string
	precision        string
	cuts             []model.Cut
	batch, pages     int
	corpus           string
}

func main() {
	var b bench
	cuts := flag.String("cuts", "fc2,pool5", "cuts")
	rounds := flag.Int("rounds", 3, "runs of each, in turns")
	flag.StringVar(&b.program, "featurize", "bin/featurize", "the program")
	flag.StringVar(&b.weights, "weights", "random:1", "weights")
	flag.StringVar(&b.precision, "precision", model.Float32, "float32 or bfloat16")
	flag.IntVar(&b.batch, "batch", 16, "pages computed together")
	flag.IntVar(&b.pages, "pages", 160, "pages of the corpus")
	flag.Parse()
	b.corpus = flag.Arg(0)
	if err := b.run(*cuts, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "benchrun:", err)
		os.Exit(1)
	}
}

func (b bench) run(cuts string, rounds int) (err error) {
	if b.cuts, err = model.ParseCuts(cuts); err != nil {
		return err
	}
	pixels, err := b.prepare()
	if err != nil {
		return err
	}
	pages := len(pixels) / model.InputShape().Len()
	var alone, whole, process, ratios []float64
	for range rounds {
		engine, err := b.engineAlone(pixels)
		if err != nil {
			return err
		}
		inside, all, err := b.wholeRun(cuts, pages)
		if err != nil {
			return err
		}
		alone, whole, process = append(alone, engine), append(whole, inside), append(process, all)
		ratios = append(ratios, inside/engine)
		fmt.Printf("%d pages: engine alone %.2f pages/s; whole run %.2f pages/s (%.1f %%); the process with its start %.2f pages/s\n",
			pages, engine, inside, 100*inside/engine, all)
	}
	fmt.Printf("median: engine alone %.2f, whole run %.2f = %.1f %%, process %.2f pages/s\n",
		median(alone), median(whole), 100*median(ratios), median(process))
	return nil
}

// prepare reads the corpus' first pages as the trunk takes them.
func (b bench) prepare() (pixels []uint8, err error) {
	listing, err := corpus.List(context.Background(), []string{b.corpus}, corpus.Options{})
	if err != nil {
		return nil, err
	}
	size := model.InputShape().Len()
	for _, e := range listing.Entries {
		if len(pixels) >= b.pages*size {
			break
		}
		page, err := firstPage(e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Path, err)
		}
		pixels = append(pixels, make([]uint8, size)...)
		page.Prepare(pixels[len(pixels)-size:], model.InputShape().W, raster.Preparation{})
	}
	return pixels, nil
}

func firstPage(e corpus.Entry) (*raster.Page, error) {
	limits := raster.DefaultLimits()
	data, err := e.Read(limits.MaxBytes)
	if err != nil {
		return nil, err
	}
	d, err := raster.Open(context.Background(), data, limits, raster.Decoding{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Decode(context.Background(), 0)
}

// engineAlone returns pages a second, the engine's start left out.
func (b bench) engineAlone(pixels []uint8) (float64, error) {
	w, err := weights.Open(context.Background(), b.weights)
	if err != nil {
		return 0, err
	}
	engine, err := cpu.New(w, cpu.Options{Threads: runtime.GOMAXPROCS(0), Precision: b.precision})
	if err != nil {
		return 0, err
	}
	defer engine.Close()
	dst := make([][]float32, len(b.cuts))
	for i, c := range b.cuts {
		dst[i] = make([]float32, b.batch*c.Dim())
	}
	start := time.Now()
	for batch := range slices.Chunk(pixels, b.batch*model.InputShape().Len()) {
		n := len(batch) / model.InputShape().Len()
		out := make([][]float32, len(b.cuts))
		for i, c := range b.cuts {
			out[i] = dst[i][:n*c.Dim()]
		}
		if err := engine.Forward(context.Background(), batch, b.cuts, out); err != nil {
			return 0, err
		}
	}
	return float64(len(pixels)/model.InputShape().Len()) / time.Since(start).Seconds(), nil
}

// wholeRun returns pages a second as the run counts them, and of the whole process.
func (b bench) wholeRun(cuts string, pages int) (inside, process float64, err error) {
	store, err := os.MkdirTemp("", "benchrun")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(store)
	command := exec.Command(b.program, "--weights", b.weights, "--cuts", cuts, "--store", filepath.Join(store, "features"),
		"--precision", b.precision, "--batch", fmt.Sprint(b.batch), "--limit", fmt.Sprint(pages), "--json", "--quiet", b.corpus)
	command.Stderr = os.Stderr
	start := time.Now()
	out, err := command.Output()
	took := time.Since(start).Seconds()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", b.program, err)
	}
	var summary struct {
		Pages          int
		PagesPerSecond float64 `json:"pages_per_second"`
	}
	if err := json.Unmarshal(out, &summary); err != nil {
		return 0, 0, err
	}
	if summary.Pages != pages {
		return 0, 0, fmt.Errorf("the run computed %d of %d pages", summary.Pages, pages)
	}
	return summary.PagesPerSecond, float64(pages) / took, nil
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
