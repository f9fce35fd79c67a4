//go:build (!amd64 && !arm64) || purego

package kernel

var detected = []isa{generic}

func multiplyAssembly(_ isa, n int, p *Product) { multiplyGeneric(n, widths[generic], p) }

func peakAssembly(_ isa, n int) int64 { return peakGeneric(n) }
