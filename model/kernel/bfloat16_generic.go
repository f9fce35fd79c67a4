//go:build !amd64 || purego

package kernel

const hasBF16 = false

func multiplyPairsAssembly(n int, p *PairProduct) { multiplyPairsGeneric(n, p) }

func narrowAssembly(_ []Pair, _ []float32) int { return 0 }

func peakPairsAssembly(n int) int64 { return peakGeneric(n) }

func toWinogradPairsAssembly(_ []Pair, _ *WinogradTile) int { return 0 }
