package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"cutpoint/model"
	"cutpoint/pipeline/quantity"
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
	DeviceMemory   uint64      `json:"device_memory_bytes,omitempty"` // of GPUs
	Concurrency    int         `json:"concurrency"`                   // batches at a time
	PagesPerSecond spread      `json:"pages_per_second"`
	GFLOPS         float64     `json:"gflops"`      // at the median rate
	PeakGFLOPS     float64     `json:"peak_gflops"` // of the kernel's multiply-adds, on all cores or GPUs
	OfPeak         float64     `json:"of_peak"`     // GFLOPS / PeakGFLOPS
	Layers         []layerTime `json:"layers"`
	Rest           float64     `json:"rest_ms"` // of the time of all threads or GPUs for a page, outside the layers
}

// layerTime is where the time for a page goes.
type layerTime struct {
	Name         string  `json:"name"`
	Milliseconds float64 `json:"ms"` // of all threads or GPUs together
	Share        float64 `json:"share"`
	GFLOPS       float64 `json:"gflops"` // as all would do together
	OfPeak       float64 `json:"of_peak"`
}

// sum computes the figures.
func (m *measurement) sum(of measuring, rounds []round) {
	engine := of.engine
	var rates []float64
	var layered passes
	for _, r := range rounds {
		rates = append(rates, r.pagesPerSecond())
		m.PeakGFLOPS = max(m.PeakGFLOPS, r.peak/1e9)
		layered.pages, layered.took = layered.pages+r.layered.pages, layered.took+r.layered.took
	}
	m.Rounds, m.PagesPerSecond, m.PeakMemory = len(rounds), spreadOf(rates), peakMemory()
	m.Concurrency, m.DeviceMemory = engine.Concurrency(), engine.Memory()
	side := engine.Processors()
	if engine.Concurrency() > 1 {
		side = 1 // a batch that is alone is on one GPU
	}
	all := milliseconds(layered.took) * float64(side) / float64(layered.pages)
	m.Rest = all
	for i, l := range model.Layers()[:model.Deepest(of.cuts)+1] {
		if l.Kind == model.MaxPool {
			continue // inside the convolution before it
		}
		t := layerTime{Name: l.Name, Milliseconds: milliseconds(of.profile.Layer(i)) / float64(layered.pages)}
		m.Rest -= t.Milliseconds
		t.Share = t.Milliseconds / all
		t.GFLOPS = float64(l.FLOPs()) / 1e6 / t.Milliseconds * float64(engine.Processors())
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
	fmt.Fprintf(&b, "rate     %s pages/s (%s to %s in %d rounds)\n", digits(m.PagesPerSecond.Median), digits(m.PagesPerSecond.Min), digits(m.PagesPerSecond.Max), m.Rounds)
	unit, scale := m.operations()
	fmt.Fprintf(&b, "         %.1f %s, %.1f %% of the peak of %.1f\n", m.GFLOPS*scale, unit, 100*m.OfPeak, m.PeakGFLOPS*scale)
	if m.PeakMemory > 0 {
		fmt.Fprintf(&b, "memory   %s at most\n", quantity.Bytes(m.PeakMemory))
	}
	if m.DeviceMemory > 0 {
		fmt.Fprintf(&b, "         %s of the GPU's, %d batches at a time\n", quantity.Bytes(int64(m.DeviceMemory)), m.Concurrency)
	}
	fmt.Fprintln(&b)
	m.printLayers(&b)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write what was measured: %w", err)
	}
	return nil
}

// digits writes a rate as exactly as it was measured.
func digits(rate float64) string {
	if rate < 1000 {
		return fmt.Sprintf("%.2f", rate)
	}
	return fmt.Sprintf("%.0f", rate)
}

// operations returns the unit for operations a second in which the peak has few digits.
func (m *measurement) operations() (unit string, ofGFLOPS float64) {
	if m.PeakGFLOPS < 10_000 {
		return "GFLOP/s", 1
	}
	return "TFLOP/s", 1e-3
}

func (m *measurement) printLayers(w io.Writer) {
	operations, scale := m.operations()
	times, longer := "ms", 1.0
	if m.PagesPerSecond.Median > 500 { // less than 2 ms a page
		times, longer = "µs", 1e3
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "layer\t%s a page\tshare\t%s\tof peak\t\n", times, operations)
	for _, l := range m.Layers {
		fmt.Fprintf(table, "%s\t%.2f\t%.1f %%\t%.1f\t%.1f %%\t\n", l.Name, l.Milliseconds*longer, 100*l.Share, l.GFLOPS*scale, 100*l.OfPeak)
	}
	fmt.Fprintf(table, "rest\t%.2f\t\t\t\t\n", m.Rest*longer)
	table.Flush()
}
