package raster

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// processorClock measures the processor time of a goroutine that does all its work
// itself, as decoders do. It gets a thread of its own.
func processorClock() (spent func() time.Duration, stop func()) {
	runtime.LockOSThread()
	// The clock of a thread (clock_getcpuclockid(3)): the rest of its id is 2 for the
	// time that the scheduler counts, and 4 for a thread's.
	id := int32(^unix.Gettid()<<3 | 4 | 2)
	now := func() time.Duration {
		var t unix.Timespec
		if unix.ClockGettime(id, &t) != nil {
			return 0 // the limit by the clock on the wall stays
		}
		return time.Duration(t.Nano())
	}
	start := now()
	return func() time.Duration { return now() - start }, runtime.UnlockOSThread
}
