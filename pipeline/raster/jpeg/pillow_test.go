package jpeg

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
)

// decodedByPillow is a line that scripts/conformance/jpeg.py prints.
type decodedByPillow struct {
	Path, Mode, SHA256, Error string
	Width, Height             int
	Scaled                    map[int]string // hashes of the pixels at 1/2, 1/4 and 1/8
}

// TestPillow compares with what Pillow decoded; scripts/conformance-jpeg runs it.
func TestPillow(t *testing.T) {
	list := os.Getenv("CUTPOINT_PILLOW_JPEGS")
	if list == "" {
		t.Skip("scripts/conformance-jpeg: compares with Pillow")
	}
	f, err := os.Open(list)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts := map[string]int{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var want decodedByPillow
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		counts[want.compare(t)]++
	}
	t.Logf("files: %v", counts)
	if counts["the same pixels"] < 100 {
		t.Error("fewer than 100 files were the same")
	}
}

func (want decodedByPillow) compare(t *testing.T) string {
	data, err := os.ReadFile(want.Path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(context.Background(), data, Options{MaxPixels: 150_000_000})
	name := filepath.Base(want.Path)
	switch {
	case err != nil && want.Error != "":
		return "read by neither"
	case err != nil:
		t.Errorf("%s: %v; Pillow reads it", name, err)
		return "read by Pillow alone"
	case want.Error != "":
		t.Logf("%s: read; Pillow: %s", name, want.Error)
		return "read here alone"
	}
	sum := sha256.Sum256(got.Pix)
	if modes := map[string]int{"L": 1, "RGB": 3, "CMYK": 4}; got.Width != want.Width || got.Height != want.Height || got.Channels != modes[want.Mode] {
		t.Errorf("%s is %d × %d × %d, Pillow has %d × %d %s", name, got.Width, got.Height, got.Channels, want.Width, want.Height, want.Mode)
	} else if hex.EncodeToString(sum[:]) != want.SHA256 {
		t.Errorf("%s has other pixels (%s)", name, strings.TrimSpace(want.Mode))
	} else {
		checkScaled(t, name, data, want.Scaled)
		return "the same pixels"
	}
	return "different"
}
