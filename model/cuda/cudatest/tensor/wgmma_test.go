package tensor

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cutpoint/model/cuda/driver"
)

// mode is a layout of a matrix in shared memory.
type mode struct {
	name        string
	copySwizzle int32  // of the tensor copy
	descriptor  uint64 // of the matrix descriptor
	width       int    // bytes of a row in a box
}

var modes = []mode{
	{"none", 0, 0, 16},
	{"32B", 1, 3, 32},
	{"64B", 2, 2, 64},
	{"128B", driver.TensorMapSwizzle128B, 1, 128},
}

// describe encodes a matrix descriptor by "Matrix Descriptor Format".
func (m mode) describe(start, leading, stride int) uint64 {
	encode := func(x int) uint64 { return uint64(x) & 0x3ffff >> 4 }
	return encode(start) | encode(leading)<<16 | encode(stride)<<32 | m.descriptor<<62
}

// figure has the document's swizzling patterns ("Swizzling Modes"): which unit of 16 bytes of
// a 128-byte line stands where, line after line.
var figure = map[string][][8]int{
	"none": {{0, 1, 2, 3, 4, 5, 6, 7}},
	"32B": {
		{0, 1, 2, 3, 4, 5, 6, 7},
		{1, 0, 3, 2, 5, 4, 7, 6},
	},
	"64B": {
		{0, 1, 2, 3, 4, 5, 6, 7},
		{1, 0, 3, 2, 5, 4, 7, 6},
		{2, 3, 0, 1, 6, 7, 4, 5},
		{3, 2, 1, 0, 7, 6, 5, 4},
	},
	"128B": {
		{0, 1, 2, 3, 4, 5, 6, 7},
		{1, 0, 3, 2, 5, 4, 7, 6},
		{2, 3, 0, 1, 6, 7, 4, 5},
		{3, 2, 1, 0, 7, 6, 5, 4},
		{4, 5, 6, 7, 0, 1, 2, 3},
		{5, 4, 7, 6, 1, 0, 3, 2},
		{6, 7, 4, 5, 2, 3, 0, 1},
		{7, 6, 5, 4, 3, 2, 1, 0},
	},
}

// swizzled is where a byte goes that would stand at address.
func (m mode) swizzled(address int) int {
	lines := figure[m.name]
	line := lines[address/128%len(lines)]
	for place, unit := range line {
		if unit == address%128/16 {
			return address/128*128 + place*16 + address%16
		}
	}
	panic("a unit is missing from the figure")
}

// TestWGMMASizes: every n, every mode, every warp, on matrices written by the document's
// formulas: rows in groups of 8 with their own strides between the groups.
func TestWGMMASizes(t *testing.T) {
	for _, m := range modes {
		t.Run(m.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, uint64(m.width)))
			for n := 8; n <= 256; n += 8 {
				a := randomMatrix(64, 16, func() uint16 { return randomValue(r) })
				b := randomMatrix(n, 16, func() uint16 { return randomValue(r) })
				shared := garbage(96 << 10)
				left := m.store(shared, a, 0, 8*m.width+1024)
				right := m.store(shared, b, 20<<10, 8*m.width)
				checkWGMMA(t, r, shared, left, right, a, b)
			}
		})
	}
}

// store writes the first 16 columns of k, at the second place along the swizzle's width where
// there is one, and returns their descriptor. group is from 8 rows to the next 8.
func (m mode) store(shared []byte, x matrix, start, group int) uint64 {
	leading := 0
	offset := min(32, m.width-32)
	if m.name == "none" {
		offset, leading = 0, group*((x.rows+7)/8) // the second core matrices behind all first ones
	}
	for row := range x.rows {
		for k := range 16 {
			at := start + offset + row/8*group + row%8*m.width
			if m.name == "none" {
				at += k/8*leading + k%8*2
			} else {
				at += k * 2
			}
			put16(shared, m.swizzled(at), x.at(row, k))
		}
	}
	return m.describe(start+offset, leading, group)
}

