//go:build linux && amd64

package main

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// buffer is a program's memory from address 0 on.
type buffer []byte

func (b buffer) read(at, stride uintptr, to [][]byte) error {
	for i, row := range to {
		copy(row, b[at+uintptr(i)*stride:])
	}
	return nil
}

func (b buffer) write(at, stride uintptr, from [][]byte) error {
	for i, row := range from {
		copy(b[at+uintptr(i)*stride:], row)
	}
	return nil
}

// configured returns a unit with tiles of these shapes: rows and bytes of a row.
func configured(t *testing.T, shapes ...[2]int) *unit {
	t.Helper()
	config := make(buffer, rowBytes)
	config[0] = 1
	for i, s := range shapes {
		config[48+i] = byte(s[0])
		binary.LittleEndian.PutUint16(config[16+2*i:], uint16(s[1]))
	}
	u := &unit{}
	if err := u.execute(instruction{op: loadConfig, address: address{base: none, index: none}}, &[16]uint64{}, config); err != nil {
		t.Fatal(err)
	}
	return u
}

// TestLoadAndStore moves a tile of 3 rows of 8 bytes through rows that lie 16 bytes apart.
func TestLoadAndStore(t *testing.T) {
	u := configured(t, [2]int{3, 8})
	memory := make(buffer, 128)
	for i := range 64 {
		memory[i] = byte(i + 1)
	}
	r := [16]uint64{0: 4, 1: 16, 2: 64}
	at := func(base int) address { return address{base: base, index: 1, scale: 1} }
	for row := range maxRows {
		u.tile[0][row][9], u.tile[0][15][row] = 7, 7
	}
	if err := u.execute(instruction{op: load, address: at(0)}, &r, memory); err != nil {
		t.Fatal(err)
	}
	for row := range maxRows {
		for column := range rowBytes {
			want := byte(0)
			if row < 3 && column < 8 {
				want = byte(4 + 16*row + column + 1)
			}
			if got := u.tile[0][row][column]; got != want {
				t.Fatalf("row %d byte %d: %d, want %d", row, column, got, want)
			}
		}
	}
	if err := u.execute(instruction{op: store, address: at(2)}, &r, memory); err != nil {
		t.Fatal(err)
	}
	for i := 64; i < 128; i++ {
		row, column := (i-64)/16, (i-64)%16
		want := byte(0)
		if row < 3 && column < 8 {
			want = byte(4 + 16*row + column + 1)
		}
		if memory[i] != want {
			t.Fatalf("byte %d: %d, want %d", i, memory[i], want)
		}
	}
}

// TestProduct compares with sums of any precision: what is lost are 34 roundings.
func TestProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	u := configured(t, [2]int{5, 28}, [2]int{5, 40}, [2]int{10, 28})
	fill := func(tile int, value func() uint32) {
		for row := range u.rows(tile) {
			for i := 0; i < u.bytes(tile); i += 4 {
				binary.LittleEndian.PutUint32(u.tile[tile][row][i:], value())
			}
		}
	}
	half := func() uint32 { return math.Float32bits(float32(r.NormFloat64())) >> 16 }
	pair := func() uint32 { return half()<<16 | half() }
	fill(0, func() uint32 { return math.Float32bits(float32(r.NormFloat64())) })
	fill(1, pair)
	fill(2, pair)
	before := u.tile[0]
	if err := u.execute(instruction{op: product, a: 0, b: 1, c: 2}, nil, nil); err != nil {
		t.Fatal(err)
	}
	for row := range 5 {
		for column := range 7 {
			sum := new(big.Float).SetPrec(400).SetFloat64(float64(float(before[row][4*column:])))
			magnitude := 1.0
			for k := range 10 {
				xe, xo := halves(u.tile[1][row][4*k:])
				we, wo := halves(u.tile[2][k][4*column:])
				for _, p := range []float64{float64(xe) * float64(we), float64(xo) * float64(wo)} {
					sum.Add(sum, big.NewFloat(p))
					magnitude += math.Abs(p)
				}
			}
			want, _ := sum.Float64()
			if got := float64(float(u.tile[0][row][4*column:])); !(math.Abs(got-want) <= magnitude*34*0x1p-24) {
				t.Errorf("(%d,%d) = %v, want %v", row, column, got, want)
			}
		}
	}
}

