// Command benchdecode times decoding and preparing pages on one core, ours and another
// program's in turns: Pillow's, or pdfium's for PDF.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"cutpoint/model"
	"cutpoint/pipeline/raster"
)

func main() {
	rounds := flag.Int("rounds", 5, "of each, in turns")
	peer := flag.String("peer", "pillow", "what is compared with: pillow or pdfium")
	python := flag.String("python", "python3", "a Python that has it")
	kinds := flag.String("kinds", "*", "a pattern of those that are timed")
	fast := flag.Bool("fast", false, "JPEG alone, at a fraction of its size in both")
	flag.Parse()
	if err := run(*rounds, *fast, *kinds, *peer, *python, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "benchdecode:", err)
		os.Exit(1)
	}
}

func run(rounds int, fast bool, pattern, peer, python, folder string) error {
	runtime.GOMAXPROCS(1)
	ours, theirs, ratios := map[string][]float64{}, map[string][]float64{}, map[string][]float64{}
	task := "time"
	if fast {
		pattern, task = "jpeg-*", "time-draft"
	}
	for range rounds {
		mine, err := measure(folder, pattern, fast)
		if err != nil {
			return err
		}
		out, err := exec.Command(python, "scripts/benchdecode/"+peer+".py", task, folder, pattern).Output()
		if err != nil {
			return fmt.Errorf("time %s: %w", peer, err)
		}
		var other map[string]float64
		if err := json.Unmarshal(out, &other); err != nil {
			return err
		}
		for kind, seconds := range mine {
			ours[kind] = append(ours[kind], seconds)
			theirs[kind] = append(theirs[kind], other[kind])
			ratios[kind] = append(ratios[kind], other[kind]/seconds)
		}
	}
	fmt.Printf("| pages | %s, ms a page | ours, ms a page | ratio |\n|---|---|---|---|\n", peer)
	for _, kind := range slices.Sorted(maps.Keys(ours)) {
		fmt.Printf("| %s | %.2f | %.2f | %.2f |\n", kind, 1e3*median(theirs[kind]), 1e3*median(ours[kind]), median(ratios[kind]))
	}
	return nil
}

// measure returns CPU seconds a page, garbage collection included, by kind.
func measure(folder, pattern string, fast bool) (map[string]float64, error) {
	seconds := map[string]float64{}
	kinds, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return nil, err
	}
	for _, kind := range kinds {
		names, err := filepath.Glob(filepath.Join(kind, "*"))
		if err != nil {
			return nil, err
		}
		var files [][]byte
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				return nil, err
			}
			files = append(files, data)
		}
		repeat := 6
		if strings.HasSuffix(kind, "3000") {
			repeat = 1
		}
		start := cpuSeconds()
		for range repeat {
			for _, data := range files {
				if err := prepare(data, fast); err != nil {
					return nil, fmt.Errorf("%s: %w", kind, err)
				}
			}
		}
		seconds[filepath.Base(kind)] = (cpuSeconds() - start) / float64(repeat*len(files))
	}
	return seconds, nil
}

func prepare(data []byte, fast bool) error {
	d, err := raster.Open(context.Background(), data, raster.DefaultLimits(), raster.Decoding{FastDecode: fast})
	if err != nil {
		return err
	}
	defer d.Close()
	page, err := d.Decode(context.Background(), 0)
	if err != nil {
		return err
	}
	page.Prepare(make([]uint8, model.InputShape().Len()), model.InputShape().W, raster.Preparation{})
	return nil
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
