package ccitt

import "encoding/binary"

// The decoders of this file keep the next bits of the stream in a word, the first
// of them highest. They return false, having changed nothing, where a line has a
// flaw or the data may not suffice.

// window is a word of the stream: held of its bits are valid, the next are at data
// index next.
type window struct {
	word uint64
	held int
	next int
}

// open fills the window; false if the data is about to end.
func (d *decoder) open() (w window, ok bool) {
	i := d.at >> 3
	if i+8+padding > len(d.data) {
		return w, false
	}
	return window{binary.BigEndian.Uint64(d.data[i:]) << (d.at & 7), 64 - d.at&7, i + 8}, true
}

// fill makes sure that 32 bits are held; false if the data may not suffice.
func (w *window) fill(data []byte) bool {
	if w.held >= 32 {
		return true
	}
	if w.next+4+padding > len(data) {
		return false
	}
	w.word |= uint64(binary.BigEndian.Uint32(data[w.next:])) << (32 - w.held)
	w.held += 32
	w.next += 4
	return true
}

// skip takes n bits.
func (w *window) skip(n uint8) {
	w.word <<= n
	w.held -= int(n)
}

// at returns where the window stands in the stream, in bits.
func (w *window) at() int { return 8*w.next - w.held }

// run reads a run; false if there is none.
func (w *window) run(data []byte, color int, edge int32) (int32, bool) {
	total := int32(0)
	for {
		e := lookup(color, uint32(w.word>>(64-maxLookup)))
		n := int32(e >> 4)
		w.skip(uint8(e & 15))
		total += n
		if n < 64 {
			return total, e != 0
		}
		if total > edge || !w.fill(data) {
			return 0, false
		}
	}
}

// fast1D decodes runs of white and black in turn (T.4, section 4.1).
func (d *decoder) fast1D() bool {
	w, ok := d.open()
	if !ok {
		return false
	}
	line := d.current[:cap(d.current)]
	k, a0 := 1, int32(0)
	for color := 0; ; color ^= 1 {
		if !w.fill(d.data) || k > d.limit {
			return false
		}
		n, ok := w.run(d.data, color, d.edge)
		if a0 += n; !ok || a0 > d.edge {
			return false
		}
		line[k] = a0
		k++
		if a0 == d.edge {
			break
		}
		if color == 1 && line[k-3] == a0 { // runs of nothing take no room
			k -= 2
		}
	}
	d.at, d.current = w.at(), d.close(line[:k])
	return true
}

// fast2D decodes changes relative to those of the line above (T.4, section 4.2;
// T.6, section 2.2). b is the index of b1, k that of the next change.
func (d *decoder) fast2D() bool {
	w, ok := d.open()
	if !ok {
		return false
	}
	line, above, edge := d.current[:cap(d.current)], d.above, d.edge
	k, b, a0 := 1, 1, int32(0)
	for a0 < edge {
		if !w.fill(d.data) || k >= d.limit {
			return false
		}
		e := modes[w.word>>(64-modeBits)]
		w.skip(e.bits)
		switch e.mode {
		case vertical:
			to := above[b] + int32(e.offset)
			if to < a0 || to > edge {
				return false
			}
			a0, line[k] = to, to
			k++
			b += int(e.step)
		case horizontal:
			for i := range 2 {
				n, ok := w.run(d.data, (k-1)&1, edge)
				if a0 += n; !ok || a0 > edge || i == 0 && !w.fill(d.data) {
					return false
				}
				line[k] = a0
				k++
			}
		case pass:
			a0 = above[b+1]
			b += 2
			if a0 >= edge { // the run ends with the line
				line[k] = a0
				k++
			}
			if k == 1 {
				continue
			}
		default:
			return false
		}
		if a0 < edge {
			for above[b] <= a0 { // the sentinels end it
				b += 2
			}
		}
	}
	d.at, d.current = w.at(), d.close(line[:k])
	return true
}
