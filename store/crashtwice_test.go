package store

import (
	"errors"
	"fmt"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// TestCrashTwice fails the run that recovers from a failed run, too.
func TestCrashTwice(t *testing.T) {
	c := newCrashTest(t)
	calls, err := c.calls()
	if err != nil {
		t.Fatal(err)
	}
	kill := crashCase{Fault: filestest.Killed()}
	every := 9 + sample(34) // all pairs would take hours
	for i := range filestest.Outages {
		power := crashCase{filestest.Killed(), &filestest.Outages[i]}
		for _, pair := range [][2]crashCase{{kill, power}, {power, kill}, {power, power}} {
			for first := 1 + i%every; first <= len(calls); first += every {
				for second := 1 + (first+i)%every; second <= len(calls); second += every {
					if err := c.failTwice(first, second, pair); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// failTwice fails a run, and then the run after it.
func (c *crashTest) failTwice(first, second int, how [2]crashCase) error {
	disk, seed := filestest.NewDisk(), uint64(first*1000+second)
	where, made := "", false
	for i, k := range []int{first, second} {
		f := filestest.NewFaulty(disk, how[i].Fault, k)
		done, _ := runSteps(f, c.dir, c.steps, nil)
		made = made || done >= 0
		if how[i].outage != nil {
			disk = disk.AfterOutage(*how[i].outage, seed)
		}
		where += fmt.Sprintf("%s at %s; ", how[i], f.Where())
	}
	if err := c.sound(disk, made); err != nil {
		return fmt.Errorf("%sas found: %w", where, err)
	}
	if _, err := runSteps(disk, c.dir, c.steps, nil); err != nil {
		return fmt.Errorf("%srun again: %w", where, err)
	}
	if err := c.atEnd(disk); err != nil {
		return fmt.Errorf("%safter another run: %w", where, err)
	}
	return nil
}

// sound checks that what stands on a disk verifies. There may be no store if none was
// reported as made.
func (c *crashTest) sound(disk *filestest.Disk, made bool) error {
	s, err := openIn(files.On(disk), c.dir)
	if errors.Is(err, ErrNotStore) && !made {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = verified(s)
	return err
}
