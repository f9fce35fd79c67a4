package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomTile makes a tile of a map of that side whose slices begin at odd places and are
// not a float longer than needed.
func randomTile(r *rand.Rand, channels, side int) *WinogradTile {
	exact := func(n int) []float32 { o := r.IntN(4); return random(r, n+o)[o:] }
	t := &WinogradTile{Channels: channels, PlaceStride: channels + r.IntN(5), PixelStride: channels + r.IntN(5)}
	t.RowStride = WinogradIn*t.PixelStride + r.IntN(5)
	t.Places = exact((WinogradPlaces-1)*t.PlaceStride + channels)
	t.Map = exact((side-1)*(t.RowStride+t.PixelStride) + channels)
	return t
}

// within compares sums of some dozens of terms of about that size.
func within(a, b, size float32) bool {
	return math.Abs(float64(a-b)) <= 1e-5*float64(size) || sameFloat(a, b)
}

// TestToWinograd holds every implementation against the generic code, over numbers of
// channels around whole vectors, and looks for what was written outside.
func TestToWinograd(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 1))
	for _, k := range implementations() {
		for channels := 1; channels <= 2*16+1; channels++ {
			tile := randomTile(r, channels, WinogradIn)
			want := *tile
			want.Places = slices.Clone(tile.Places)
			all, places := guarded(len(tile.Places), 5)
			tile.Places = places
			k.ToWinograd(tile)
			Float32{}.ToWinograd(&want)
			for i, x := range all {
				at := i - 5
				inside := at >= 0 && at < len(places) && at%tile.PlaceStride < channels
				switch {
				case !inside && !intact(x):
					t.Fatalf("%s: %d channels: wrote outside at %d", k.Name(), channels, at)
				case inside && !within(x, want.Places[at], 10):
					t.Fatalf("%s: %d channels: value %d is %v, want %v", k.Name(), channels, at, x, want.Places[at])
				}
			}
		}
	}
}

// TestFromWinograd is TestToWinograd's sibling.
func TestFromWinograd(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 2))
	for _, k := range implementations() {
		for channels := 1; channels <= 2*16+1; channels++ {
			for _, pool := range []bool{false, true} {
				side := WinogradOut
				if pool {
					side /= 2
				}
				tile, bias := randomTile(r, channels, side), random(r, channels)
				want := *tile
				want.Map = slices.Clone(tile.Map)
				all, pixels := guarded(len(tile.Map), 3)
				tile.Map = pixels
				k.FromWinograd(tile, bias, pool)
				Float32{}.FromWinograd(&want, bias, pool)
				for i, x := range all {
					at := i - 3
					y, rest := at/tile.RowStride, at%tile.RowStride
					inside := at >= 0 && y < side && rest/tile.PixelStride < side && rest%tile.PixelStride < channels
					switch {
					case !inside && !intact(x):
						t.Fatalf("%s: %d channels: wrote outside at %d", k.Name(), channels, at)
					case inside && !within(x, want.Map[at], 50):
						t.Fatalf("%s: %d channels, pool %v: value %d is %v, want %v", k.Name(), channels, pool, at, x, want.Map[at])
					case inside && math.Float32bits(x) == 0x80000000:
						t.Fatalf("%s: ReLU left -0", k.Name())
					}
				}
			}
		}
	}
}

// TestWinogradIsConvolution goes the whole way for one tile, from pixels and a kernel to
// outputs, and compares with the direct sum in float64.
func TestWinogradIsConvolution(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 3))
	for _, k := range implementations() {
		for _, size := range [][2]int{{1, 1}, {5, 3}, {64, 33}, {100, 64}} {
			inputs, outputs := size[0], size[1]
			in, matrix, bias := randomTile(r, inputs, WinogradIn), random(r, 9*inputs*outputs), random(r, k.Panels(outputs)*k.Width())
			got := convolveTile(k, in, matrix, bias, inputs, outputs)
			var squares, reference float64
			for at := range WinogradOut * WinogradOut {
				y, x := at/WinogradOut, at%WinogradOut
				for c := range outputs {
					want := max(directSum(in, matrix, inputs, outputs, y, x, c)+float64(bias[c]), 0)
					d := float64(got[at*len(bias)+c]) - want
					squares, reference = squares+d*d, reference+want*want
				}
			}
			if rms := math.Sqrt(squares / reference); !(rms <= 2e-6) {
				t.Errorf("%s: %d inputs, %d outputs: relative RMS error %.2g", k.Name(), inputs, outputs, rms)
			}
		}
	}
}

