//go:build (!amd64 && !arm64) || purego

package kernel

func adamAssembly(_, _, _, _ []float32, _ *AdamStep) int { return 0 }

func axpyAssembly(_ float32, _, _ []float32) int { return 0 }

func gatherAssembly(dst, a []float32, lanes int, index []uint16, value []float32) {
	gatherGeneric(dst, a, lanes, index, value)
}

func scatterAssembly(dst []float32, lanes int, b []float32, index []uint16, value []float32) {
	scatterGeneric(dst, lanes, b, index, value)
}
