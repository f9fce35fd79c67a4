//go:build (!amd64 && !arm64) || purego

package kernel

func toWinogradAssembly(_ isa, _ *WinogradTile) int { return 0 }

func fromWinogradAssembly(_ isa, _ *WinogradTile, _ []float32, _ bool) int { return 0 }
