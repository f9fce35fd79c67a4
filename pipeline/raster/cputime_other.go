//go:build !linux

package raster

import "time"

// processorClock measures the time that passes where threads have no clocks that others
// may read.
func processorClock() (spent func() time.Duration, stop func()) { return wallClock() }
