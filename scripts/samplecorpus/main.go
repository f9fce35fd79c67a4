// Command samplecorpus draws a corpus of synthetic scanned documents, one folder
// per class, for a trial without documents: letters, invoices, forms, articles,
// reports and slides, with real fonts, in varying layouts, with skew, noise,
// faint print and fax-like pages, as PNG, JPEG, GIF and TIFF files of one page
// or several.
//
//	go run ./scripts/samplecorpus -o corpus -pages 240 -seed 1
package main

import (
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("samplecorpus: ")
	out := flag.String("o", "corpus", "folder to draw into")
	pages := flag.Int("pages", 240, "pages to draw")
	seed := flag.Uint64("seed", 1, "decides everything that varies")
	flag.Parse()
	if flag.NArg() > 0 || *pages < len(classes) {
		log.Fatalf("draws at least %d pages and takes no arguments", len(classes))
	}
	if err := drawCorpus(*out, *pages, *seed); err != nil {
		log.Fatal(err)
	}
}

// drawCorpus makes the pages round robin over the classes. A document has one page, or
// sometimes several of its class in one TIFF.
func drawCorpus(out string, pages int, seed uint64) error {
	fonts, err := loadFonts()
	if err != nil {
		return err
	}
	for n, left := 0, pages; left > 0; n++ {
		class := classes[n%len(classes)]
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		count := 1
		if r.IntN(20) == 0 {
			count = min(left, 2+r.IntN(3))
		}
		var images []scan
		for range count {
			images = append(images, degrade(class.draw(newSheet(fonts, r)), r))
		}
		data, extension, err := encode(images, r)
		if err != nil {
			return err
		}
		name := filepath.Join(out, class.name, fmt.Sprintf("%s-%04d.%s", class.name, n, extension))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return err
		}
		left -= count
	}
	return nil
}
