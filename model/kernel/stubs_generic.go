//go:build !amd64 || purego

package kernel

var detected = []isa{generic}

func multiplyAssembly(_ isa, n int, p *Product) { multiplyGeneric(n, widths[generic], p) }

func max4Assembly(_, _, _, _, _ []float32) int { return 0 }

func peakAssembly(_ isa, n int) int64 { return peakGeneric(n) }
