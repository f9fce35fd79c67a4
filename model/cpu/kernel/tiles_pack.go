package kernel

// PackTaps rounds and lays out panel j of a 3×3 convolution's weights for direct sums: the
// outputs from 32·j on. Inputs come in whole steps of 32.
//
//	dst    (inputs/32, 9, 16, 32) pairs, zero where there is no output
//	matrix (3, 3, inputs, outputs)
func PackTaps(dst []Pair, matrix []float32, inputs, outputs, j int) {
	first := j * TileWidth
	n := min(TileWidth, outputs-first)
	for i := 0; i < inputs; i += 2 {
		for tap := range 9 {
			at := dst[(i/(2*TileDepth)*9+tap)*StepLen+i/2%TileDepth*TileWidth:][:TileWidth]
			even := matrix[(tap*inputs+i)*outputs+first:][:n]
			odd := matrix[(tap*inputs+i+1)*outputs+first:][:n]
			for c := range n {
				at[c] = PairOf(even[c], odd[c])
			}
			clear(at[n:])
		}
	}
}

// SplitWinogradLen returns the length of a 3×3 kernel's transform, split in three.
func SplitWinogradLen(inputs, outputs int) int {
	panels := (outputs + TileWidth - 1) / TileWidth
	return WinogradPlaces * panels * Triple * inputs / 2 * TileWidth
}

// PackSplitWinograd writes panel j of G g Gᵀ, split in three as Split does. Inputs come in
// whole steps of 32.
//
//	dst    (36, panels, inputs/32, 3, 16, 32), zero where there is no output
//	matrix (3, 3, inputs, outputs)
func PackSplitWinograd(dst []Pair, matrix []float32, inputs, outputs, j int) {
	first := j * TileWidth
	place := SplitWinogradLen(inputs, outputs) / WinogradPlaces
	for i := 0; i < inputs; i += 2 {
		at := dst[(j*inputs/(2*TileDepth)+i/(2*TileDepth))*Triple*StepLen+i/2%TileDepth*TileWidth:]
		for c := range min(TileWidth, outputs-first) {
			even := transformKernel(matrix[i*outputs+first+c:], inputs*outputs)
			odd := transformKernel(matrix[(i+1)*outputs+first+c:], inputs*outputs)
			for p := range WinogradPlaces {
				e, o := splitOne(even[p]), splitOne(odd[p])
				for part := range Triple {
					at[p*place+part*StepLen+c] = PairOf(e[part], o[part])
				}
			}
		}
	}
}

// SplitSteps are the steps of a product of inputs that Split made with weights that
// PackSplitWinograd did: of three parts a and three parts b the six products that a
// float32 shows, the small ones first.
func SplitSteps(inputs int) (steps []TileStep) {
	order := [...][2]int{{2, 0}, {0, 2}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}
	for chunk := range inputs / (2 * TileDepth) {
		for _, parts := range order {
			steps = append(steps, TileStep{
				Src:   parts[0]*inputs/2 + chunk*TileDepth,
				Panel: (chunk*Triple + parts[1]) * StepLen,
			})
		}
	}
	return steps
}
