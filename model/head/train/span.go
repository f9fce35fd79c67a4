package train

// span is a half-open range of indexes.
type span struct{ lo, hi int }

func (s span) len() int { return s.hi - s.lo }

// spans divides 0 … n-1 into ranges of at most size. The division depends on its
// arguments only, which keeps sums in the same order on every machine.
func spans(n, size int) []span {
	var out []span
	for lo := 0; lo < n; lo += size {
		out = append(out, span{lo, min(lo+size, n)})
	}
	return out
}
