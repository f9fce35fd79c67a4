package raster

import (
	"context"
	"fmt"
	"math"
	"time"
)

const (
	// grace is how long a decoder that looks at its context may take to notice that
	// its time is over.
	grace = 2 * time.Second
	// patience is how many times its limit of processor time a decoder may take by the
	// clock on the wall, where others need the processors too.
	patience = 20
)

// clock starts to measure what the calling goroutine spends until it calls stop. Other
// goroutines may call spent until then.
type clock func() (spent func() time.Duration, stop func())

// wallClock measures the time that passes.
func wallClock() (spent func() time.Duration, stop func()) {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }, func() {}
}

// timeout is a decoder that took longer than it may.
type timeout struct {
	limit time.Duration
	stuck bool // it has not ended yet
}

func (t *timeout) Error() string {
	return fmt.Sprintf("reading it took longer than %s", t.limit)
}

// watched runs decode until it has spent limit by the clock, or patience times that has
// passed, and adds what it spent to total. A decoder that does not end by itself is left
// behind, so that the caller can go on. A panic becomes an error: decoders of other
// people are fuzzed but not proven, and it must cost a document, not the night's run. Its
// error is the context's own if that is done.
func watched[T any](ctx context.Context, c clock, limit time.Duration, total *time.Duration, decode func(context.Context) (T, error)) (T, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	started, done := make(chan func() time.Duration, 1), make(chan outcome[T], 1)
	go func() {
		spent, stop := c()
		defer stop()
		started <- spent
		o := recovered(inner, decode)
		o.spent = spent()
		done <- o
	}()
	spent := <-started
	o, ended := await(ctx, done, spent, limit)
	if !ended {
		over := &timeout{limit: limit}
		cancel()
		select {
		case o = <-done:
		case <-time.After(grace):
			over.stuck = true
			o.spent, o.err = spent(), over
		}
		if o.err != nil {
			o.err = over
		}
	}
	*total += o.spent
	if o.err != nil && ctx.Err() != nil {
		return o.value, ctx.Err()
	}
	return o.value, o.err
}

type outcome[T any] struct {
	value T
	err   error
	spent time.Duration
}

// await waits for an outcome until the time is over or ctx is done, and reports whether
// there is one. No time is spent faster than it passes.
func await[T any](ctx context.Context, done <-chan outcome[T], spent func() time.Duration, limit time.Duration) (o outcome[T], ended bool) {
	last := time.After(patience * min(limit, math.MaxInt64/patience))
	for left := limit; left > 0; left = limit - spent() {
		select {
		case o = <-done:
			return o, true
		case <-ctx.Done():
			return o, false
		case <-last:
			return o, false
		case <-time.After(max(left, time.Millisecond)):
		}
	}
	return o, false
}

func recovered[T any](ctx context.Context, decode func(context.Context) (T, error)) (o outcome[T]) {
	defer func() {
		if r := recover(); r != nil {
			o.err = fmt.Errorf("the decoder gave up: %v", r)
		}
	}()
	o.value, o.err = decode(ctx)
	return o
}