func float(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }

// TestOrdinary: the fast way gives what fusing does, to the last bit, for all numbers that
// it takes.
func TestOrdinary(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for range 50 {
		var x, w factors
		tile := func() (rows [][]byte) {
			for range maxRows {
				row := make([]byte, rowBytes)
				for i := 0; i < rowBytes; i += 2 {
					exponent := 127 - 49 + r.IntN(99) // up to the ends of the range
					if r.IntN(2) == 0 {
						exponent = 127 - 3 + r.IntN(7)
					}
					v := uint16(r.IntN(2)<<15 | exponent<<7 | r.IntN(128))
					if r.IntN(9) == 0 {
						v = uint16(r.IntN(2) << 15)
					}
					binary.LittleEndian.PutUint16(row[i:], v)
				}
				rows = append(rows, row)
			}
			return rows
		}
		if !x.decode(tile()) || !w.decode(tile()) {
			t.Fatal("not ordinary")
		}
		for row := range maxRows {
			var fast, fused [rowBytes / 4]float32
			x.multiplyOrdinary(&w, row, maxRows, &fast)
			x.multiply(&w, row, rowBytes/4, maxRows, &fused)
			if fast != fused {
				t.Fatalf("row %d: %v, fused %v", row, fast, fused)
			}
		}
	}
	for _, v := range []float32{float32(math.Inf(1)), float32(math.NaN()), 0x1p-50, 0x1p50} {
		if isOrdinary(v) {
			t.Errorf("%v is taken for ordinary", v)
		}
	}
}

// TestFuse rounds once, to even, and flushes subnormal numbers.
func TestFuse(t *testing.T) {
	tiny := math.Float32frombits(1)
	for _, c := range []struct{ x, y, z, want float32 }{
		{1, 1, 1, 2}, {1.5, -2, 3, 0}, {tiny, 1, 0, 0}, {0x1p-126, 0.5, 0, 0}, {0x1p-100, 0x1p-100, 1, 1},
		// Halfway between two float32, which goes to the even one.
		{0x1p-12, 0x1p-12, 1 + 0x1p-23, 1 + 0x1p-22}, {0x1p-12, 0x1p-12, 1, 1},
		{float32(math.Inf(1)), 1, 0, float32(math.Inf(1))},
	} {
		if got := fuse(c.x, c.y, c.z); got != c.want {
			t.Errorf("%v·%v + %v = %v, want %v", c.x, c.y, c.z, got, c.want)
		}
	}
	if got := fuse(float32(math.Inf(1)), 0, 1); got == got {
		t.Errorf("inf·0 + 1 = %v", got)
	}
}

// TestFaults: what a processor refuses is refused.
func TestFaults(t *testing.T) {
	u := configured(t, [2]int{16, 64}, [2]int{16, 64}, [2]int{8, 64})
	for _, in := range []instruction{{op: zero, a: 3}, {op: load, a: 7}, {op: product, a: 0, b: 1, c: 2}, {op: product, a: 0, b: 1, c: 3}} {
		if err := u.execute(in, &[16]uint64{}, make(buffer, 64)); err == nil {
			t.Errorf("%+v was executed", in)
		}
	}
	for i, b := range map[int]byte{0: 2, 1: 1, 5: 1, 17: 1, 40: 1, 48: 17, 60: 1} {
		config := make(buffer, rowBytes)
		config[0], config[16], config[48] = 1, 64, 16
		config[i] = b
		if err := u.execute(instruction{op: loadConfig, address: address{base: none, index: none}}, &[16]uint64{}, config); err == nil {
			t.Errorf("a configuration with byte %d = %d was accepted", i, b)
		}
	}
	u.execute(instruction{op: release}, nil, nil)
	if err := u.execute(instruction{op: zero}, nil, nil); err == nil {
		t.Error("a tile was zeroed after TILERELEASE")
	}
}
