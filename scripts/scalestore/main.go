// Command scalestore makes stores of many pages or many commits without
// computing features, and measures a run of featurize over them with nothing new. See
// scripts/bench-scale.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const cut = "pool1-avg" // the narrowest table of VGG19: 64 values a page

func main() {
	log.SetFlags(0)
	log.SetPrefix("scalestore: ")
	b := bench{}
	pages := flag.String("pages", "10000 100000", "numbers of pages to measure, smallest first")
	commits := flag.Int("commits", 10000, "commits in each table of the store that is planned; 0: leave this out")
	flag.IntVar(&b.partPages, "part-pages", 512, "pages a part")
	flag.StringVar(&b.work, "work", "", "folder to work in")
	flag.Parse()
	if flag.NArg() != 1 || b.work == "" || b.partPages < 1 {
		log.Fatal("usage: scalestore -work FOLDER FEATURIZE")
	}
	b.program = flag.Arg(0)
	if err := b.run(strings.Fields(*pages), *commits); err != nil {
		log.Fatal(err)
	}
}

type bench struct {
	program   string
	work      string
	partPages int
	base      cost // of a run over one page that is done
}

func (b *bench) run(sizes []string, commits int) error {
	corpus, store, err := b.begin("one")
	if err != nil {
		return err
	}
	if b.base, err = b.cheapest(2, "--store", store, corpus); err != nil {
		return err
	}
	fmt.Printf("one page, nothing new, weights and all: %v\n", b.base)
	fmt.Printf("\n%-10s %s\n", "pages", "beyond that: wall, processor, peak memory in all")
	var last cost
	for _, size := range sizes {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is no number of pages", size)
		}
		if last, err = b.pages(n, last); err != nil {
			return fmt.Errorf("measure %d pages: %w", n, err)
		}
	}
	if commits < 1 {
		return nil
	}
	if err := b.commits(commits); err != nil {
		return fmt.Errorf("measure %d commits: %w", commits, err)
	}
	return nil
}

// pages measures a run over n recorded pages.
func (b *bench) pages(n int, last cost) (cost, error) {
	corpus, store, err := b.begin("many")
	if err != nil {
		return cost{}, err
	}
	defer os.RemoveAll(filepath.Join(b.work, "many"))
	rows, err := makeFiles(corpus, n)
	if err != nil {
		return cost{}, err
	}
	if err := record(context.Background(), store, rows, b.partPages); err != nil {
		return cost{}, err
	}
	c, err := b.cheapest(2, "--store", store, corpus)
	if err != nil {
		return cost{}, err
	}
	c = c.beyond(b.base)
	fmt.Printf("%-10d %v%s\n", n, c, c.ratio(last))
	return c, nil
}

// commits measures the plan for one page in a store of n commits.
func (b *bench) commits(n int) error {
	corpus, store, err := b.begin("often")
	if err != nil {
		return err
	}
	elsewhere := filepath.Join(b.work, "elsewhere") // not planned: they are in the store alone
	rows, err := makeFiles(elsewhere, n)
	if err != nil {
		return err
	}
	if err := record(context.Background(), store, rows, 1); err != nil {
		return err
	}
	one := filepath.Join(b.work, "one")
	base, err := b.cheapest(3, "--dry-run", "--store", filepath.Join(one, "store"), filepath.Join(one, "corpus"))
	if err != nil {
		return err
	}
	c, err := b.cheapest(3, "--dry-run", "--store", store, corpus)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d commits a table, open and plan beyond those of one: %v\n", n, c.beyond(base))
	return nil
}

// begin makes a corpus of one drawn page and a store that the program itself
// filled from it, so that its description is the program's.
func (b *bench) begin(name string) (corpus, store string, err error) {
	corpus, store = filepath.Join(b.work, name, "corpus"), filepath.Join(b.work, name, "store")
	if err := drawPage(corpus); err != nil {
		return "", "", err
	}
	_, err = b.featurize("--store", store, corpus)
	return corpus, store, err
}
