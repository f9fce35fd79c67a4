package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/store"
)

func lockWaitFlag() cli.Flag {
	return &cli.DurationFlag{Name: "lock-wait", Usage: "`TIME`: wait up to this long, such as 10m, for another run on the store to end", Category: runsTopic}
}

func dryRunFlag() cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Aliases: []string{"n"}, Usage: "print what would be done; write nothing"}
}

func quietFlag() cli.Flag {
	return &cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no progress; warnings and errors only"}
}

// lockStore takes the store's lock, or that of a shard of a run, and finishes
// what dead runs began.
func lockStore(ctx context.Context, s *store.Store, part shard, wait time.Duration) (release func(), err error) {
	var unlock func() error
	if part.of > 1 {
		unlock, err = s.LockShard(ctx, fmt.Sprintf("%d-of-%d", part.number, part.of), wait)
	} else {
		unlock, err = s.Lock(ctx, wait)
	}
	if errors.Is(err, store.ErrLocked) {
		return nil, &command.ExitError{Code: command.Locked, Err: fmt.Errorf("another run is writing to store %s; try again later, or give --lock-wait 10m", s.Dir())}
	}
	if err != nil {
		return nil, err
	}
	if _, err = s.Recover(ctx); err == nil {
		err = s.CheckWritable() // rather than after hours of computing
	}
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	return func() { unlock() }, nil
}
