package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// sparseCase is a random block with so much zeros, and dense matrices beside it.
func sparseCase(rng *rand.Rand, rows, width, lanes int, zeros float64) (dense []float32, s *Sparse, a, b []float32) {
	dense = make([]float32, rows*width)
	for i := range dense {
		if rng.Float64() >= zeros {
			dense[i] = float32(rng.NormFloat64())
		}
	}
	s = NewSparse(rows, width, func(i int) []float32 { return dense[i*width : (i+1)*width] })
	normal := func(n int) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = float32(rng.NormFloat64())
		}
		return v
	}
	return dense, s, normal(width * lanes), normal(rows * lanes)
}

// TestSparse compares every implementation with sums in float64, with canaries
// behind the results, over widths around the unrolling and rows out of order.
func TestSparse(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, name := range Available() {
		k, _ := Select(name)
		for width := range 20 {
			for _, lanes := range []int{8, 16, 24} {
				for _, zeros := range []float64{0, 0.5, 1} {
					dense, s, a, b := sparseCase(rng, 5, width, lanes, zeros)
					rows := []int{4, 0, 0, 3}
					product := make([]float32, len(rows)*lanes+1)
					transposed := make([]float32, width*lanes+1)
					for _, v := range [][]float32{product, transposed} {
						for i := range v {
							v[i] = 7
						}
					}
					k.MultiplySparse(product[:len(rows)*lanes], s, rows, a, lanes)
					k.MultiplySparseT(transposed[:width*lanes], s, rows, b, lanes)
					if product[len(rows)*lanes] != 7 || transposed[width*lanes] != 7 {
						t.Fatalf("%s: %d columns, %d lanes: written behind the end", name, width, lanes)
					}
					for l := range lanes {
						for i, r := range rows {
							want, size := 7.0, 7.0
							for j := range width {
								p := float64(dense[r*width+j]) * float64(a[j*lanes+l])
								want, size = want+p, size+math.Abs(p)
							}
							near(t, name, product[i*lanes+l], want, size)
						}
						for j := range width {
							want, size := 7.0, 7.0
							for i, r := range rows {
								p := float64(dense[r*width+j]) * float64(b[i*lanes+l])
								want, size = want+p, size+math.Abs(p)
							}
							near(t, name, transposed[j*lanes+l], want, size)
						}
					}
				}
			}
		}
	}
}

// near allows float32's rounding of twenty sums.
func near(t *testing.T, name string, got float32, want, size float64) {
	t.Helper()
	if !(math.Abs(float64(got)-want) <= 2e-6*size) {
		t.Fatalf("%s: %g, want %g", name, got, want)
	}
}

func TestSparseRows(t *testing.T) {
	s := NewSparse(2, 4, func(i int) []float32 { return [][]float32{{0, 2, 0, float32(math.NaN())}, {0, 0, 0, 0}}[i] })
	index, value := s.Row(0)
	if !slices.Equal(index, []uint16{1, 3}) || value[0] != 2 || value[1] == value[1] {
		t.Errorf("row 0 is %v %v: NaN is not zero", index, value)
	}
	if index, value = s.Row(1); len(index)+len(value) != 0 {
		t.Errorf("row 1 is %v %v", index, value)
	}
	for _, name := range Available() {
		k, _ := Select(name)
		dst := make([]float32, 8)
		k.MultiplySparse(dst, s, []int{0}, make([]float32, 32), 8)
		if dst[0] == dst[0] {
			t.Errorf("%s: NaN times zero is %g", name, dst[0])
		}
	}
}

func TestSparseChecks(t *testing.T) {
	s := NewSparse(1, 4, func(int) []float32 { return make([]float32, 4) })
	for what, call := range map[string]func(){
		"short matrix": func() { Float32{}.MultiplySparse(make([]float32, 8), s, []int{0}, make([]float32, 31), 8) },
		"odd lanes":    func() { Float32{}.MultiplySparse(make([]float32, 9), s, []int{0}, make([]float32, 36), 9) },
		"short result": func() { Float32{}.MultiplySparse(make([]float32, 7), s, []int{0}, make([]float32, 32), 8) },
		"too wide":     func() { NewSparse(0, SparseWidth+1, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", what)
				}
			}()
			call()
		}()
	}
}

func BenchmarkSparse(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	_, s, a, r := sparseCase(rng, 500, 2048, 8, 0.95)
	rows := make([]int, 500)
	for i := range rows {
		rows[i] = i
	}
	k, _ := Select("")
	dst, g := make([]float32, 500*8), make([]float32, 2048*8)
	for name, f := range map[string]func(){
		"gather": func() { k.MultiplySparse(dst, s, rows, a, 8) }, "scatter": func() { k.MultiplySparseT(g, s, rows, r, 8) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(s.value)), "ns/value")
		})
	}
}
