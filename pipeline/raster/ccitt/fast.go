package ccitt

import "encoding/binary"

// The decoders of this file keep the next bits of the stream in a word. They return
// false, having changed nothing, where a line has a flaw or the data may not suffice.

// window is a word of the stream, the next bit highest: held of its bits are valid,
// those behind them stand at data[next:]. It is passed by value, in registers.
type window struct {
	word uint64
	held int
	next int
}

// newWindow fills a window; false if the data is about to end.
func (d *decoder) newWindow() (w window, ok bool) {
	i := d.at >> 3
	if i+8+padding > len(d.data) || d.onlyCareful {
		return w, false
	}
	return window{binary.BigEndian.Uint64(d.data[i:]) << (d.at & 7), 64 - d.at&7, i + 8}, true
}

// fill makes sure that 32 bits are held; false if the data may not suffice.
func (w window) fill(data []byte) (window, bool) {
	if w.held >= 32 {
		return w, true
	}
	if w.next+4+padding > len(data) {
		return w, false
	}
	w.word |= uint64(binary.BigEndian.Uint32(data[w.next:])) << ((32 - w.held) & 63)
	w.held += 32
	w.next += 4
	return w, true
}

// skip takes n bits.
func (w window) skip(n uint8) window {
	return window{w.word << (n & 63), w.held - int(n), w.next}
}

// at returns where the window stands in the stream, in bits.
func (w window) at() int { return 8*w.next - w.held }

// run reads the run that begins at a0 and returns where it ends; false if there is
// none within the line.
func (w window) run(data []byte, color int, a0, edge int32) (int32, window, bool) {
	w, ok := w.fill(data)
	for ok {
		e := lookup(color, uint32(w.word>>(64-maxLookup)))
		n := int32(e >> 4)
		w = w.skip(uint8(e & 15))
		a0 += n
		if n < 64 {
			return a0, w, e != 0 && a0 <= edge
		}
		if a0 > edge {
			break
		}
		w, ok = w.fill(data)
	}
	return a0, w, false
}

// runs reads a run of a color, its lowest bit, and one of the other.
func (w window) runs(data []byte, color int, a0, edge int32) (a1, a2 int32, _ window, ok bool) {
	if a1, w, ok = w.run(data, color, a0, edge); ok {
		a2, w, ok = w.run(data, color^1, a1, edge)
	}
	return a1, a2, w, ok
}

// fast1D decodes runs of white and black in turn (T.4, section 4.1).
func (d *decoder) fast1D() bool {
	w, ok := d.newWindow()
	if !ok {
		return false
	}
	line, data, edge := d.current[:cap(d.current)], d.data, d.edge
	k, a0 := 1, int32(0)
	for color := 0; a0 < edge; color ^= 1 {
		if k > d.limit {
			return false
		}
		if a0, w, ok = w.run(data, color, a0, edge); !ok {
			return false
		}
		line[k] = a0
		k++
		if color == 1 && line[k-3] == a0 && a0 < edge { // runs of nothing take no room
			k -= 2
		}
	}
	d.at, d.current = w.at(), d.close(line[:k])
	return true
}

// fast2D decodes changes relative to those of the line above (T.4, section 4.2;
// T.6, section 2.2). b is the index of b1, k that of the next change.
func (d *decoder) fast2D() bool {
	w, ok := d.newWindow()
	if !ok {
		return false
	}
	line, above, data, edge := d.current[:cap(d.current)], d.above, d.data, d.edge
	k, b, a0, limit := 1, 1, int32(0), d.limit
	for a0 < edge && k < limit {
		if w.held < 32 {
			if w, ok = w.fill(data); !ok {
				return false
			}
		}
		e := modes[w.word>>(64-modeBits)]
		w = w.skip(e.bits)
		switch e.mode {
		case vertical:
			to := above[b] + int32(e.offset)
			if to < a0 || to > edge {
				return false
			}
			line[k] = to
			k++
			a0 = to
			if above[b-1] > to { // only where the change lies left of b1
				b -= 2
			}
			b++
		case horizontal:
			if line[k], a0, w, ok = w.runs(data, k-1, a0, edge); !ok {
				return false
			}
			line[k+1] = a0
			k += 2
		case pass:
			if d.beyond(b + 1) {
				return false
			}
			a0 = above[b+1]
			b += 2
			if a0 == edge { // the run ends with the line
				line[k] = a0
				k++
			}
			if k == 1 { // b1 is not looked for again before the first change
				continue
			}
		default:
			return false
		}
		for above[b] <= a0 && a0 < edge { // the sentinels end it
			b += 2
		}
	}
	if a0 < edge {
		return false
	}
	d.at, d.current = w.at(), d.close(line[:k])
	return true
}
