package inflate

import "math/bits"

// An entry of a table says what the bits that come next mean.
//
//	a literal    literal | value<<16 | length of its code
//	a length     base<<16 | length of its code<<8 | that and its further bits
//	a distance   the same
//	exceptional  endOfBlock | length of its code; subtable | start<<16 | its bits<<8; or an unused code
const (
	literal     = 1 << 31
	exceptional = 1 << 15
	endOfBlock  = 1 << 14
	subtable    = 1 << 13
	unused      = exceptional
)

const primaryBits = 10

// table has 1 << primaryBits entries, and behind them subtables for longer codes.
type table struct {
	first [1 << primaryBits]uint32
	more  []uint32
	room  [1 << 11]uint32 // of more, for as long as it is enough
}

// lookup returns the entry of the code that comes next; of a longer code that in its
// subtable, whose length counts from the first bit.
func (t *table) lookup(acc uint64) uint32 {
	e := t.first[acc&(1<<primaryBits-1)]
	if e&(exceptional|subtable) == exceptional|subtable {
		return t.more[e>>16&0x7fff+uint32(acc>>primaryBits)&(1<<(e>>8&15)-1)]
	}
	return e
}

// build makes a table of the lengths of codes (RFC 1951, 3.2.2); values are the entries
// without the lengths of codes.
func (t *table) build(lengths []uint8, values []uint32) error {
	var count [16]int
	for _, n := range lengths {
		count[n]++
	}
	longest := 15
	for ; longest > 0 && count[longest] == 0; longest-- {
	}
	left := 1
	var next [16]int
	for n := 1; n <= 15; n++ {
		next[n] = (next[n-1] + count[n-1]) << 1
		if n == 1 {
			next[n] = 0
		}
		if left = left<<1 - count[n]; left < 0 {
			return corrupt("too many codes of a length")
		}
	}
	if left > 0 && longest > 1 {
		return corrupt("codes that are not used")
	}
	if left > 0 { // one code of one bit, or none at all
		for i := range t.first {
			t.first[i] = unused
		}
	}
	t.more = t.room[:0]
	if longest > primaryBits {
		t.layOut(count, next)
	}
	for symbol, n := range lengths {
		if n > 0 {
			t.put(next[n], int(n), values[symbol])
			next[n]++
		}
	}
	return nil
}

// layOut makes the subtables: one for each start of codes that are longer than
// primaryBits, as large as the longest of them needs.
func (t *table) layOut(count, next [16]int) {
	first := next[primaryBits+1] >> 1 // the codes from here on are starts of longer ones
	for prefix := first; prefix < 1<<primaryBits; prefix++ {
		size := 0
		for n := 15; n > primaryBits && size == 0; n-- {
			from, to := next[n], next[n]+count[n] // codes of this length
			if count[n] > 0 && prefix >= from>>(n-primaryBits) && prefix <= (to-1)>>(n-primaryBits) {
				size = n - primaryBits
			}
		}
		at := bits.Reverse32(uint32(prefix)) >> (32 - primaryBits)
		t.first[at] = exceptional | subtable | uint32(len(t.more))<<16 | uint32(size)<<8
		t.more = append(t.more, make([]uint32, 1<<size)...)
	}
}

// put enters a code wherever its bits, the first one lowest, are the start of an index.
func (t *table) put(code, n int, value uint32) {
	e := value | uint32(n)
	if value&(literal|exceptional) == 0 {
		e = value + uint32(n)<<8 + uint32(n) // the further bits are in it
	}
	at := int(bits.Reverse32(uint32(code)) >> (32 - n))
	if n <= primaryBits {
		for ; at < len(t.first); at += 1 << n {
			t.first[at] = e
		}
		return
	}
	sub := t.first[at&(1<<primaryBits-1)]
	entries := t.more[sub>>16&0x7fff:][:1<<(sub>>8&15)]
	for at >>= primaryBits; at < len(entries); at += 1 << (n - primaryBits) {
		entries[at] = e
	}
}

// The values of lengths and distances, with their further bits (RFC 1951, 3.2.5).
var literalValues, distanceValues = values()

func values() (lit [288]uint32, dist [32]uint32) {
	for i := range 256 {
		lit[i] = literal | uint32(i)<<16
	}
	lit[256] = exceptional | endOfBlock
	base := uint32(3)
	for i := range 28 {
		extra := uint32(max(0, i/4-1))
		lit[257+i] = base<<16 | extra
		base += 1 << extra
	}
	lit[285], lit[286], lit[287] = 258<<16, unused, unused
	base = 1
	for i := range 30 {
		extra := uint32(max(0, i/2-1))
		dist[i] = base<<16 | extra
		base += 1 << extra
	}
	dist[30], dist[31] = unused, unused
	return lit, dist
}

// fixedTables sets the codes of RFC 1951, 3.2.6.
func (s *Stream) fixedTables() error {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144 || i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	if err := s.lit.build(lengths[:], literalValues[:]); err != nil {
		return err
	}
	var five [32]uint8
	for i := range five {
		five[i] = 5
	}
	return s.dist.build(five[:], distanceValues[:])
}

var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// readTables reads a block's own codes (RFC 1951, 3.2.7).
func (s *Stream) readTables() error {
	s.refill()
	nlit, ndist, nlength := int(s.acc&31)+257, int(s.acc>>5&31)+1, int(s.acc>>10&15)+4
	s.take(14)
	if nlit > 286 || ndist > 30 {
		return corrupt("too many codes")
	}
	var lengths [19]uint8
	for _, i := range lengthOrder[:nlength] {
		s.refill()
		lengths[i] = uint8(s.acc & 7)
		s.take(3)
	}
	var symbols [19]uint32
	for i := range symbols {
		symbols[i] = literal | uint32(i)<<16
	}
	if err := s.lit.build(lengths[:], symbols[:]); err != nil {
		return err
	}
	var all [286 + 30]uint8
	if err := s.readLengths(all[:nlit+ndist]); err != nil {
		return err
	}
	if all[256] == 0 {
		return corrupt("a block without end")
	}
	if err := s.lit.build(all[:nlit], literalValues[:]); err != nil {
		return err
	}
	return s.dist.build(all[nlit:nlit+ndist], distanceValues[:])
}

// readLengths reads lengths of codes, with the table of lit.
func (s *Stream) readLengths(all []uint8) error {
	for i := 0; i < len(all); {
		s.refill()
		e := s.lit.first[s.acc&(1<<primaryBits-1)]
		if e == unused {
			return corrupt("an unused code")
		}
		s.take(uint(e & 15))
		value, repeat := uint8(e>>16), 1
		switch value {
		case 16:
			if i == 0 {
				return corrupt("a repetition of nothing")
			}
			value, repeat = all[i-1], 3+int(s.acc&3)
			s.take(2)
		case 17:
			value, repeat = 0, 3+int(s.acc&7)
			s.take(3)
		case 18:
			value, repeat = 0, 11+int(s.acc&127)
			s.take(7)
		}
		if i+repeat > len(all) {
			return corrupt("too many lengths of codes")
		}
		for range repeat {
			all[i] = value
			i++
		}
	}
	return nil
}