// checkWGMMA runs all warps, with and without what was in d.
func checkWGMMA(t *testing.T, r *rand.Rand, shared []byte, left, right uint64, a, b matrix) {
	t.Helper()
	for warp := range 4 {
		for _, accumulate := range []bool{false, true} {
			d := make([]Warp, b.rows/2)
			for i := range d {
				for lane := range d[i] {
					d[i][lane] = uint32(randomValue(r))<<16 | uint32(r.UintN(1<<16))
				}
			}
			before := append([]Warp(nil), d...)
			if err := WGMMA(shared, b.rows, left, right, warp, d, accumulate); err != nil {
				t.Fatalf("WGMMA with n = %d: %v", b.rows, err)
			}
			compareWGMMA(t, a, b, warp, before, d, accumulate)
		}
	}
}

func compareWGMMA(t *testing.T, a, b matrix, warp int, before, d []Warp, accumulate bool) {
	t.Helper()
	for row := range 16 {
		for column := range b.rows {
			var c uint32
			if accumulate {
				c = *atD(before, row, column)
			}
			want := wanted(a, b, 16*warp+row, column, c)
			if got := *atD(d, row, column); got != want {
				t.Fatalf("n %d, warp %d, accumulate %t: D(%d, %d) is %#x, not %#x", b.rows, warp, accumulate, row, column, got, want)
			}
		}
	}
}

// TestWGMMAValues: what MMA gets right, in this layout too.
func TestWGMMAValues(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for name, value := range kinds(r) {
		t.Run(name, func(t *testing.T) {
			m := modes[3]
			a, b := randomMatrix(64, 16, value), randomMatrix(64, 16, value)
			shared := garbage(16 << 10)
			left, right := m.store(shared, a, 0, 1024), m.store(shared, b, 8<<10, 1024)
			checkWGMMA(t, r, shared, left, right, a, b)
		})
	}
}

// TestWGMMAFromLoadBox: what the tensor copy writes is what wgmma reads, along all of K, with
// boxes that start at every 128-byte line of the pattern.
func TestWGMMAFromLoadBox(t *testing.T) {
	for _, m := range modes[1:] {
		t.Run(m.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(10, uint64(m.width)))
			wide := m.width / 2 // values of k in a box
			a := randomMatrix(64, wide, func() uint16 { return randomValue(r) })
			b := randomMatrix(128, wide, func() uint16 { return randomValue(r) })
			for start := 0; start < 8*m.width; start += 128 {
				shared := garbage(40 << 10)
				loadMatrix(t, m, shared, start, a)
				loadMatrix(t, m, shared, 16<<10, b)
				for k := 0; k < wide; k += 16 {
					left := m.describe(start+2*k, 16, 8*m.width)
					right := m.describe(16<<10+2*k, 16, 8*m.width)
					checkWGMMA(t, r, shared, left, right, a.part(k), b.part(k))
				}
			}
		})
	}
}

// TestWGMMAFromCoreMatrices: without a swizzle a copy has boxes of 8 values, 16 bytes wide;
// the leading offset leads from one to the next.
func TestWGMMAFromCoreMatrices(t *testing.T) {
	m := modes[0]
	r := rand.New(rand.NewPCG(11, 12))
	a := randomMatrix(64, 16, func() uint16 { return randomValue(r) })
	b := randomMatrix(256, 16, func() uint16 { return randomValue(r) })
	shared := garbage(24 << 10)
	loadMatrix(t, m, shared, 0, a.columnsOf(0, 8))
	loadMatrix(t, m, shared, 2<<10, a.columnsOf(8, 8))
	loadMatrix(t, m, shared, 8<<10, b.columnsOf(0, 8))
	loadMatrix(t, m, shared, 16<<10, b.columnsOf(8, 8))
	checkWGMMA(t, r, shared, m.describe(0, 2<<10, 128), m.describe(8<<10, 8<<10, 128), a, b)
}

