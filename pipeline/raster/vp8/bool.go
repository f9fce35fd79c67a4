package vp8

// boolDecoder decodes bits of known probability (section 7).
type boolDecoder struct {
	value uint64 // the next bits, from the highest on
	span  uint64 // the range less 1: 127 to 254
	bits  int    // how many value has, less 8; below 0 more are needed
	at    int    // what comes next of the data
	data  []byte
	ended bool // more was asked for than there is
}

func newBoolDecoder(data []byte) boolDecoder {
	return boolDecoder{span: 254, bits: -8, data: data, ended: len(data) == 0}
}

// ranges are by how much a range, given less 1, is shifted to be 128 at least, and what it
// is then, less 1.
var ranges = func() (t [256][2]uint8) {
	for i := range t {
		r := i + 1
		for ; r < 128; r *= 2 {
			t[i][0]++
		}
		t[i][1] = uint8(r - 1)
	}
	return t
}()

// load takes a byte: behind the end zeros for ever.
func (b *boolDecoder) load() {
	if b.at < len(b.data) {
		b.value |= uint64(b.data[b.at]) << (uint(48-b.bits) & 63)
		b.at++
	} else {
		b.ended = true
	}
	b.bits += 8
}

// bit returns whether a bit is set whose chance of being 0 is probability of 256.
func (b *boolDecoder) bit(probability uint8) bool {
	if b.bits < 0 {
		b.load()
	}
	split := b.span * uint64(probability) >> 8
	limit := (split + 1) << 56
	set := b.value >= limit
	if set {
		b.value -= limit
		split = b.span - split - 1
	}
	r := &ranges[uint8(split)]
	b.span = uint64(r[1])
	b.value <<= r[0] & 7
	b.bits -= int(r[0])
	return set
}

// number reads n bits of even chance, the highest first.
func (b *boolDecoder) number(n int) (v int) {
	for range n {
		v <<= 1
		if b.bit(128) {
			v |= 1
		}
	}
	return v
}

// signed reads a number and its sign.
func (b *boolDecoder) signed(n int) int {
	v := b.number(n)
	if b.bit(128) {
		return -v
	}
	return v
}

// optional reads a signed number, or 0 if a flag before it is not set.
func (b *boolDecoder) optional(n int) int {
	if !b.bit(128) {
		return 0
	}
	return b.signed(n)
}
