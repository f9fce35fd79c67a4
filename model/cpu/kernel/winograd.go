package kernel

// Winograd's minimal filtering F(4×4, 3×3) computes a tile of 4×4 outputs of a 3×3
// convolution from 6×6 inputs with 36 multiplications for each pair of channels in
// place of 144 (Lavin and Gray 2016, arXiv:1509.09308):
//
//	Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// Summed over input channels, each of the 36 places of the middle is a matrix product
// of tiles × input channels with input channels × outputs: a Product of one segment.
//
// The matrices are those of Toom and Cook for the points 0, ±3/4, ±3/2 and ∞, which are
// nearer to each other than the usual 0, ±1, ±2: the error is about that of the direct
// sum. All entries of A and B are exact in float32; G is applied in float64.

// Sides of Winograd's tiles, and the number of places between the transforms.
const (
	WinogradOut    = 4
	WinogradIn     = WinogradOut + 2
	WinogradPlaces = WinogradIn * WinogradIn
)

const (
	pointA, pointB = 0.75, 1.5 // the points are 0, ±pointA, ±pointB and ∞

	squareA, squareB = pointA * pointA, pointB * pointB
	cubeA, cubeB     = squareA * pointA, squareB * pointB
	squaresProduct   = squareA * squareB
	squaresSum       = squareA + squareB
)

// WinogradTile is one tile of all channels, in a map and transformed. Strides count
// floats.
type WinogradTile struct {
	Places      []float32 // (36, Channels), row-major over the 6×6 places
	PlaceStride int       // from a place to the next
	Map         []float32 // (6, 6, Channels) of an input, (4, 4, Channels) of an output
	RowStride   int       // from a row of the map to the next
	PixelStride int
	Channels    int
}

// check touches the last element that a side of the map and the places reach.
func (t *WinogradTile) check(side int) {
	_ = t.Places[:(WinogradPlaces-1)*t.PlaceStride+t.Channels]
	_ = t.Map[:(side-1)*(t.RowStride+t.PixelStride)+t.Channels]
}

// ToWinograd writes Bᵀ d B of the map's 6×6 pixels to the places. A NaN comes out of every
// output whose window sees it, and perhaps of others in the tile; an infinity may too.
func (k Float32) ToWinograd(t *WinogradTile) {
	t.check(WinogradIn)
	done := 0
	if k.isa != generic {
		done = toWinogradAssembly(k.isa, t)
	}
	for c := done; c < t.Channels; c++ {
		toWinogradGeneric(t, c)
	}
}

// FromWinograd writes Aᵀ m A of the places m to the map's 4×4 pixels, after bias (of
// Channels values) and ReLU, which leaves NaN. With pool it writes 2×2 pixels: the maxima
// of 2×2, NaN where one of them is.
func (k Float32) FromWinograd(t *WinogradTile, bias []float32, pool bool) {
	side := WinogradOut
	if pool {
		side /= 2
	}
	t.check(side)
	bias = bias[:t.Channels]
	done := 0
	if k.isa != generic {
		done = fromWinogradAssembly(k.isa, t, bias, pool)
	}
	for c := done; c < t.Channels; c++ {
		fromWinogradGeneric(t, c, bias[c], pool)
	}
}

// toWinogradGeneric is ToWinograd's twin for one channel.
func toWinogradGeneric(t *WinogradTile, c int) {
	var columns [WinogradIn][WinogradIn]float32 // by place of the column, then by column
	for x := range WinogradIn {
		var d [WinogradIn]float32
		for y := range d {
			d[y] = t.Map[y*t.RowStride+x*t.PixelStride+c]
		}
		for i, v := range winogradB(d) {
			columns[i][x] = v
		}
	}
	for i, d := range columns {
		for j, v := range winogradB(d) {
			t.Places[(i*WinogradIn+j)*t.PlaceStride+c] = v
		}
	}
}

// winogradB is Bᵀ d. Products are converted before they are added, which keeps compilers
// from fusing the two.
func winogradB(d [WinogradIn]float32) [WinogradIn]float32 {
	evenA, oddA := d[4]-float32(squareB*d[2]), d[3]-float32(squareB*d[1])
	evenB, oddB := d[4]-float32(squareA*d[2]), d[3]-float32(squareA*d[1])
	return [...]float32{
		float32(squaresProduct*d[0]) + d[4] - float32(squaresSum*d[2]),
		evenA + float32(pointA*oddA), evenA - float32(pointA*oddA),
		evenB + float32(pointB*oddB), evenB - float32(pointB*oddB),
		d[5] + float32(squaresProduct*d[1]) - float32(squaresSum*d[3]),
	}
}

