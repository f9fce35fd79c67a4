package raster

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
)

// TestPillowTIFF compares every page of a list of TIFFs with what Pillow shows. The
// file that CUTPOINT_PILLOW_TIFFS names is the output of scripts/conformance/tiffs.py;
// scripts/conformance-tiff runs both. Differences are printed, with the reason
// where one of the two gives one.
func TestPillowTIFF(t *testing.T) {
	name := os.Getenv("CUTPOINT_PILLOW_TIFFS")
	if name == "" {
		t.Skip("CUTPOINT_PILLOW_TIFFS is not set; run scripts/conformance-tiff")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var want struct {
			Path, SHA256, Error string
			Page, Width, Height int
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		p, err := pageOf(t, want.Path, want.Page)
		kind, why := "", ""
		switch {
		case err != nil && want.Error != "":
			kind = "read by none"
		case err != nil:
			kind, why = "read by Pillow only", err.Error()
		case want.Error != "":
			kind, why = "read here only", "Pillow: "+want.Error
		case shaOf(p) == want.SHA256:
			kind = "equal"
		default:
			kind, why = "different", fmt.Sprintf("%d × %d, Pillow %d × %d", p.Width, p.Height, want.Width, want.Height)
		}
		if counts[kind]++; why != "" {
			fmt.Printf("%s: %s page %d: %s\n", kind, want.Path, want.Page, why)
		}
	}
	if counts["equal"] == 0 {
		t.Error("no page was compared")
	}
	fmt.Println("pages:", counts)
}

func pageOf(t *testing.T, path string, page int) (*Page, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), data, Limits{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if page >= d.Pages() {
		return nil, errors.New("there is no such page")
	}
	return d.Decode(t.Context(), page)
}

// shaOf is the SHA-256 of a page's RGB pixels.
func shaOf(p *Page) string {
	pix := p.Pix
	if p.Channels == 1 {
		pix = make([]uint8, 0, 3*len(p.Pix))
		for _, v := range p.Pix {
			pix = append(pix, v, v, v)
		}
	}
	sum := sha256.Sum256(pix)
	return hex.EncodeToString(sum[:])
}
