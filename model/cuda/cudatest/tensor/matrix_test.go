package tensor

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// randomRows scatters the rows of n matrices over shared memory, in any order.
func randomRows(r *rand.Rand, rows, sharedBytes int) []int {
	offsets := r.Perm(sharedBytes / 16)[:rows]
	for i := range offsets {
		offsets[i] *= 16
	}
	return offsets
}

// TestLoadMatrix compares with "Warp-level matrix load instruction: ldmatrix": lane laneOf[row]
// [column/2] has a row's columns, or with .trans a column's rows; lanes 8i to 8i+7 have the
// addresses of matrix i.
func TestLoadMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, n := range []int{1, 2, 4} {
		for _, transposed := range []bool{false, true} {
			shared := newGlobal(r, 0, 4096).bytes
			offsets := randomRows(r, 8*n, len(shared))
			address := addresses(offsets)
			const untouched = 0x12345678
			var dst [4]Warp
			for i := range dst {
				for lane := range dst[i] {
					dst[i][lane] = untouched
				}
			}
			if err := LoadMatrix(shared, &address, n, transposed, &dst); err != nil {
				t.Fatal(err)
			}
			for i := range n {
				for row := range 8 {
					for column := range 8 {
						want := get16(shared, offsets[8*i+row]+2*column)
						if got := matrixElement(&dst[i], row, column, transposed); got != want {
							t.Errorf(".x%d, .trans %t: matrix %d (%d, %d) is %#x, not %#x", n, transposed, i, row, column, got, want)
						}
					}
				}
			}
			for i := n; i < 4; i++ {
				if dst[i][0] != untouched || dst[i][31] != untouched {
					t.Errorf(".x%d wrote register %d", n, i)
				}
			}
		}
	}
}

// addresses leaves the lanes that need none with one that would fault.
func addresses(offsets []int) Warp {
	var address Warp
	for lane := range address {
		address[lane] = 0xfffffff1
	}
	for lane, offset := range offsets {
		address[lane] = uint32(offset)
	}
	return address
}

func matrixElement(register *Warp, row, column int, transposed bool) uint16 {
	if transposed {
		row, column = column, row
	}
	return uint16(register[laneOf[row][column/2]] >> (16 * (column % 2)))
}

func TestStoreMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for _, n := range []int{1, 2, 4} {
		for _, transposed := range []bool{false, true} {
			var src, back [4]Warp
			for i := range n {
				for lane := range src[i] {
					src[i][lane] = r.Uint32()
				}
			}
			shared := garbage(4096)
			offsets := randomRows(r, 8*n, len(shared))
			address := addresses(offsets)
			if err := StoreMatrix(shared, &address, n, transposed, &src); err != nil {
				t.Fatal(err)
			}
			rows := map[int]bool{}
			for i, offset := range offsets {
				rows[offset] = true
				for column := range 8 {
					if got, want := get16(shared, offset+2*column), matrixElement(&src[i/8], i%8, column, transposed); got != want {
						t.Errorf(".x%d, .trans %t: row %d, column %d is %#x, not %#x", n, transposed, i, column, got, want)
					}
				}
			}
			for at := 0; at < len(shared); at += 16 {
				if !rows[at] && string(shared[at:at+16]) != string(garbage(16)) {
					t.Errorf(".x%d wrote at %d, where no row is", n, at)
				}
			}
			if err := LoadMatrix(shared, &address, n, transposed, &back); err != nil || back != src {
				t.Errorf(".x%d, .trans %t: loaded %x, stored %x, %v", n, transposed, back, src, err)
			}
		}
	}
}

// TestLoadMatrixIntoAddress: the addresses' register may be a destination.
func TestLoadMatrixIntoAddress(t *testing.T) {
	shared := newGlobal(rand.New(rand.NewPCG(17, 18)), 0, 512).bytes
	var want, dst [4]Warp
	for lane := range dst[0] {
		dst[0][lane] = uint32(16 * lane)
	}
	address := dst[0]
	if err := LoadMatrix(shared, &address, 4, false, &want); err != nil {
		t.Fatal(err)
	}
	if err := LoadMatrix(shared, &dst[0], 4, false, &dst); err != nil || dst != want {
		t.Errorf("another result over the addresses: %v", err)
	}
}

func TestMatrixRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		n       int
		lane    int
		address uint32
		want    string
	}{
		{"three matrices", 3, 0, 0, ".x3"},
		{"no matrix", 0, 0, 0, ".x0"},
		{"misaligned", 4, 31, 8, "lane 31: shared address 0x8 is not aligned to 16"},
		{"behind the end", 2, 15, 1024, "lane 15: 16 bytes at shared address 0x400 are outside"},
		{"far behind the end", 1, 0, 0xfffffff0, "outside"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var address Warp
			address[c.lane] = c.address
			var registers [4]Warp
			err := LoadMatrix(make([]byte, 1024), &address, c.n, false, &registers)
			if err == nil || !strings.HasPrefix(err.Error(), "ldmatrix: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("ldmatrix: error %v, want %q", err, c.want)
			}
			err = StoreMatrix(make([]byte, 1024), &address, c.n, true, &registers)
			if err == nil || !strings.HasPrefix(err.Error(), "stmatrix: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("stmatrix: error %v, want %q", err, c.want)
			}
		})
	}
}

// TestLoadMatrixFeedsMMA: ldmatrix.x4 of a row-major A, and .x2 of B's columns or .x2.trans of
// its rows, are mma's operands as they are.
func TestLoadMatrixFeedsMMA(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	a := randomMatrix(16, 16, func() uint16 { return randomValue(r) })
	b := randomMatrix(8, 16, func() uint16 { return randomValue(r) }) // columns
	shared := make([]byte, 1024)
	const columnsAt, rowsAt = 512, 768
	for k := range 16 {
		for i := range 16 {
			put16(shared, 2*(16*i+k), a.at(i, k))
		}
		for n := range 8 {
			put16(shared, columnsAt+2*(16*n+k), b.at(n, k))
			put16(shared, rowsAt+2*(8*k+n), b.at(n, k))
		}
	}
	var forA, forColumns, forRows Warp
	for lane := range 32 {
		forA[lane] = uint32(2 * (16*(lane%16) + lane/16*8))
		forColumns[lane] = columnsAt + uint32(2*(16*(lane%8)+lane/8%2*8))
		forRows[lane] = rowsAt + uint32(2*8*(lane%16))
	}
	var left, columns, rows, zero, d [4]Warp
	for _, err := range []error{
		LoadMatrix(shared, &forA, 4, false, &left),
		LoadMatrix(shared, &forColumns, 2, false, &columns),
		LoadMatrix(shared, &forRows, 2, true, &rows),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if columns != rows {
		t.Error("B's columns and B's rows with .trans differ")
	}
	MMA(&d, &zero, &left, (*[2]Warp)(columns[:]))
	for row := range 16 {
		for column := range 8 {
			if got, want := *atD(d[:], row, column), wanted(a, b, row, column, 0); got != want {
				t.Errorf("D(%d, %d) is %#x, not %#x", row, column, got, want)
			}
		}
	}
}
