// Command killtest runs featurize over WORK/corpus once undisturbed, and then
// with SIGKILL at random moments until the wanted number of runs was killed. It verifies
// the store after every kill and compares every store that was finished with the
// undisturbed one. See scripts/test-kill.
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("killtest: ")
	kills := flag.Int("kills", 20, "runs to kill")
	seed := flag.Uint64("seed", 1, "decides the moments")
	work := flag.String("work", "", "folder with the corpus")
	flag.Parse()
	if flag.NArg() != 1 || *work == "" || *kills < 1 {
		log.Fatal("usage: killtest -work FOLDER [-kills N] [-seed N] FEATURIZE")
	}
	t := killTest{
		program: flag.Arg(0), corpus: filepath.Join(*work, "corpus"),
		whole: filepath.Join(*work, "whole"), broken: filepath.Join(*work, "broken"),
		rand: rand.New(rand.NewPCG(*seed, 0)), landed: map[moment]int{},
	}
	if err := t.run(*kills); err != nil {
		log.Fatal(err)
	}
}

type killTest struct {
	program, corpus string
	whole, broken   string // stores
	rand            *rand.Rand

	took, writing time.Duration // of the undisturbed run, and of its part that writes
	want          content       // of the whole store
	landed        map[moment]int
	finished      int // stores compared
}

func (t *killTest) run(kills int) error {
	if err := t.measure(); err != nil {
		return err
	}
	for n := 0; n < kills; {
		killed, err := t.disturb()
		if err != nil {
			return fmt.Errorf("after %d kills: %w", n, err)
		}
		if killed {
			n++
			continue
		}
		if err := t.finish(); err != nil {
			return fmt.Errorf("after %d kills: %w", n, err)
		}
	}
	if _, err := t.featurize(t.broken, never{}); err != nil {
		return err
	}
	if err := t.finish(); err != nil {
		return err
	}
	t.report(kills)
	return nil
}

// measure makes the whole store.
func (t *killTest) measure() error {
	clock := &stopwatch{store: t.whole}
	start := time.Now()
	if killed, err := t.featurize(t.whole, clock); err != nil || killed {
		return fmt.Errorf("the undisturbed run: %w", err)
	}
	t.took, t.writing = time.Since(start), time.Since(clock.wrote)
	var err error
	t.want, err = read(t.whole)
	return err
}

// disturb starts a run and kills it: a third of the runs at any moment of the
// whole duration, the others at any moment after they began to write.
func (t *killTest) disturb() (killed bool, err error) {
	before, err := listing(t.broken)
	if err != nil {
		return false, err
	}
	var when trigger = after(t.draw(t.took))
	if t.rand.IntN(3) > 0 {
		when = &afterWrite{store: t.broken, before: before, delay: t.draw(t.writing)}
	}
	killed, err = t.featurize(t.broken, when)
	if err != nil || !killed {
		return false, err
	}
	at, err := t.examine(before)
	t.landed[at]++
	return true, err
}

func (t *killTest) draw(most time.Duration) time.Duration {
	return time.Duration(t.rand.Int64N(int64(most) + 1))
}

// finish compares a store whose run was not killed, and makes room for another.
func (t *killTest) finish() error {
	got, err := read(t.broken)
	if err != nil {
		return err
	}
	if err := got.differ(t.want); err != nil {
		return err
	}
	notes, err := leftovers(t.broken)
	if err == nil && len(notes) > 0 {
		err = fmt.Errorf("left behind: %v", notes)
	}
	if err != nil {
		return err
	}
	t.finished++
	return os.RemoveAll(t.broken)
}

func (t *killTest) report(kills int) {
	fmt.Printf("killed %d runs; each store verified after it:\n", kills)
	for _, m := range moments {
		fmt.Printf("%5d %s\n", t.landed[m], m)
	}
	fmt.Printf("%d stores that were killed in between and then finished hold the %d rows of an undisturbed run, bit for bit, and no stray file\n",
		t.finished, len(t.want))
}