// fromWinogradGeneric is FromWinograd's twin for one channel.
func fromWinogradGeneric(t *WinogradTile, c int, bias float32, pool bool) {
	var columns [WinogradOut][WinogradIn]float32
	for x := range WinogradIn {
		var m [WinogradIn]float32
		for y := range m {
			m[y] = t.Places[(y*WinogradIn+x)*t.PlaceStride+c]
		}
		for i, v := range winogradA(m) {
			columns[i][x] = v
		}
	}
	var out [WinogradOut][WinogradOut]float32
	for y, m := range columns {
		for x, v := range winogradA(m) {
			out[y][x] = relu(v + bias)
		}
	}
	storeTile(t, c, &out, pool)
}

// winogradA is Aᵀ m.
func winogradA(m [WinogradIn]float32) [WinogradOut]float32 {
	sumA, differenceA := m[1]+m[2], m[1]-m[2]
	sumB, differenceB := m[3]+m[4], m[3]-m[4]
	return [...]float32{
		m[0] + sumA + sumB,
		float32(pointA*differenceA) + float32(pointB*differenceB),
		float32(squareA*sumA) + float32(squareB*sumB),
		m[5] + float32(cubeA*differenceA) + float32(cubeB*differenceB),
	}
}

func storeTile(t *WinogradTile, c int, out *[WinogradOut][WinogradOut]float32, pool bool) {
	if !pool {
		for y, row := range out {
			for x, v := range row {
				t.Map[y*t.RowStride+x*t.PixelStride+c] = v
			}
		}
		return
	}
	for y := range WinogradOut / 2 {
		for x := range WinogradOut / 2 {
			above, below := out[2*y][2*x:], out[2*y+1][2*x:]
			t.Map[y*t.RowStride+x*t.PixelStride+c] = max(above[0], above[1], below[0], below[1]) // NaN if one is
		}
	}
}

// WinogradLen returns the length of a 3×3 kernel's transform in panels.
func (k Float32) WinogradLen(inputs, outputs int) int {
	return WinogradPlaces * k.PackedLen(inputs, outputs)
}

// PackWinograd writes panel j of G g Gᵀ: the outputs from j·Width on.
//
//	dst    (36, panels, inputs, Width), zero where there is no output
//	matrix (3, 3, inputs, outputs)
func (k Float32) PackWinograd(dst, matrix []float32, inputs, outputs, j int) {
	width := k.Width()
	first := j * width
	place := k.PackedLen(inputs, outputs)
	for i := range inputs {
		at := dst[(j*inputs+i)*width:]
		for c := range min(width, outputs-first) {
			for p, v := range transformKernel(matrix[i*outputs+first+c:], inputs*outputs) {
				at[p*place+c] = v
			}
		}
	}
}

// transformKernel is G g Gᵀ of the nine taps, which lie tap floats apart.
func transformKernel(matrix []float32, tap int) (u [WinogradPlaces]float32) {
	var g [9]float64
	for i := range g {
		g[i] = float64(matrix[i*tap])
	}
	var columns [3][WinogradIn]float64
	for x := range columns {
		columns[x] = winogradG(g[x], g[3+x], g[6+x])
	}
	for i := range WinogradIn {
		for k, v := range winogradG(columns[0][i], columns[1][i], columns[2][i]) {
			u[i*WinogradIn+k] = float32(v)
		}
	}
	return u
}

// winogradG is G g: the polynomial of g at each point, divided by the product of the
// point's distances to the others.
func winogradG(g0, g1, g2 float64) [WinogradIn]float64 {
	const scaleA, scaleB = 1 / (2 * squareA * (squareA - squareB)), 1 / (2 * squareB * (squareB - squareA))
	evenA, oddA := scaleA*(g0+squareA*g2), scaleA*pointA*g1
	evenB, oddB := scaleB*(g0+squareB*g2), scaleB*pointB*g1
	return [...]float64{g0 / squaresProduct, evenA + oddA, evenA - oddA, evenB + oddB, evenB - oddB, g2}
}
