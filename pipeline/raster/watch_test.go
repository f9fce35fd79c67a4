package raster

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// slow is a decoder of as many pages as there are durations, which either looks at
// its context or does not.
type slow struct {
	takes    []time.Duration
	stubborn bool
}

func (s slow) pages() int                  { return len(s.takes) }
func (s slow) measure(int) (extent, error) { return extent{1, 1, 1}, nil }

func (s slow) decode(ctx context.Context, n int) (*Page, error) {
	done := ctx.Done()
	if s.stubborn {
		done = nil
	}
	select {
	case <-time.After(s.takes[n]):
		return newPage(1, 1, 1), nil
	case <-done:
		return nil, errors.New("broken off")
	}
}

func documentOf(d decoder, limits Limits) *Document {
	return &Document{format: "slow", limits: limits.OrDefault(), decoder: d, clock: wallClock}
}

// outcomes decodes all pages and tells "" for a page, else the class.
func outcomes(ctx context.Context, d *Document) (list []string) {
	for n := range d.Pages() {
		_, err := d.Decode(ctx, n)
		var e *Error
		switch {
		case err == nil:
			list = append(list, "")
		case errors.As(err, &e):
			list = append(list, string(e.Class))
		default:
			list = append(list, err.Error())
		}
	}
	return list
}

func TestTimeIsLimited(t *testing.T) {
	const s = time.Second
	for name, c := range map[string]struct {
		decoder decoder
		limits  Limits
		want    [4]string
		at      time.Duration // that all pages take
	}{
		"a page":        {slow{takes: []time.Duration{s, 20 * s, 9 * s, s}}, Limits{PageTime: 10 * s}, [4]string{"", "too-slow", "", ""}, 21 * s},
		"the document":  {slow{takes: []time.Duration{5 * s, 5 * s, 5 * s, s}}, Limits{DocumentTime: 12 * s}, [4]string{"", "", "too-slow", "too-slow"}, 12 * s},
		"a stuck one":   {slow{takes: []time.Duration{s, 90 * s, s, s}, stubborn: true}, Limits{PageTime: 10 * s}, [4]string{"", "too-slow", "too-slow", "too-slow"}, 13 * s},
		"within limits": {slow{takes: []time.Duration{s, s, s, s}}, Limits{PageTime: 2 * s, DocumentTime: 5 * s}, [4]string{}, 4 * s},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				got := [4]string(outcomes(t.Context(), documentOf(c.decoder, c.limits)))
				if took := time.Since(start); got != c.want || took != c.at {
					t.Errorf("%q after %s, want %q after %s", got, took, c.want, c.at)
				}
				time.Sleep(2 * time.Minute) // until the stuck one ends
			})
		})
	}
}

// TestStuckDecoderIsLeftAlone: a document serves one goroutine at a time.
func TestStuckDecoderIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := documentOf(slow{takes: []time.Duration{time.Minute, time.Second}, stubborn: true}, Limits{PageTime: time.Second})
		d.Decode(t.Context(), 0)
		_, err := d.Memory(1)
		var e *Error
		if !errors.As(err, &e) || e.Class != TooSlow {
			t.Errorf("%v, want that the document is too slow", err)
		}
		time.Sleep(2 * time.Minute) // until the stuck one ends
	})
}

func TestEndOfTheRunIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, stubborn := range []bool{false, true} {
			_, err := documentOf(slow{[]time.Duration{time.Minute}, stubborn}, Limits{}).Decode(ctx, 0)
			if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(*Error)) {
				t.Errorf("%v, want the context's error", err)
			}
		}
		time.Sleep(2 * time.Minute) // until the stubborn one ends
	})
}

type panicking struct{ slow }

func (panicking) decode(context.Context, int) (*Page, error) { panic("index out of range") }

func TestPanicCostsOnePage(t *testing.T) {
	_, err := documentOf(panicking{slow{takes: make([]time.Duration, 1)}}, Limits{}).Decode(t.Context(), 0)
	var e *Error
	if !errors.As(err, &e) || e.Class != Corrupt {
		t.Errorf("%v, want a corrupt page", err)
	}
}

type large struct {
	slow
	extent
}

func (l large) measure(int) (extent, error) { return l.extent, nil }

func TestMemoryIsLimitedBeforeItIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		extent extent
		want   Class
	}{
		"fits": {extent{100, 100, 4}, ""}, "pixels": {extent{100, 101, 1}, TooLarge}, "memory": {extent{100, 100, 5}, TooLarge},
		"no width": {extent{0, 100, 1}, Corrupt}, "a line": {extent{maxSide + 1, 1, 0}, TooLarge}, "bomb": {extent{1 << 31, 1 << 31, 16}, TooLarge},
	} {
		d := documentOf(large{slow{takes: make([]time.Duration, 1)}, c.extent}, Limits{MaxPixels: 10_000, MaxMemory: 40_000})
		_, need := d.Memory(0)
		_, err := d.Decode(t.Context(), 0)
		for _, err := range []error{need, err} {
			var e *Error
			if errors.As(err, &e) != (c.want != "") || e != nil && e.Class != c.want {
				t.Errorf("%s: %v, want class %q", name, err, c.want)
			}
		}
	}
}
