//go:build !amd64 || purego

package kernel

var detectedPairs []pairISA

func multiplyTilesAssembly(n int, p *PairProduct) { multiplyTilesGeneric(n, p) }

func multiplyPairsAssembly(n int, p *PairProduct) { multiplyPairsGeneric(n, p) }

func narrowAssembly(_ []Pair, _ []float32) int { return 0 }

func peakPairsAssembly(_ pairISA, n int) int64 { return peakGeneric(n) }

func toWinogradPairsAssembly(_ []Pair, _ *WinogradTile) int { return 0 }
