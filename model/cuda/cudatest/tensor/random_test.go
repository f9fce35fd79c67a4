package tensor

import (
	"math"
	"math/rand/v2"
)

// bfloat16 of a value that is one already.
func bits16(v float64) uint16 { return uint16(math.Float32bits(float32(v)) >> 16) }

// randomValue is a bfloat16 around one: sums of 16 products of such values are exact in
// float64.
func randomValue(r *rand.Rand) uint16 {
	return uint16(r.UintN(2))<<15 | uint16(0x3f80-4<<7+r.UintN(8<<7))
}

func randomPair(r *rand.Rand) uint32 {
	return uint32(randomValue(r)) | uint32(randomValue(r))<<16
}
