package cudatest

import "math"

// rounding is a direction.
type rounding uint8

const (
	nearest rounding = iota // rn: to even
	toZero                  // rz
	down                    // rm
	up                      // rp
)

var roundings = map[string]rounding{"": nearest, ".rn": nearest, ".rz": toZero, ".rm": down, ".rp": up}

// NaNs as NVIDIA's GPUs make them.
const (
	nan32    = 0x7fffffff
	nan64    = 0xfff8000000000000
	nanBrain = 0x7fff
	nanHalf  = 0x7fff
)

// odd is a + b in float64 with its last bit set if it is not exact: rounded again to a format
// of at most 51 bits it gives what one rounding of the exact sum gives.
func odd(a, b float64) float64 {
	s := a + b
	if math.IsInf(s, 0) || s != s {
		return s
	}
	t := s - a
	rest := (a - (s - t)) + (b - t)
	u := math.Float64bits(s)
	if rest == 0 || u&1 == 1 {
		return s
	}
	if (rest > 0) == (s > 0) {
		return math.Float64frombits(u | 1)
	}
	return math.Float64frombits(u - 1)
}

// round32 rounds to float32 in a direction.
func round32(v float64, r rounding) uint32 {
	f := float32(v)
	if v != v {
		return nan32
	}
	if r == nearest || float64(f) == v || math.IsInf(v, 0) {
		return math.Float32bits(f)
	}
	// f is the nearest value; step back where the direction forbids it.
	above := float64(f) > v
	switch {
	case r == down && above, r == toZero && v > 0 && above:
		f = math.Nextafter32(f, float32(math.Inf(-1)))
	case r == up && !above, r == toZero && v < 0 && !above:
		f = math.Nextafter32(f, float32(math.Inf(1)))
	}
	return math.Float32bits(f)
}

// sumSign is the zero that a + b = 0 gives: -0 when rounding down unless both are +0.
func sumSign(a, b, s float64, r rounding) float64 {
	if s == 0 && r == down && !(a == 0 && b == 0 && !math.Signbit(a) && !math.Signbit(b)) {
		return math.Copysign(0, -1)
	}
	return s
}

// brain rounds to bfloat16, to nearest even.
func brain(f float32, r rounding) uint32 {
	u := math.Float32bits(f)
	if f != f {
		return nanBrain
	}
	if r == toZero {
		return u >> 16
	}
	return (u + 0x7fff + u>>16&1) >> 16
}

func f32(u uint32) float32     { return math.Float32frombits(u) }
func f64(u uint64) float64     { return math.Float64frombits(u) }
func f32as64(u uint32) float64 { return float64(math.Float32frombits(u)) }

// bits32 are a result's bits; every NaN is the same one.
func bits32(f float32) uint32 {
	if f != f {
		return nan32
	}
	return math.Float32bits(f)
}

func bits64(f float64) uint64 {
	if f != f {
		return nan64
	}
	return math.Float64bits(f)
}