// part is 16 columns.
func (m matrix) part(column int) matrix { return m.columnsOf(column, 16) }

func (m matrix) columnsOf(first, n int) matrix {
	part := matrix{rows: m.rows, columns: n}
	for row := range m.rows {
		part.values = append(part.values, m.values[row*m.columns+first:][:n]...)
	}
	return part
}

// loadMatrix copies a matrix from global memory as one box.
func loadMatrix(t *testing.T, m mode, shared []byte, start int, x matrix) {
	t.Helper()
	global := &globalArray{address: 1 << 20, bytes: make([]byte, 2*len(x.values))}
	for i, v := range x.values {
		put16(global.bytes, 2*i, v)
	}
	tensorMap := encode(t, driver.TensorMapBFloat16, global.address,
		[]uint64{uint64(x.columns), uint64(x.rows)}, []uint64{uint64(2 * x.columns)},
		[]uint32{uint32(x.columns), uint32(x.rows)}, []uint32{1, 1}, m.copySwizzle)
	n, err := LoadBox(tensorMap, []int32{0, 0}, global.read, shared, uint32(start))
	if err != nil || n != len(global.bytes) {
		t.Fatalf("LoadBox: %d bytes of %d, %v", n, len(global.bytes), err)
	}
}

func TestWGMMARefuses(t *testing.T) {
	const n = 64
	m := modes[3]
	good := m.describe(0, 16, 1024)
	for _, c := range []struct {
		name        string
		n           int
		a, b        uint64
		warp        int
		registers   int
		sharedBytes int
		want        string
	}{
		{"no columns", 0, good, good, 0, 0, 8192, "n 0"},
		{"seven columns", 7, good, good, 0, 3, 8192, "n 7"},
		{"too many columns", 264, good, good, 0, 132, 64 << 10, "n 264"},
		{"a register too few", n, good, good, 0, 31, 8192, "31 registers"},
		{"a fifth warp", n, good, good, 4, 32, 8192, "warp 4"},
		{"base offset", n, good | 1<<49, good, 0, 32, 8192, "A: matrix descriptor 0x4002004000010000: a base offset is not emulated"},
		{"base offset of B", n, good, good | 4<<49, 0, 32, 8192, "B: matrix descriptor"},
		{"unmasked start", n, good | 1<<14, good, 0, 32, 8192, "of no field"},
		{"bit of another generation", n, good, good | 1<<46, 0, 32, 8192, "of no field"},
		{"k leaves the swizzle", n, good + 7, good, 0, 32, 8192, "leave the 128 bytes"},
		{"A behind the end", n, good, m.describe(0, 16, 0), 3, 32, 8191, "A: row 63"},
		{"A's second core matrices behind the end", n, modes[0].describe(0, 8192, 128), good, 0, 32, 8192, "A: row 0"},
		{"B's first core matrices behind the end", n, good, modes[0].describe(8192, 0, 128), 0, 32, 8192, "B: row 0"},
		{"B behind the end", n, good, m.describe(1024, 16, 1024), 0, 32, 8192, "B: row 56"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := WGMMA(make([]byte, c.sharedBytes), c.n, c.a, c.b, c.warp, make([]Warp, c.registers), false)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, not %q", err, c.want)
			}
		})
	}
}

func ExampleWGMMA() {
	// A is 64 × 16 ones and B 16 × 8 ones, in the 128-byte swizzle's rows.
	shared := make([]byte, 9<<10)
	for i := 0; i < len(shared); i += 2 {
		put16(shared, i, 0x3f80)
	}
	const swizzle128B, nextRows = 1 << 62, 1024 >> 4 << 32
	d := make([]Warp, 4)
	err := WGMMA(shared, 8, swizzle128B|nextRows, swizzle128B|nextRows|8<<10>>4, 0, d, false)
	fmt.Println(float(d[0][0]), err)
	// Output: 16 <nil>
}
