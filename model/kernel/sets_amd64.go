//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// sets returns the kernel sets that the processor and the operating system allow,
// best first.
func sets() []Float32 {
	var all []Float32
	if cpu.X86.HasAVX512F {
		all = append(all, Float32{Name: "avx512", Columns: 32, Tiles: []Sized{{14, tile14x32AVX512}}, Max4: max4AVX2})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, Float32{Name: "avx2", Columns: 16, Tiles: []Sized{{6, tile6x16AVX2}, {4, tile4x16AVX2}}, Max4: max4AVX2})
	}
	return append(all, generic())
}

//go:noescape
func tile14x32AVX512(t *Tile)

//go:noescape
func tile6x16AVX2(t *Tile)

//go:noescape
func tile4x16AVX2(t *Tile)

//go:noescape
func max4AVX2(dst, a, b, c, d *float32, n int)
