package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestMax4(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	special := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), 0, float32(math.Copysign(0, -1)), math.Float32frombits(1)}
	for _, k := range implementations() {
		for n := 0; n <= 2*16+1; n++ {
			for offset := range 4 {
				var in [4][]float32
				for i := range in {
					in[i] = random(r, n+offset)[offset:]
					for j := range in[i] {
						if r.IntN(4) == 0 {
							in[i][j] = special[r.IntN(len(special))]
						}
					}
				}
				all, dst := guarded(n, offset)
				want := make([]float32, n)
				k.Max4(dst, in[0], in[1], in[2], in[3])
				max4Generic(want, in[0], in[1], in[2], in[3])
				for i := range want {
					if dst[i] != want[i] && !(dst[i] != dst[i] && want[i] != want[i]) {
						t.Fatalf("%s: n=%d: value %d is %v, want %v", k.Name(), n, i, dst[i], want[i])
					}
				}
				for i, x := range all {
					if (i < offset || i >= offset+n) && !intact(x) {
						t.Fatalf("%s: n=%d: wrote outside at %d", k.Name(), n, i-offset)
					}
				}
			}
		}
	}
}

// TestMax4KeepsNaN puts a NaN in each of the four places.
func TestMax4KeepsNaN(t *testing.T) {
	for _, k := range implementations() {
		for place := range 4 {
			in := [4][]float32{repeat(1, 19), repeat(2, 19), repeat(3, 19), repeat(-1, 19)}
			in[place] = repeat(float32(math.NaN()), 19)
			dst := make([]float32, 19)
			k.Max4(dst, in[0], in[1], in[2], in[3])
			for i, x := range dst {
				if x == x {
					t.Errorf("%s: NaN in place %d gave %v at %d", k.Name(), place, x, i)
				}
			}
		}
	}
}

func TestPack(t *testing.T) {
	for _, k := range implementations() {
		width := k.Width()
		for _, outputs := range []int{1, width - 1, width, width + 1, 3*width + 2} {
			const rows = 5
			matrix := random(rand.New(rand.NewPCG(9, 10)), rows*outputs)
			packed := repeat(canary, k.PackedLen(rows, outputs))
			for j := range k.Panels(outputs) {
				k.PackPanel(packed[j*rows*width:][:rows*width], matrix, outputs, j)
			}
			for i, got := range packed {
				row, column := i/width%rows, i/(width*rows)*width+i%width
				want := float32(0)
				if column < outputs {
					want = matrix[row*outputs+column]
				}
				if got != want {
					t.Fatalf("%s: %d outputs: [%d,%d] = %v, want %v", k.Name(), outputs, row, column, got, want)
				}
			}
		}
	}
}

func TestSelect(t *testing.T) {
	available := Available()
	if available[len(available)-1] != "generic" {
		t.Errorf("Available() = %v, want generic last", available)
	}
	if k, err := Select(""); err != nil || k.Name() != available[0] {
		t.Errorf("Select(%q) = %s, %v, want %s", "", k.Name(), err, available[0])
	}
	for _, name := range append(names[:], "sse9") {
		k, err := Select(name)
		if slices.Contains(available, name) {
			if err != nil || k.Name() != name {
				t.Errorf("Select(%q) = %s, %v", name, k.Name(), err)
			}
		} else if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), "generic") {
			t.Errorf("Select(%q): error %v, want one that names it and what there is", name, err)
		}
	}
}

func TestPeak(t *testing.T) {
	for _, k := range implementations() {
		if one, many := k.Peak(1), k.Peak(10000); one <= 0 || many != 10000*one {
			t.Errorf("%s: %d operations in a round, %d in 10000", k.Name(), one, many)
		}
	}
}
