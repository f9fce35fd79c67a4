package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"cutpoint/cmd/internal/command"
	"cutpoint/model"
	"cutpoint/model/cpu"
)

// measurement is what bench writes as JSON.
type measurement struct {
	machine
	Engine         string      `json:"engine"`
	Weights        string      `json:"weights"`
	Cuts           []string    `json:"cuts"`
	Batch          int         `json:"batch"`
	Rounds         int         `json:"rounds"`
	ReadSeconds    float64     `json:"read_seconds"` // reading the weights
	PackSeconds    float64     `json:"pack_seconds"` // into the engine
	PeakMemory     int64       `json:"peak_memory_bytes,omitempty"`
	PagesPerSecond spread      `json:"pages_per_second"`
	GFLOPS         float64     `json:"gflops"`      // at the median rate
	PeakGFLOPS     float64     `json:"peak_gflops"` // of the kernel's multiply-adds, on all cores
	OfPeak         float64     `json:"of_peak"`     // GFLOPS / PeakGFLOPS
	Layers         []layerTime `json:"layers"`
	Rest           float64     `json:"rest_ms"` // of the threads' time for a page, outside the layers
}

// layerTime is where the time for a page goes.
type layerTime struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"ms"` // of all threads together
	Share        float64 `json:"share"`
	GFLOPS       float64 `json:"gflops"` // as all threads would do together
	OfPeak       float64 `json:"of_peak"`
}

// sum computes the figures.
func (m *measurement) sum(threads int, cuts []model.Cut, rounds []round, profile *cpu.Profile) {
	var rates []float64
	var pages int
	var took time.Duration
	for _, r := range rounds {
		rates = append(rates, r.pagesPerSecond())
		m.PeakGFLOPS = max(m.PeakGFLOPS, r.peak/1e9)
		pages, took = pages+r.pages, took+r.took
	}
	m.Rounds, m.PagesPerSecond, m.PeakMemory = len(rounds), spreadOf(rates), peakMemory()
	all := milliseconds(took) * float64(threads) / float64(pages)
	m.Rest = all
	for i, l := range model.Layers()[:model.Deepest(cuts)+1] {
		if l.Kind == model.MaxPool {
			continue // inside the convolution before it
		}
		t := layerTime{Name: l.Name, Milliseconds: milliseconds(profile.Layer(i)) / float64(pages)}
		m.Rest -= t.Milliseconds
		t.Share = t.Milliseconds / all
		t.GFLOPS = float64(l.FLOPs()) / 1e6 / t.Milliseconds * float64(threads)
		t.OfPeak = t.GFLOPS / m.PeakGFLOPS
		m.Layers = append(m.Layers, t)
		m.GFLOPS += float64(l.FLOPs()) / 1e9 * m.PagesPerSecond.Median
	}
	m.OfPeak = m.GFLOPS / m.PeakGFLOPS
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }

func (m *measurement) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "machine  %s\n", m.machine)
	fmt.Fprintf(&b, "engine   %s, batch %d, to %s; weights read in %.2f s, packed in %.2f s\n", m.Engine, m.Batch, strings.Join(m.Cuts, ","), m.ReadSeconds, m.PackSeconds)
	fmt.Fprintf(&b, "rate     %.2f pages/s (%.2f to %.2f in %d rounds)\n", m.PagesPerSecond.Median, m.PagesPerSecond.Min, m.PagesPerSecond.Max, m.Rounds)
	fmt.Fprintf(&b, "         %.1f GFLOP/s, %.1f %% of the peak of %.1f\n", m.GFLOPS, 100*m.OfPeak, m.PeakGFLOPS)
	if m.PeakMemory > 0 {
		fmt.Fprintf(&b, "memory   %s at most\n", command.FormatBytes(m.PeakMemory))
	}
	fmt.Fprintln(&b)
	m.printLayers(&b)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write what was measured: %w", err)
	}
	return nil
}

func (m *measurement) printLayers(w io.Writer) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "layer\tms a page\tshare\tGFLOP/s\tof peak\t")
	for _, l := range m.Layers {
		fmt.Fprintf(table, "%s\t%.2f\t%.1f %%\t%.1f\t%.1f %%\t\n", l.Name, l.Milliseconds, 100*l.Share, l.GFLOPS, 100*l.OfPeak)
	}
	fmt.Fprintf(table, "rest\t%.2f\t\t\t\t\n", m.Rest)
	table.Flush()
}
