package raster

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// known are files whose pages are shown differently on purpose.
var known = map[string]string{
	"flower-rgb-planar-16.tif":                   "Pillow reads planes of 16 bits as if they had 8",
	"flower-separated-planar-16.tif":             "Pillow reads planes of 16 bits as if they had 8",
	"dscf0013.tif":                               "Pillow reads uncompressed YCbCr as RGB; libtiff's tools show what is shown here",
	"text.tif":                                   "ThunderScan is not read here",
	"rgb-webp.tif":                               "Pillow's libtiff has no WebP",
	"grey-16-of-12.tif":                          "Pillow does not look at the greatest sample value: see TestTIFFsOfOnePicture",
	"grey-16-signed.tif":                         "Pillow's pages of signed samples have 32 bits",
	"old-cut.tif":                                "Pillow shows the little that is there: refused here",
	"old-no-end.tif":                             "libtiff loses the last block where the end marker is missing",
	"old-stream-elsewhere.tif":                   "libtiff does not find the stream",
	"old-progressive.tif":                        "libtiff refuses it",
	"old-tags-missing.tif":                       "Pillow does not know it; libtiff fills the tags in as is done here",
	"old-white-is-zero.tif":                      "Pillow does not invert it, libtiff does",
	"old-tiles.tif":                              "libtiff mixes the columns of tiles up",
	"old-planes-unnamed.tif":                     "libtiff needs a scan's header before each plane",
	"b50f5d3d1bb7d710157250bd58b5941b08dd77bb-1": "Pillow stops at a broken tag and does not see what the fourth sample is",
	"f57321e11d92e5baa5d6dd9fbd5eae9495948f87-1": "Pillow stops at a broken tag and does not see what the fourth sample is",
}

// TestPillowTIFF compares every page of a list of TIFFs with what Pillow shows. The
// file that CUTPOINT_PILLOW_TIFFS names is the output of scripts/conformance/tiffs.py;
// scripts/conformance-tiff runs both. Differences are printed with their reasons; one
// that is not known fails.
func TestPillowTIFF(t *testing.T) {
	name := os.Getenv("CUTPOINT_PILLOW_TIFFS")
	if name == "" {
		t.Skip("scripts/conformance-tiff: compares with Pillow")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
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
		if counts[kind]++; why == "" {
			continue
		}
		if reason := known[filepath.Base(want.Path)]; reason != "" {
			why = reason
		} else if kind != "read here only" {
			t.Fail()
		}
		fmt.Printf("%s: %s page %d: %s\n", kind, want.Path, want.Page, why)
	}
	if err := lines.Err(); err != nil || counts["equal"] == 0 {
		t.Errorf("%d pages are equal, and reading the list ended with %v", counts["equal"], err)
	}
	fmt.Println("pages:", counts)
}

func pageOf(t *testing.T, path string, page int) (*Page, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), data, Limits{}, Decoding{})
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
