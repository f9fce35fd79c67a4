//go:build linux

package raster

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// busy is a decoder of one page that computes for a time, unless its context is done.
type busy struct{ slow }

func (b busy) decode(ctx context.Context, n int) (*Page, error) {
	spent, stop := processorClock()
	defer stop()
	for spent() < b.takes[n] {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return newPage(1, 1, 1), nil
}

// TestProcessorTimeIsLimited: what a decoder waits, because others have the processor,
// does not count.
func TestProcessorTimeIsLimited(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		decoder decoder
		want    string
		least   time.Duration
	}{
		"waits":    {slow{takes: []time.Duration{300 * ms}}, "", 0},
		"computes": {busy{slow{takes: []time.Duration{time.Minute}}}, "too-slow", 100 * ms},
	} {
		d := documentOf(c.decoder, Limits{PageTime: 100 * ms})
		d.clock = processorClock
		if got := outcomes(t.Context(), d); got[0] != c.want || d.spent < c.least {
			t.Errorf("one that %s: %q after %s of processor time, want %q", name, got, d.spent, c.want)
		}
	}
}

// TestPatienceEnds: a decoder that only waits is not waited for without end.
func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := documentOf(slow{takes: []time.Duration{time.Hour}}, Limits{PageTime: 10 * time.Second})
		d.clock = processorClock
		start := time.Now()
		if got := outcomes(t.Context(), d); got[0] != "too-slow" || time.Since(start) != patience*10*time.Second {
			t.Errorf("%q after %s", got, time.Since(start))
		}
	})
}
