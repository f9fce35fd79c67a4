package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// crashCase is a way to fail at a call: a fault, and whether the power fails
// with it.
type crashCase struct {
	filestest.Fault
	outage *filestest.Outage
}

func (c crashCase) String() string {
	if c.outage == nil {
		return c.Name
	}
	return c.Name + ", then the power fails: " + c.outage.Name
}

func crashCases() []crashCase {
	var cases []crashCase
	for _, f := range filestest.Faults {
		cases = append(cases, crashCase{f, nil})
		if f.Name == "EIO" { // a failed sync is not made good by the next
			cases = append(cases, crashCase{f, &filestest.Outages[0]})
		}
		if f.Name == "kill" {
			for i := range filestest.Outages {
				cases = append(cases, crashCase{f, &filestest.Outages[i]})
			}
		}
	}
	return cases
}

// crashTest fails runs of the steps and looks at what they leave.
type crashTest struct {
	dir    string // for the lock; the tables are on a disk in memory
	steps  []step
	states []contents // of an undisturbed run, after each number of steps
	// program stands between the store and the disk in the run that fails; a
	// planted bug, or nil.
	program func(files.Disk) files.Disk
}

func newCrashTest(t *testing.T) *crashTest {
	t.Helper()
	steps := crashSteps()
	return &crashTest{dir: t.TempDir(), steps: steps, states: undisturbed(t, steps)}
}

// calls lists the calls that change the disk in a run that nothing disturbs.
func (c *crashTest) calls() ([]string, error) {
	f := filestest.NewFaulty(filestest.NewDisk(), filestest.Fault{}, 0)
	_, err := runSteps(c.wrap(f), c.dir, c.steps, nil)
	return f.Calls(), err
}

func (c *crashTest) wrap(d files.Disk) files.Disk {
	if c.program == nil {
		return d
	}
	return c.program(d)
}

// fail runs the steps, fails call k, and checks what is left.
func (c *crashTest) fail(k int, how crashCase) error {
	disk := filestest.NewDisk()
	f := filestest.NewFaulty(disk, how.Fault, k)
	done, ended := runSteps(c.wrap(f), c.dir, c.steps, nil)
	if ended != nil && how.After != filestest.Dies {
		if !errors.Is(ended, how.Err) || !strings.Contains(ended.Error(), "nothing is lost") {
			return fmt.Errorf("%s at %s: unclear error: %w", how, f.Where(), ended)
		}
	}
	if how.outage != nil {
		disk = disk.AfterOutage(*how.outage, uint64(k))
	}
	if err := c.recovered(disk, done); err != nil {
		return fmt.Errorf("%s at %s; the run ended after %d steps (%v): %w", how, f.Where(), done, ended, err)
	}
	return nil
}

// recovered checks a disk on which a run ended after done steps: first as a
// reader finds it, then after recovery, and then after another run. After that
// the power fails once more: what is reported done must be durable.
func (c *crashTest) recovered(disk *filestest.Disk, done int) error {
	if err := c.asFound(disk, done); err != nil {
		return err
	}
	if _, err := runSteps(disk, c.dir, c.steps, nil); err != nil {
		return fmt.Errorf("run again: %w", err)
	}
	if err := c.atEnd(disk); err != nil {
		return fmt.Errorf("after another run: %w", err)
	}
	if err := c.atEnd(disk.AfterOutage(filestest.Outages[0], 0)); err != nil {
		return fmt.Errorf("after another run and a power failure: %w", err)
	}
	return nil
}

func (c *crashTest) asFound(disk *filestest.Disk, done int) error {
	s, err := openIn(files.On(disk), c.dir)
	if errors.Is(err, ErrNotStore) && done < 0 {
		return nil
	}
	if err != nil {
		return err
	}
	before, after := c.states[max(done, 0)], c.states[min(done+1, len(c.steps))]
	found, err := readContents(s)
	if err != nil {
		return fmt.Errorf("as found: %w", err)
	}
	several := done >= 0 && done < len(c.steps) && c.steps[done].several
	if err := found.differ(before); err != nil && found.differ(after) != nil && !(several && found.between(before, after) == nil) {
		return fmt.Errorf("as found: half of a step is visible, or one that was done is lost: %w", err)
	}
	ctx := context.Background()
	unlock, err := s.Lock(ctx, 0)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := s.Recover(ctx); err != nil {
		return fmt.Errorf("recover: %w", err)
	}
	if found, err = readContents(s); err != nil {
		return fmt.Errorf("after recovery: %w", err)
	}
	if err := found.between(before, after); err != nil {
		return fmt.Errorf("after recovery: %w", err)
	}
	_, err = verified(s)
	return err
}

// atEnd checks that a store is what an undisturbed run leaves, and nothing else.
func (c *crashTest) atEnd(disk *filestest.Disk) error {
	notes, err := c.complete(disk)
	if err == nil && len(notes) > 0 {
		err = fmt.Errorf("left behind: %v", notes)
	}
	return err
}

// complete checks that a store verifies and holds the rows that an undisturbed
// run leaves. It returns the notes of Verify.
func (c *crashTest) complete(disk *filestest.Disk) (notes []string, err error) {
	s, err := openIn(files.On(disk), c.dir)
	if err != nil {
		return nil, err
	}
	found, err := readContents(s)
	if err != nil {
		return nil, err
	}
	if err := found.differ(c.states[len(c.steps)]); err != nil {
		return nil, err
	}
	return verified(s)
}

func verified(s *Store) (notes []string, err error) {
	r, err := s.Verify(context.Background())
	if err == nil && len(r.Problems) > 0 {
		err = fmt.Errorf("verify: %v", r.Problems)
	}
	return r.Notes, err
}

// allTests is set by scripts/test-store: tests that take a sample leave nothing out.
const allTests = "CUTPOINT_ALL_TESTS"

// sample is 1 where all cases are to be run, else every how-manieth.
func sample(every int) int {
	switch {
	case os.Getenv(allTests) != "":
		return 1
	case testing.Short():
		return 3 * every
	}
	return every
}

// TestCrash fails every changing call in every way, and then runs again on a
// sound disk: the store must end up as if nothing had happened.
func TestCrash(t *testing.T) {
	c := newCrashTest(t)
	calls, err := c.calls()
	if err != nil {
		t.Fatal(err)
	}
	cases := crashCases()
	t.Logf("%d changing calls, %d ways to fail", len(calls), len(cases))
	for i, how := range cases {
		t.Run(how.String(), func(t *testing.T) {
			t.Parallel()
			c := newCrashTest(t)
			every := sample(4)
			for k := 1 + i%every; k <= len(calls); k += every {
				if how.Half && !strings.HasPrefix(calls[k-1], "write ") {
					continue
				}
				if err := c.fail(k, how); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
