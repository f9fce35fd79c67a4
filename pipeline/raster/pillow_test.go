package raster

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestPillow compares pages with what Pillow made of the same files. The file
// that CUTPOINT_PILLOW_PAGES names is the output of scripts/conformance/pages.py;
// scripts/conformance-pages runs both.
func TestPillow(t *testing.T) {
	name := os.Getenv("CUTPOINT_PILLOW_PAGES")
	if name == "" {
		t.Skip("CUTPOINT_PILLOW_PAGES is not set; run scripts/conformance-pages")
	}
	compareWithPillow(t, name, "")
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
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var want struct {
			Path, SHA256, Error string
			Page                int
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		got, err := squashed(filepath.Join(dir, want.Path), want.Page)
		switch {
		case want.Error != "":
			counts["not read by Pillow"]++
			t.Logf("%s page %d: Pillow: %s; here: %v", want.Path, want.Page, want.Error, err)
		case err != nil:
			t.Errorf("%s page %d: %v", want.Path, want.Page, err)
		case got != want.SHA256:
			t.Errorf("%s page %d differs from Pillow's", want.Path, want.Page)
		default:
			counts["equal"]++
		}
	}
	if counts["equal"] == 0 {
		t.Error("no page was compared")
	}
	t.Logf("pages: %v", counts)
}

func squashed(path string, page int) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	d, err := Open(context.Background(), data, DefaultLimits())
	if err != nil {
		return "", err
	}
	p, err := d.Decode(context.Background(), page)
	if err != nil {
		return "", err
	}
	dst := make([]uint8, 224*224*3)
	p.Prepare(dst, 224, Preparation{})
	sum := sha256.Sum256(dst)
	return hex.EncodeToString(sum[:]), nil
}
