package raster

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/pipeline/raster/resample"
)

// TestPillow compares pages with what Pillow made of the same files. The file
// that CUTPOINT_PILLOW_PAGES names is the output of scripts/conformance/pages.py;
// scripts/conformance-pages runs both.
func TestPillow(t *testing.T) {
	name := os.Getenv("CUTPOINT_PILLOW_PAGES")
	if name == "" {
		t.Skip("scripts/conformance-pages: compares with Pillow")
	}
	compareWithPillow(t, name, "")
}

// TestPillowBroken compares broken files, named by CUTPOINT_PILLOW_BROKEN: what both read
// has the same pixels, and what one alone reads is listed.
func TestPillowBroken(t *testing.T) {
	name := os.Getenv("CUTPOINT_PILLOW_BROKEN")
	if name == "" {
		t.Skip("scripts/conformance-pages: compares broken files with Pillow")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	for lines := json.NewDecoder(f); lines.More(); {
		var want struct{ Path, SHA256, Error string }
		if err := lines.Decode(&want); err != nil {
			t.Fatal(err)
		}
		page, err := decodedPage(want.Path, 0)
		is := "equal"
		switch {
		case err != nil && want.Error != "":
			is = "read by neither"
		case err != nil:
			is = "read by Pillow alone"
			t.Logf("%s: %v", want.Path, err)
		case want.Error != "":
			is = "read here alone"
			t.Logf("%s: read; Pillow: %s", want.Path, want.Error)
		case digest(page, "squash bilinear") != want.SHA256:
			is = "different"
			t.Logf("%s: different", want.Path)
		}
		counts[is]++
	}
	t.Logf("broken files: %v", counts)
	if counts["different"] > counts["equal"]/50 {
		t.Errorf("%d of %d files that both read have other pixels", counts["different"], counts["different"]+counts["equal"])
	}
}

// TestGolden compares the files of testdata, which make.py drew.
func TestGolden(t *testing.T) { compareWithPillow(t, "testdata/pages.json", "testdata") }

func compareWithPillow(t *testing.T, list, dir string) {
	f, err := os.Open(list)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var want struct {
			Path, SHA256, Error string
			Page                int
			Others              map[string]string
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		page, err := decodedPage(filepath.Join(dir, want.Path), want.Page)
		switch {
		case want.Error != "":
			counts["not read by Pillow"]++
			t.Logf("%s page %d: Pillow: %s; here: %v", want.Path, want.Page, want.Error, err)
		case err != nil:
			t.Errorf("%s page %d: %v", want.Path, want.Page, err)
		case digest(page, "squash bilinear") != want.SHA256:
			t.Errorf("%s page %d differs from Pillow's", want.Path, want.Page)
		default:
			counts["equal"]++
		}
		for how, sum := range want.Others {
			if err == nil && digest(page, how) != sum {
				t.Errorf("%s page %d differs from Pillow's when prepared by %s", want.Path, want.Page, how)
			}
		}
	}
	if err := lines.Err(); err != nil || counts["equal"] == 0 {
		t.Errorf("%d pages are equal, and reading the list ended with %v", counts["equal"], err)
	}
	t.Logf("pages: %v", counts)
}

func decodedPage(path string, page int) (*Page, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decodedData(data, page)
}

func decodedData(data []byte, page int) (*Page, error) {
	d, err := Open(context.Background(), data, DefaultLimits(), Decoding{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Decode(context.Background(), page)
}

// digest prepares a page; how is a fit and a filter.
func digest(p *Page, how string) string {
	fit, filter, _ := strings.Cut(how, " ")
	dst := make([]uint8, 224*224*3)
	p.Prepare(dst, 224, Preparation{Fit: Fit(fit), Filter: resample.Filter(filter)})
	sum := sha256.Sum256(dst)
	return hex.EncodeToString(sum[:])
}
