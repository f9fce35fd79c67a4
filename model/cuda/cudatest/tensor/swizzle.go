package tensor

// swizzle is the width in bytes of a swizzling mode, 32, 64 or 128, or 0 for none
// ("Swizzling Modes"; in CuTe's words Swizzle<1,4,3>, <2,4,3> and <3,4,3>). Units of 16
// bytes are permuted within that width, in a pattern that depends on the 128-byte line of
// shared memory.
//
// The document ties the pattern to boundaries of 256, 512 and 1024 bytes and shifts it where
// a copy starts elsewhere (dstMem / 128 % 2, 4, 8). Together this means that it depends
// on the address in shared memory alone.
type swizzle uint32

// unitBytes are permuted together.
const unitBytes = 16

// address maps a byte's address without swizzling to its address with it, and back.
func (s swizzle) address(linear uint32) uint32 {
	if s == 0 {
		return linear
	}
	return linear ^ (linear>>7&(uint32(s)/unitBytes-1))*unitBytes
}
