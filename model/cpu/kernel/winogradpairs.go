package kernel

// ToWinograd is Float32's, rounded to pairs of channels, of which there is an even number.
// The tile's Places are not used.
//
//	dst  (36, Channels/2), t.PlaceStride pairs apart
func (k BFloat16) ToWinograd(dst []Pair, t *WinogradTile) {
	_ = t.Map[:(WinogradIn-1)*(t.RowStride+t.PixelStride)+t.Channels]
	_ = dst[:(WinogradPlaces-1)*t.PlaceStride+t.Channels/2]
	done := 0
	if k.isa != genericPairs {
		done = toWinogradPairsAssembly(dst, t)
	}
	var places [WinogradPlaces * 2]float32
	for c := done; c < t.Channels; c += 2 {
		two := WinogradTile{Places: places[:], PlaceStride: 2, Map: t.Map[c:], RowStride: t.RowStride, PixelStride: t.PixelStride}
		toWinogradGeneric(&two, 0)
		toWinogradGeneric(&two, 1)
		for p := range WinogradPlaces {
			dst[p*t.PlaceStride+c/2] = PairOf(places[2*p], places[2*p+1])
		}
	}
}

// WinogradLen returns the length in pairs of a 3×3 kernel's transform in panels.
func (k BFloat16) WinogradLen(inputs, outputs int) int {
	return WinogradPlaces * k.PackedLen(inputs, outputs)
}

// PackWinograd is Float32's, rounded to pairs of inputs, of which there is an even number.
//
//	dst    (36, panels, inputs/2, Width), zero where there is no output
//	matrix (3, 3, inputs, outputs)
func (k BFloat16) PackWinograd(dst []Pair, matrix []float32, inputs, outputs, j int) {
	width := k.Width()
	first := j * width
	place := k.PackedLen(inputs, outputs)
	for i := 0; i < inputs; i += 2 {
		at := dst[(j*inputs+i)/2*width:]
		for c := range min(width, outputs-first) {
			even := transformKernel(matrix[i*outputs+first+c:], inputs*outputs)
			odd := transformKernel(matrix[(i+1)*outputs+first+c:], inputs*outputs)
			for p := range WinogradPlaces {
				at[p*place+c] = PairOf(even[p], odd[p])
			}
		}
	}
}
