package weights

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// goldens are the files of testdata that other programs wrote.
func goldens(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, pattern := range []string{"*.pth", "*.onnx", "*.h5"} {
		names, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(name)] = data
		}
	}
	return files
}

// allocated returns the bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// damaged returns a file cut at many places, and with bytes changed to those that make
// the greatest and the most confusing numbers, mostly at its ends, where descriptions
// lie.
func damaged(data []byte) [][]byte {
	var all [][]byte
	step := max(len(data)/100, 1)
	for at := 0; at < len(data); at += step {
		all = append(all, data[:at])
	}
	for at := 0; at < len(data); at++ {
		if end := at < 1024 || at >= len(data)-1024; !end && at%step != 0 || end && at%3 != 0 {
			continue
		}
		for _, v := range []byte{0xff, data[at] ^ 0x80} {
			changed := append([]byte(nil), data...)
			changed[at] = v
			all = append(all, changed)
		}
	}
	return all
}

// TestDamagedStaysSmall reads damaged files of every format. Whatever they say, reading
// them allocates little and ends in one sentence.
func TestDamagedStaysSmall(t *testing.T) {
	const group, limit = 50, 16 << 20 // measured together: a measurement stops the world
	for name, data := range goldens(t) {
		for files := range slices.Chunk(damaged(data), group) {
			n := allocated(func() {
				for _, b := range files {
					if _, err := loadTiny(b); err != nil && (strings.ContainsAny(err.Error(), "\n\x00") || len(err.Error()) > 1200) {
						t.Errorf("%s: no sentence: %q", name, err)
					}
				}
			})
			if n > limit {
				t.Errorf("%s: %d damaged files took %d bytes", name, len(files), n)
			}
		}
	}
}
