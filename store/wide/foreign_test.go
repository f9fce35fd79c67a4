package wide

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// foreignDim and foreignRows are the shape of the files in testdata, which
// testdata/foreign.py wrote with pyarrow 26.0.1.
const foreignDim, foreignRows = 6, 25

func foreignValue(i, j int) float32 { return float32(max(0, (31*i+7*j)%11-5)) / 4 }

func TestForeign(t *testing.T) {
	for name, want := range map[string]error{
		"plain": nil, "checksums-zstd": nil, "nullable": nil, "large-list": nil,
		"gzip": ErrForeign, "dictionary": ErrForeign, "version-2": ErrForeign, "byte-stream-split": ErrForeign,
		"ragged": ErrDamaged, "null-element": ErrDamaged,
	} {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join("testdata", name+".parquet"))
			if err != nil {
				t.Fatal(err)
			}
			data, err := readAll(file, foreignDim, 1000)
			if !errors.Is(err, want) {
				t.Fatalf("%v, not %v", err, want)
			}
			if want != nil {
				return
			}
			if len(data) != foreignRows*foreignDim {
				t.Fatalf("%d values", len(data))
			}
			for k, got := range data {
				if want := foreignValue(k/foreignDim, k%foreignDim); got != want {
					t.Errorf("value %d of row %d is %v, not %v", k%foreignDim, k/foreignDim, got, want)
				}
			}
			if _, err := readAll(file, foreignDim+1, 1000); !errors.Is(err, ErrDamaged) {
				t.Errorf("as vectors of another length: %v", err)
			}
		})
	}
}
