package raster

import (
	"context"
	"fmt"
	"time"
)

// grace is how long a decoder that looks at its context may take to notice that
// its time is over.
const grace = 2 * time.Second

// timeout is a decoder that took longer than it may.
type timeout struct {
	limit time.Duration
	stuck bool // it has not ended yet
}

func (t *timeout) Error() string {
	return fmt.Sprintf("reading it took longer than %s", t.limit)
}

// watched runs decode for at most limit. A decoder that does not
// end by itself is left behind, so that the caller can go on. A panic becomes an
// error: decoders of other people are fuzzed but not proven, and it must cost a
// document, not the night's run. Its error is the context's own if that is done.
func watched[T any](ctx context.Context, limit time.Duration, decode func(context.Context) (T, error)) (T, error) {
	over := &timeout{limit: limit}
	inner, cancel := context.WithTimeoutCause(ctx, limit, over)
	defer cancel()
	done := make(chan outcome[T], 1)
	go func() { done <- recovered(inner, decode) }()
	var o outcome[T]
	select {
	case o = <-done:
	case <-inner.Done():
		select {
		case o = <-done:
		case <-time.After(grace):
			over = &timeout{limit, true}
			o.err = over
		}
	}
	switch {
	case o.err == nil:
		return o.value, nil
	case ctx.Err() != nil:
		return o.value, ctx.Err()
	case inner.Err() != nil:
		return o.value, over
	}
	return o.value, o.err
}

type outcome[T any] struct {
	value T
	err   error
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
