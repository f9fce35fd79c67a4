package kernel

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// canary surrounds what a kernel may write.
const canary = 0xa5

// within runs a kernel on an output of n bytes between canaries.
func within(t *testing.T, n int, run func(dst []uint8)) []uint8 {
	t.Helper()
	const guard = 64
	all := bytes.Repeat([]byte{canary}, n+2*guard)
	run(all[guard : guard+n : guard+n])
	for _, b := range append(append([]byte{}, all[:guard]...), all[guard+n:]...) {
		if b != canary {
			t.Fatal("the kernel writes beyond its output")
		}
	}
	return all[guard : guard+n]
}

// row returns n values, many of them at the ends of the range, at an odd address.
func row(rng *rand.Rand, n int) []uint8 {
	b := make([]uint8, n+1)
	for i := range b {
		switch rng.IntN(4) {
		case 0:
			b[i] = 0
		case 1:
			b[i] = 255
		default:
			b[i] = uint8(rng.Uint32())
		}
	}
	return b[1:]
}

// TestRowsAgainstTwins tries all lengths up to twice that of a step, and odd ends.
func TestRowsAgainstTwins(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 70; n++ {
		near, far, third := row(rng, n), row(rng, n), row(rng, n)
		for _, size := range []int{2 * n, 2*n - 1} {
			for name, k := range map[string]struct{ kernel, twin func(dst []uint8) }{
				"h2v1":     {func(d []uint8) { H2V1(d, near) }, func(d []uint8) { h2v1Range(d, near, 0, n) }},
				"h2v2":     {func(d []uint8) { H2V2(d, near, far) }, func(d []uint8) { h2v2Range(d, near, far, 0, n) }},
				"quincunx": {func(d []uint8) { Quincunx(d, near, far) }, func(d []uint8) { quincunxRange(d, near, far, 0, n) }},
			} {
				if got, want := within(t, size, k.kernel), within(t, size, k.twin); !bytes.Equal(got, want) {
					t.Fatalf("%s of %d samples to %d:\n%v, want\n%v", name, n, size, got, want)
				}
			}
		}
		got := within(t, 3*n, func(d []uint8) { YCbCrToRGB(d, near, far, third) })
		want := within(t, 3*n, func(d []uint8) { ycbcrToRGBGeneric(d, near, far, third) })
		if !bytes.Equal(got, want) {
			t.Fatalf("colours of %d pixels:\n%v, want\n%v", n, got, want)
		}
		got = within(t, 3*n, func(d []uint8) { StudioToRGB(d, near, far, third) })
		want = within(t, 3*n, func(d []uint8) { studioToRGBGeneric(d, near, far, third) })
		if !bytes.Equal(got, want) {
			t.Fatalf("libwebp's colours of %d pixels:\n%v, want\n%v", n, got, want)
		}
	}
}

// TestAllColours compares every chroma pair at some levels of luma.
func TestAllColours(t *testing.T) {
	cb, cr, y := make([]uint8, 256), make([]uint8, 256), make([]uint8, 256)
	got, want := make([]uint8, 768), make([]uint8, 768)
	for i := range cr {
		cr[i] = uint8(i)
	}
	for level := 0; level < 256; level += 15 {
		for b := range 256 {
			for i := range cb {
				cb[i], y[i] = uint8(b), uint8(level)
			}
			YCbCrToRGB(got, y, cb, cr)
			ycbcrToRGBGeneric(want, y, cb, cr)
			if !bytes.Equal(got, want) {
				t.Fatalf("luma %d, blue difference %d differ", level, b)
			}
			StudioToRGB(got, y, cb, cr)
			studioToRGBGeneric(want, y, cb, cr)
			if !bytes.Equal(got, want) {
				t.Fatalf("libwebp's colours of luma %d, blue difference %d differ", level, b)
			}
		}
	}
}

// block draws coefficients: few or many, usual or absurd.
func block(rng *rand.Rand) (coef [64]int16, quant [64]uint16, last int) {
	most := []int32{3, 200, 2047, 1 << 15}[rng.IntN(4)]
	places := []int{1, 2, 6, 64}[rng.IntN(4)]
	for range places {
		coef[rng.IntN(64)] = int16(rng.Int32N(2*most) - most)
	}
	if rng.IntN(5) == 0 { // the first row alone
		clear(coef[8:])
	}
	for i, v := range coef {
		quant[i] = uint16(1 + rng.IntN([]int{1, 40, 255, 65535}[rng.IntN(4)]))
		if v != 0 && i > 0 {
			last = 63
		}
	}
	return coef, quant, last
}

func TestIDCTAgainstTwin(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 200_000 {
		coef, quant, last := block(rng)
		stride := 8 + n%40
		size := 7*stride + 8
		got := within(t, size, func(d []uint8) { IDCT(d, stride, &coef, &quant, last) })
		want := within(t, size, func(d []uint8) { idctGeneric(d, stride, &coef, &quant) })
		if !bytes.Equal(got, want) {
			t.Fatalf("block %v quantised by %v:\n%v, want\n%v", coef, quant, got, want)
		}
	}
}

// TestIDCTIsATransform compares with the definition (T.81, A.3.3) within rounding.
func TestIDCTIsATransform(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var quant [64]uint16
	for i := range quant {
		quant[i] = 1
	}
	for range 500 {
		var coef [64]int16
		coef[0] = int16(rng.IntN(1200) - 600)
		for range 10 {
			coef[rng.IntN(64)] = int16(rng.IntN(121) - 60)
		}
		dst := make([]uint8, 64)
		IDCT(dst, 8, &coef, &quant, 63)
		for i, v := range dst {
			exact := min(max(inverse(&coef, i%8, i/8)+128, 0), 255)
			if d := float64(v) - exact; d > 1 || d < -1 {
				t.Fatalf("sample %d is %d, the transform gives %.2f", i, v, exact)
			}
		}
	}
}

func BenchmarkIDCT(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	var coef [64]int16
	var quant [64]uint16
	for i := range coef {
		coef[i], quant[i] = int16(rng.IntN(20)-10), 10
	}
	dst := make([]uint8, 64)
	b.Run("kernel", func(b *testing.B) {
		for b.Loop() {
			IDCT(dst, 8, &coef, &quant, 63)
		}
	})
	b.Run("twin", func(b *testing.B) {
		for b.Loop() {
			idctGeneric(dst, 8, &coef, &quant)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	rng := rand.New(rand.NewPCG(9, 10))
	near, far, third, dst := row(rng, 2000), row(rng, 2000), row(rng, 2000), make([]uint8, 6000)
	for name, run := range map[string]func(){
		"h2v1": func() { H2V1(dst[:4000], near) }, "h2v2": func() { H2V2(dst[:4000], near, far) },
		"colour": func() { YCbCrToRGB(dst, near, far, third) },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				run()
			}
		})
	}
}
