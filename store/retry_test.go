package store

import (
	"context"
	"fmt"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// TestRetry fails every changing call once, and does what failed again at once,
// with the same handles. Then the power fails: what the second try reports done
// must be durable, although the first may have left it there only to be seen.
func TestRetry(t *testing.T) {
	c := newCrashTest(t)
	calls, err := c.calls()
	if err != nil {
		t.Fatal(err)
	}
	every := sample(2)
	for i, kind := range filestest.Faults[:2] { // those after which the disk works again
		for k := 1 + i%every; k <= len(calls); k += every {
			disk := filestest.NewDisk()
			f := filestest.NewFaulty(disk, kind, k)
			if err := c.insist(files.On(f)); err != nil {
				t.Fatalf("write again after %s at %s: %v", kind.Name, f.Where(), err)
			}
			if _, err := c.complete(disk.AfterOutage(filestest.Outages[0], 0)); err != nil {
				t.Fatalf("%s at %s, again, and a power failure: %v", kind.Name, f.Where(), err)
			}
		}
	}
}

// insist runs the steps and does each again that fails.
func (c *crashTest) insist(f files.Folder) error {
	s, err := createIn(f, c.dir, testDescription)
	if err != nil {
		if s, err = createIn(f, c.dir, testDescription); err != nil {
			return err
		}
	}
	for _, step := range c.steps {
		if err := step.do(context.Background(), s); err == nil {
			continue
		}
		if err := step.do(context.Background(), s); err != nil {
			return fmt.Errorf("%s again: %w", step.name, err)
		}
	}
	return nil
}
