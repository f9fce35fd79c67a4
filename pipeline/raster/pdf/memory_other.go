//go:build !linux

package pdf

import "context"

// memories are of use on Linux only; elsewhere the memory of sandboxes is Go's.
type memories struct{}

var mapped memories

func withMemories(ctx context.Context) context.Context { return ctx }

func (memories) of([]byte) *memory { return nil }

type memory struct{}

func (*memory) release() {}
