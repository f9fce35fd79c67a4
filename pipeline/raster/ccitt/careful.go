package ccitt

// The decoders of this file take any data. They keep two numbers of libtiff's: a0,
// how far the line has come, and pending, what of it is in no run yet. In a damaged
// line the last change may differ from a0 − pending.

// push ends a run of n more pixels.
func (d *decoder) push(n int32) error {
	if len(d.current) > d.limit {
		return errRuns
	}
	d.current = append(d.current, d.last()+d.pending+n)
	d.a0 += n
	d.pending = 0
	return nil
}

func (d *decoder) last() int32 { return d.current[len(d.current)-1] }

func (d *decoder) begin() {
	d.current, d.a0, d.pending, d.lineEnd = d.current[:1], 0, 0, false
}

// color is that of the next run.
func (d *decoder) color() int { return (len(d.current) - 1) & 1 }

// finish makes a line as long as the others: white behind the last run that fits.
func (d *decoder) finish() error {
	if d.pending != 0 {
		if err := d.push(0); err != nil {
			return err
		}
	}
	for d.a0 > d.edge && len(d.current) > 1 {
		n := len(d.current) - 1
		d.a0 -= d.current[n] - d.current[n-1]
		d.current = d.current[:n]
	}
	if d.a0 < d.edge {
		d.a0 = max(d.a0, 0)
		if d.color() == 1 {
			if err := d.push(0); err != nil {
				return err
			}
		}
		if err := d.push(d.edge - d.a0); err != nil {
			return err
		}
	}
	for i, c := range d.current {
		d.current[i] = min(c, d.edge)
	}
	d.current = d.close(d.current)
	return nil
}

// ended finishes the line in which the data ends.
func (d *decoder) ended(err error) error {
	if f := d.finish(); f != nil {
		return f
	}
	return err
}

// status is how reading a run went.
type status uint8

const (
	good    status = iota
	bad            // there is no such code
	lineEnd        // there is a line end instead
	end            // of the data
)

// run reads make-up codes and the terminating code that ends them, and pushes the
// run (T.4, section 4.1).
func (d *decoder) run(color int) (status, error) {
	for {
		if !d.need(lookupBits[color]) {
			return end, nil
		}
		e := lookup(color, d.peek(maxLookup))
		switch n := int32(e >> 4); {
		case e == 0 && d.peek(11) == 0:
			d.skip(11)
			return lineEnd, nil
		case e == 0:
			return bad, nil
		case n < 64:
			d.skip(int(e & 15))
			return good, d.push(n)
		default:
			d.skip(int(e & 15))
			d.a0 += n
			d.pending += n
		}
	}
}

// careful1D decodes runs of white and black in turn (T.4, section 4.1).
func (d *decoder) careful1D() error {
	d.begin()
	for d.a0 < d.edge {
		s, err := d.run(d.color())
		switch {
		case err != nil:
			return err
		case s == end:
			return d.ended(errEnd)
		case s != good:
			if d.lineEnd = s == lineEnd; d.lineEnd && d.a0 == 0 {
				d.empty++
				return d.finish()
			}
			return d.flaw()
		}
		// Runs of nothing take no room.
		if n := len(d.current); n >= 3 && d.color() == 0 && d.current[n-1] == d.current[n-3] && d.a0 < d.edge {
			d.current = d.current[:n-2]
		}
	}
	return d.finish()
}

// careful2D decodes changes relative to those of the line above (T.4, section 4.2;
// T.6, section 2.2). b is the index of b1.
func (d *decoder) careful2D() error {
	d.begin()
	for b := 1; d.a0 < d.edge; {
		if !d.need(modeBits) {
			return d.ended(errEnd)
		}
		e := modes[d.peek(modeBits)]
		d.skip(int(e.bits))
		if e.mode != special {
			b = d.reference(b)
		}
		if b+2 >= len(d.above) {
			return errRuns
		}
		var err error
		s := good
		switch b1 := d.above[b]; e.mode {
		case pass:
			if d.beyond(b + 1) {
				d.a0, d.pending = d.last(), 0
				return d.flaw()
			}
			d.pending += d.above[b+1] - d.a0
			d.a0 = d.above[b+1]
			b += 2
		case horizontal:
			color := d.color()
			if s, err = d.run(color); err == nil && s == good {
				s, err = d.run(color ^ 1)
			}
		case special:
			return d.special()
		default:
			if b1+int32(e.offset) < d.a0 {
				return d.flaw()
			}
			err = d.push(b1 - d.a0 + int32(e.offset))
			b += int(e.step)
		}
		switch {
		case err != nil:
			return err
		case s == end:
			return d.ended(errEnd)
		case s != good:
			return d.flaw()
		}
	}
	return d.finish()
}

// flaw finishes a damaged line.
func (d *decoder) flaw() error {
	d.flawed = true
	return d.finish()
}

// beyond reports a change above that is not there: only damaged lines pass one.
// libtiff finds what is left there of an earlier line, which leads it beyond the edge
// and back to the last change; the rest is white.
func (d *decoder) beyond(b int) bool { return b > len(d.above)-sentinels }

// reference returns the index of b1: the first change above to the right of a0 that
// is of the other colour. At the beginning of a line a0 lies before the first pixel.
func (d *decoder) reference(b int) int {
	if len(d.current) == 1 {
		return b
	}
	for b+2 < len(d.above) && d.above[b] <= d.a0 && d.above[b] < d.edge {
		b += 2
	}
	return b
}

// special ends a line at a code of seven zeros, the beginning of a line end, or at
// an extension, none of which is in use. The run goes on to the edge.
func (d *decoder) special() error {
	isEnd := d.peekBack(modeBits) == 0
	d.current = append(d.current, d.last()+d.edge-d.a0)
	if isEnd {
		if !d.need(4) {
			return d.ended(errEnd)
		}
		d.skip(4)
		d.lineEnd = true
	}
	d.flawed = !isEnd || d.a0 > 0
	return d.finish()
}

// peekBack returns the n bits before.
func (b *bits) peekBack(n int) uint32 {
	before := bits{data: b.data, at: b.at - n}
	return before.peek(n)
}
