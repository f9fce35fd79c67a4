package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// packedRepetition is the same levels as bit-packed groups, as other writers
// have them.
func packedRepetition(dim, rows int) []byte {
	n := (dim*rows + 7) / 8
	b := binary.AppendUvarint(nil, uint64(n)<<1|1)
	bits := make([]byte, n)
	for i := range dim * rows {
		if i%dim != 0 {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return append(b, bits...)
}

func TestLevels(t *testing.T) {
	for _, dim := range []int{1, 2, 3, 7, 8, 9, 63, 64, 65, 512, 4096} {
		for rows := range 20 {
			if rows == 0 {
				continue
			}
			name := fmt.Sprintf("%d × %d", rows, dim)
			body := appendDefinition(appendRepetition(nil, dim, rows), dim*rows, 1)
			repetition, rest, err := cutLevels(body)
			if err != nil {
				t.Fatalf("%s: cut repetition levels: %v", name, err)
			}
			definition, rest, err := cutLevels(rest)
			if err != nil || len(rest) > 0 {
				t.Fatalf("%s: cut definition levels: error %v, %d bytes left, want 0", name, err, len(rest))
			}
			for _, stream := range [][]byte{repetition, packedRepetition(dim, rows)} {
				if err := checkRepetition(stream, dim*rows, dim, 0); err != nil {
					t.Fatalf("%s: repetition levels are refused: %v", name, err)
				}
				if checkRepetition(stream, dim*rows, dim+1, 0) == nil && rows > 1 {
					t.Fatalf("%s passes for vectors of %d", name, dim+1)
				}
				if dim > 1 && (checkRepetition(stream, dim*rows, dim, 1) == nil || checkRepetition(stream, dim*rows, dim-1, 0) == nil) {
					t.Fatalf("%s passes from within a vector, or for shorter ones", name)
				}
			}
			if err := checkDefinition(definition, dim*rows, 1); err != nil {
				t.Fatalf("%s: definition levels are refused: %v", name, err)
			}
			if checkDefinition(definition, dim*rows, 2) == nil || checkDefinition(definition, dim*rows+1, 1) == nil {
				t.Fatalf("%s: other definition levels pass", name)
			}
		}
	}
}

// TestLevelsWithin starts in the middle of a vector, where a page of another
// writer may begin.
func TestLevelsWithin(t *testing.T) {
	stream := appendRun(appendRun(appendRun(nil, 3, 1), 1, 0), 2, 1) // 1 1 1 0 1 1
	for at := range 8 {
		if got, want := checkRepetition(stream, 6, 8, at) == nil, at == 5; got != want {
			t.Errorf("levels from %d within a vector pass: %v, want %v", at, got, want)
		}
	}
}

func TestPackedLevel(t *testing.T) {
	// The example of Parquet's Encodings: 0 … 7 in three bits.
	packed := []byte{0b10001000, 0b11000110, 0b11111010}
	for i := range 8 {
		if got := packedLevel(packed, i, 3); got != byte(i) {
			t.Errorf("level %d is %d", i, got)
		}
	}
}

func TestDamagedLevels(t *testing.T) {
	for name, stream := range map[string][]byte{
		"nothing": {}, "header cut short": {0x80}, "value missing": {8}, "empty run": {0, 1},
		"groups missing": {9, 0xfe}, "no groups": {1}, "endless header": {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1},
		"huge group": {255, 255, 255, 255, 255, 255, 255, 255, 127, 0},
	} {
		if err := checkRepetition(stream, 8, 8, 0); !errors.Is(err, ErrDamaged) {
			t.Errorf("damaged repetition levels (%s): error %v, want %v", name, err, ErrDamaged)
		}
	}
	for _, body := range [][]byte{{}, {1, 0, 0}, {1, 0, 0, 0}, {255, 255, 255, 255, 0}} {
		if _, _, err := cutLevels(body); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut levels off %v: error %v, want %v", body, err, ErrDamaged)
		}
	}
}

func FuzzLevels(f *testing.F) {
	f.Add(appendRepetition(nil, 9, 3)[4:], 27, 9, 0)
	f.Add(packedRepetition(9, 3), 27, 9, 0)
	f.Fuzz(func(t *testing.T, stream []byte, count, dim, at int) {
		if count < 1 || count > 1<<20 || dim < 1 || dim > 1<<16 || at < 0 || at >= dim {
			return
		}
		if checkRepetition(stream, count, dim, at) != nil {
			return
		}
		// What passes has a 0 at each start of a vector, and only there.
		i, levels := 0, levelStream{b: stream, width: 1}
		for i < count {
			level, n, err := levels.next(count - i)
			if err != nil || n < 1 {
				t.Fatalf("%d levels after %d: %v", n, i, err)
			}
			for range n {
				if (level == 0) != ((at+i)%dim == 0) {
					t.Fatalf("level %d is %d", i, level)
				}
				i++
			}
		}
		if i != count {
			t.Fatalf("%d levels of %d", i, count)
		}
	})
}
