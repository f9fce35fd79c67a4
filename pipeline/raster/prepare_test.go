package raster

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"cutpoint/pipeline/raster/resample"
)

// TestPreparations holds every way of resizing, with every filter, to its reference:
// Pillow, torchvision's transforms and Keras's load_img.
func TestPreparations(t *testing.T) {
	data, err := os.ReadFile("testdata/preparations.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Channels    int
		Size        [2]int
		How, SHA256 string
	}
	if err := json.Unmarshal(data, &rows); err != nil || len(rows) < 200 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	dst := make([]uint8, 3*224*224)
	for _, r := range rows {
		fit, filter, _ := strings.Cut(r.How, " ")
		drawn := newPage(r.Size[0], r.Size[1], r.Channels)
		for i := range drawn.Pix {
			drawn.Pix[i] = uint8(i*7919%251 + i%5)
		}
		drawn.Prepare(dst, 224, Preparation{Fit: Fit(fit), Filter: resample.Filter(filter)})
		if sum := sha256.Sum256(dst); hex.EncodeToString(sum[:]) != r.SHA256 {
			t.Errorf("%s of %v × %d differs from its reference", r.How, r.Size, r.Channels)
		}
	}
}

// TestNarrowPages: no proportions are beyond a preparation.
func TestNarrowPages(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 65535}, {65535, 1}, {2, 60000}, {30000, 7}} {
		page := newPage(size[0], size[1], 1)
		for _, fit := range Fits() {
			for _, filter := range resample.Filters() {
				dst := make([]uint8, 3*224*224)
				page.Prepare(dst, 224, Preparation{Fit: fit, Filter: filter})
				if middle := dst[3*(112*224+112)]; middle != 0 {
					t.Errorf("%s %s of a black page of %v is %d in the middle", fit, filter, size, middle)
				}
			}
		}
	}
}
