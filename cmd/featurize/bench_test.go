package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"cutpoint/cmd/internal/command"
)

// TestBench measures the shallowest cut: what is asked here is that the figures go together.
func TestBench(t *testing.T) {
	code, out, errs := run(t, "", "bench", "--cuts", "pool1-avg", "--batch", "1", "--rounds", "2", "--json", "-q")
	var m measurement
	if err := json.Unmarshal([]byte(out), &m); err != nil || code != command.OK {
		t.Fatalf("code %d, %v: %s%s", code, err, out, errs)
	}
	rate := m.PagesPerSecond
	if rate.Min > rate.Median || rate.Median > rate.Max || rate.Min <= 0 || m.Rounds != 2 || m.Batch != 1 {
		t.Errorf("bench measured %+v, want two rounds of batch 1 and rates in order", m)
	}
	// 3·64·9 and 64·64·9 multiply-accumulates for each of 224 × 224 pixels.
	work := 2 * 224 * 224 * 9 * (3*64 + 64*64) / 1e9
	if math.Abs(m.GFLOPS/rate.Median-work) > 1e-6 || math.Abs(m.OfPeak-m.GFLOPS/m.PeakGFLOPS) > 1e-9 {
		t.Errorf("%.4f GFLOP a page, want %.4f; %+v", m.GFLOPS/rate.Median, work, m)
	}
	share := 0.0
	for _, l := range m.Layers {
		share += l.Share
	}
	if len(m.Layers) != 2 || m.Layers[1].GFLOPS <= 0 || !(share > 0.5 && share <= 1) || m.Rest < 0 {
		t.Errorf("shares of %.3f, rest %.3f ms: %+v", share, m.Rest, m.Layers)
	}
}

func TestBenchPrinted(t *testing.T) {
	code, out, errs := run(t, "", "bench", "--cuts", "pool1-avg", "--batch", "2", "--rounds", "1", "--precision", "bfloat16")
	for _, want := range []string{"bfloat16, batch 2, to pool1-avg", "pages/s", "% of the peak of", "block1_conv2", "rest"} {
		if code != command.OK || !strings.Contains(out, want) {
			t.Errorf("code %d, want %q in\n%s%s", code, want, out, errs)
		}
	}
}

func TestBenchRefusals(t *testing.T) {
	for want, args := range map[string][]string{
		"takes no documents": {"scans"}, "--batch -1": {"--batch", "-1"}, "--batch 9999": {"--batch", "9999"}, "--rounds -1": {"--rounds", "-1"},
		"unknown cut": {"--cuts", "pool9"}, "float8": {"--precision", "float8"}, "unknown kernel": {"--cpu-kernel", "sse9"},
	} {
		if code, _, errs := run(t, "", append([]string{"bench"}, args...)...); code != command.Usage || !strings.Contains(errs, want) {
			t.Errorf("%v: code %d, %s, want %q", args, code, errs, want)
		}
	}
}
