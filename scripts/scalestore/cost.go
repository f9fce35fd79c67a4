package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// cost is what one run took.
type cost struct {
	wall, processor time.Duration
	peak            int64 // bytes resident at most
}

// featurize runs the program; its words are shown only if it fails.
func (b *bench) featurize(args ...string) (cost, error) {
	var out bytes.Buffer
	cmd := exec.Command(b.program, append([]string{"--weights", "random:1", "--cuts", cut}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return cost{}, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out.Bytes())
	}
	c := cost{wall: wall, processor: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = int64(usage.Maxrss)
		if runtime.GOOS != "darwin" { // getrusage(2): bytes there, kilobytes elsewhere
			c.peak <<= 10
		}
	}
	return c, nil
}

// cheapest runs the program the given number of times, all with nothing to do, and
// returns the least of each cost.
func (b *bench) cheapest(times int, args ...string) (cost, error) {
	var least cost
	for i := range times {
		c, err := b.featurize(args...)
		if err != nil {
			return cost{}, err
		}
		if i == 0 {
			least = c
		}
		least = cost{min(least.wall, c.wall), min(least.processor, c.processor), min(least.peak, c.peak)}
	}
	return least, nil
}

// beyond takes the time of another run off. Memory stays whole.
func (c cost) beyond(base cost) cost {
	return cost{c.wall - base.wall, c.processor - base.processor, c.peak}
}

func (c cost) ratio(last cost) string {
	if min(last.wall, last.processor, c.wall, c.processor) <= 0 { // less than the noise
		return ""
	}
	return fmt.Sprintf("   (×%.1f, ×%.1f)", float64(c.wall)/float64(last.wall), float64(c.processor)/float64(last.processor))
}

func (c cost) String() string {
	return fmt.Sprintf("%7.2f s %7.2f s %6d MB", c.wall.Seconds(), c.processor.Seconds(), c.peak/1e6)
}
