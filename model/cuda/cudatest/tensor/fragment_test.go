package tensor

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The document's figures, written down as tables.

// laneOf has the lane that holds columns 2t and 2t+1 of row g (rows of 8, from "Matrix
// Fragments for mma.m16n8k16", figures of A and C; of B with k across and n down).
var laneOf = [8][4]int{
	{0, 1, 2, 3},
	{4, 5, 6, 7},
	{8, 9, 10, 11},
	{12, 13, 14, 15},
	{16, 17, 18, 19},
	{20, 21, 22, 23},
	{24, 25, 26, 27},
	{28, 29, 30, 31},
}

// registerOfA: rows 0-7 and 8-15, columns 0-7 and 8-15. The first figure's a0,a1 are
// register 0, a2,a3 register 1, and so on.
var registerOfA = [2][2]int{{0, 2}, {1, 3}}

// registerOfC: rows 0-7 and 8-15, even and odd columns.
var registerOfC = [2][2]int{{0, 1}, {2, 3}}

// setA puts A(row, column) where mma.m16n8k16 has it.
func setA(a *[4]Warp, row, column int, v uint16) {
	setHalf(&a[registerOfA[row/8][column/8]][laneOf[row%8][column%8/2]], column%2, v)
}

// setB puts B(k, n) where mma.m16n8k16 has it: rows 0-7 are in register 0, 8-15 in 1.
func setB(b *[2]Warp, k, n int, v uint16) {
	setHalf(&b[k/8][laneOf[n][k%8/2]], k%2, v)
}

func setHalf(register *uint32, half int, v uint16) {
	*register = *register&^(0xffff<<(16*half)) | uint32(v)<<(16*half)
}

// atD is where a warp has D(row, column) of its 16 rows: of mma.m16n8k16, and of
// wgmma.m64nNk16, which has four registers for every 8 columns.
func atD(d []Warp, row, column int) *uint32 {
	return &d[4*(column/8)+registerOfC[row/8][column%2]][laneOf[row%8][column%8/2]]
}

// matrix is of bfloat16 values, row-major.
type matrix struct {
	rows, columns int
	values        []uint16
}

func randomMatrix(rows, columns int, value func() uint16) matrix {
	m := matrix{rows, columns, make([]uint16, rows*columns)}
	for i := range m.values {
		m.values[i] = value()
	}
	return m
}

func (m matrix) at(row, column int) uint16 { return m.values[row*m.columns+column] }

func value16(bits uint16) float64 {
	return float64(math.Float32frombits(uint32(bits) << 16))
}

// wanted is one element of D = A·B + C, with B given as its columns.
func wanted(a, b matrix, row, column int, c uint32) uint32 {
	sum := float64(math.Float32frombits(c))
	for k := range a.columns {
		sum += float64(value16(a.at(row, k)) * value16(b.at(column, k)))
	}
	return truncated(sum)
}

// truncated rounds by a step toward zero where rounding to nearest went away from it.
func truncated(x float64) uint32 {
	if math.IsNaN(x) {
		return 0x7fffffff
	}
	y := float32(x)
	if math.Abs(float64(y)) > math.Abs(x) {
		y = math.Nextafter32(y, float32(math.Copysign(0, x)))
		if y == 0 { // Nextafter32 forgets the sign
			y = float32(math.Copysign(0, x))
		}
	}
	return math.Float32bits(y)
}

// kinds are the values that products are tried on. The sums of wild ones are not exact in
// float64: there the order counts too.
func kinds(r *rand.Rand) map[string]func() uint16 {
	return map[string]func() uint16{
		"ordinary":  func() uint16 { return randomValue(r) },
		"wild":      func() uint16 { return wild(r) },
		"denormals": func() uint16 { return uint16(r.UintN(2))<<15 | uint16(r.UintN(1<<8)) },
		"special":   func() uint16 { return special[r.IntN(len(special))] },
	}
}

// wild is any finite bfloat16.
func wild(r *rand.Rand) uint16 {
	v := uint16(r.UintN(1 << 16))
	if v>>7&0xff == 0xff {
		v &^= 1 << 7
	}
	return v
}

// special has zeros, ones, the largest, the least, infinities and NaN.
var special = []uint16{0, 0, 0, 1 << 15, 0x3f80, 0xbf80, 0x7f7f, 0xff7f, 1, 0x8001, 0x0080, 0x7f80, 0xff80, 0x7fc0, 0x7f81}

func TestMMA(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, value := range kinds(r) {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				checkMMA(t, r, randomMatrix(16, 16, value), randomMatrix(8, 16, value))
			}
		})
	}
}

// checkMMA multiplies a by the columns b and adds random values, once in place and once not.
func checkMMA(t *testing.T, r *rand.Rand, a, b matrix) {
	t.Helper()
	var left, c, d [4]Warp
	var right [2]Warp
	for row := range 16 {
		for column := range 16 {
			setA(&left, row, column, a.at(row, column))
		}
		for column := range 8 {
			*atD(c[:], row, column) = uint32(wild(r))<<16 | uint32(r.UintN(1<<16))
		}
	}
	for n := range 8 {
		for k := range 16 {
			setB(&right, k, n, b.at(n, k))
		}
	}
	MMA(&d, &c, &left, &right)
	for row := range 16 {
		for column := range 8 {
			want := wanted(a, b, row, column, *atD(c[:], row, column))
			if got := *atD(d[:], row, column); got != want {
				t.Fatalf("D(%d, %d) is %#x, not %#x", row, column, got, want)
			}
		}
	}
	MMA(&c, &c, &left, &right)
	if c != d {
		t.Fatal("in place the result differs")
	}
}

// TestMMAOverwritesItsOperands: a register may be an operand and the result.
func TestMMAOverwritesItsOperands(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var a, c, want [4]Warp
	var b [2]Warp
	for i := range a {
		for lane := range a[i] {
			a[i][lane], c[i][lane], b[i%2][lane] = randomPair(r), randomPair(r), randomPair(r)
		}
	}
	MMA(&want, &c, &a, &b)
	MMA(&a, &c, &a, &b)
	if a != want {
		t.Error("D over A is another result")
	}
}