// convolveTile returns (4, 4, panels · width) outputs.
func convolveTile(k Float32, in *WinogradTile, matrix, bias []float32, inputs, outputs int) []float32 {
	width, n := k.Width(), len(bias)
	panels := make([]float32, k.WinogradLen(inputs, outputs))
	for j := range k.Panels(outputs) {
		k.PackWinograd(panels, matrix, inputs, outputs, j)
	}
	k.ToWinograd(in)
	sums := make([]float32, WinogradPlaces*n)
	for place := range WinogradPlaces {
		for j := range k.Panels(outputs) {
			k.Multiply(1, &Product{
				Dst: sums[place*n+j*width:], Src: in.Places[place*in.PlaceStride:], Panel: panels[(place*k.Panels(outputs)+j)*inputs*width:],
				Init: make([]float32, width), Offsets: []int{0}, Length: inputs,
			})
		}
	}
	out := make([]float32, WinogradOut*WinogradOut*n)
	k.FromWinograd(&WinogradTile{Places: sums, PlaceStride: n, Map: out, RowStride: WinogradOut * n, PixelStride: n, Channels: n}, bias, false)
	return out
}

// directSum is one output of the tile, in float64.
func directSum(in *WinogradTile, matrix []float32, inputs, outputs, y, x, c int) (sum float64) {
	for tap := range 9 {
		pixel := in.Map[(y+tap/3)*in.RowStride+(x+tap%3)*in.PixelStride:]
		for i := range inputs {
			sum += float64(pixel[i]) * float64(matrix[(tap*inputs+i)*outputs+c])
		}
	}
	return sum
}

// TestWinogradSpecialValues: NaN reaches every output whose window sees it, an infinity
// leaves NaN or what ReLU makes of an infinity; NaN passes the pool; subnormal numbers are
// not flushed.
func TestWinogradSpecialValues(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, k := range implementations() {
		for _, special := range []float32{nan, inf, -inf} {
			for at := range WinogradIn * WinogradIn {
				in := &WinogradTile{Map: make([]float32, 36*16), RowStride: 6 * 16, PixelStride: 16, Places: make([]float32, 36*16), PlaceStride: 16, Channels: 16}
				in.Map[at*16+3] = special
				matrix, bias := random(rand.New(rand.NewPCG(1, uint64(at))), 9*16*16), make([]float32, k.Panels(16)*k.Width())
				out := convolveTile(k, in, matrix, bias, 16, 16)
				for i, v := range out {
					y, x := i/len(bias)/4, i/len(bias)%4
					sees := at/6 >= y && at/6 <= y+2 && at%6 >= x && at%6 <= x+2
					if sees && i%len(bias) < 16 && v == v && (special != special || v != 0 && !math.IsInf(float64(v), 1)) {
						t.Fatalf("%s: %v at %d: output (%d,%d) is %v", k.Name(), special, at, y, x, v)
					}
				}
			}
		}
		for at := range WinogradPlaces {
			for _, special := range []float32{nan, -nan} {
				tile := &WinogradTile{Places: make([]float32, 36*16), PlaceStride: 16, Map: make([]float32, 4*16), RowStride: 2 * 16, PixelStride: 16, Channels: 16}
				tile.Places[at*16+9] = special
				k.FromWinograd(tile, make([]float32, 16), true)
				if !slices.ContainsFunc(tile.Map, func(v float32) bool { return v != v }) {
					t.Errorf("%s: NaN at place %d is lost in the pool", k.Name(), at)
				}
			}
		}
		tiny := math.Float32frombits(1 << 20)
		tile := &WinogradTile{Places: repeat(tiny, 36*16), PlaceStride: 16, Map: make([]float32, 16*16), RowStride: 4 * 16, PixelStride: 16, Channels: 16}
		if k.FromWinograd(tile, make([]float32, 16), false); tile.Map[0] != 25*tiny {
			t.Errorf("%s: subnormal sum %v, want %v", k.Name(), tile.Map[0], 25*tiny)
		}
	}
}

