//go:build !amd64 || purego

package kernel

var (
	detectedPairs []pairISA
	detectedTiles tileISA
)

func multiplyPairsAssembly(n int, p *PairProduct) { multiplyPairsGeneric(n, p) }

func narrowAssembly(_ []Pair, _ []float32) int { return 0 }

func peakPairsAssembly(n int) int64 { return peakGeneric(n) }

func toWinogradPairsAssembly(_ []Pair, _ *WinogradTile) int { return 0 }

func multiplyTilesAssembly(p *TileProduct) { multiplyTilesGeneric(p) }

func peakTilesAssembly(n int) int64 { return peakGeneric(n) }

func finishAssembly(_ []Pair, _, _ int, _ []float32, _ int) bool { return false }

func finishPoolAssembly(_ []Pair, _ int, _ []float32, _, _, _ int) bool { return false }

func splitAssembly(_ *SplitRows) bool { return false }