// TestWinogradChecksLengths: slices that are too short panic as an index would.
func TestWinogradChecksLengths(t *testing.T) {
	for _, k := range implementations() {
		for name, cut := range map[string]func(*WinogradTile){
			"nothing": func(*WinogradTile) {},
			"places":  func(t *WinogradTile) { t.Places = t.Places[: len(t.Places)-1 : len(t.Places)-1] },
			"map":     func(t *WinogradTile) { t.Map = t.Map[: len(t.Map)-1 : len(t.Map)-1] },
		} {
			tile := randomTile(rand.New(rand.NewPCG(1, 1)), 16, WinogradIn)
			cut(tile)
			func() {
				defer func() {
					if failed := recover() != nil; failed != (name != "nothing") {
						t.Errorf("%s: %s cut: panicked: %v", k.Name(), name, failed)
					}
				}()
				k.ToWinograd(tile)
			}()
		}
	}
}

// TestToWinogradPairs compares with the float32 transform, rounded: the last bit of eight
// may differ where the sums do.
func TestToWinogradPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 4))
	for _, k := range pairKernels() {
		for channels := 2; channels <= 2*16+2; channels += 2 {
			tile := randomTile(r, channels, WinogradIn)
			Float32{}.ToWinograd(tile)
			want := *tile
			tile.PlaceStride = channels/2 + r.IntN(3)
			dst := make([]Pair, (WinogradPlaces-1)*tile.PlaceStride+channels/2+1)
			for i := range dst {
				dst[i] = 0xdeadbeef
			}
			k.ToWinograd(dst[:len(dst)-1], tile)
			for i, got := range dst {
				place, c := i/tile.PlaceStride, 2*(i%tile.PlaceStride)
				if c >= channels || place >= WinogradPlaces {
					if got != 0xdeadbeef {
						t.Fatalf("%s: %d channels: wrote outside at %d", k.Name(), channels, i)
					}
					continue
				}
				even, odd := want.Places[place*want.PlaceStride+c], want.Places[place*want.PlaceStride+c+1]
				if !rounds(got.Even(), even) || !rounds(got.Odd(), odd) {
					t.Fatalf("%s: %d channels: pair %d is %v and %v, want %v and %v", k.Name(), channels, i, got.Even(), got.Odd(), even, odd)
				}
			}
		}
	}
}

// rounds says whether x is want to eight bits, where sums of size ten may have cancelled.
func rounds(x, want float32) bool {
	return math.Abs(float64(x-want)) <= math.Abs(float64(want))*0x1.01p-8+1e-5
}

func TestPackWinogradPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 5))
	k, inputs, outputs := BFloat16{}, 6, 40
	matrix := random(r, 9*inputs*outputs)
	got := make([]Pair, k.WinogradLen(inputs, outputs))
	for j := range k.Panels(outputs) {
		k.PackWinograd(got, matrix, inputs, outputs, j)
	}
	for i, pair := range got {
		column, rest := i%k.Width(), i/k.Width()
		input, rest := 2*(rest%(inputs/2)), rest/(inputs/2)
		output, place := rest%k.Panels(outputs)*k.Width()+column, rest/k.Panels(outputs)
		var want Pair
		if output < outputs {
			even := transformKernel(matrix[input*outputs+output:], inputs*outputs)
			odd := transformKernel(matrix[(input+1)*outputs+output:], inputs*outputs)
			want = PairOf(even[place], odd[place])
		}
		if pair != want {
			t.Fatalf("pair %d is %x, want %x", i, pair, want)
		}
	}
}
