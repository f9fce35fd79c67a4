package vp8

import (
	"fmt"
	"io"
)

// segments are up to four kinds of macroblocks (9.3).
type segments struct {
	used, mapped, absolute bool
	quantiser, strength    [4]int
	probs                  [3]uint8
}

// filterHeader says how the loop filter works (9.6).
type filterHeader struct {
	simple           bool
	level, sharpness int
	deltas           bool
	reference, mode  int // what the level differs by in key frames, and where luma is predicted in blocks
}

// quantisation has the factors of DC and AC.
type quantisation struct{ luma, secondary, chroma [2]int32 }

// readHeader reads the frame's header (9.2 to 9.11) and parts the rest.
func (d *decoder) readHeader(first, rest []byte) error {
	d.modes = newBoolDecoder(first)
	b := &d.modes
	b.number(2) // colour space and clamping, which mean nothing here
	d.readSegments(b)
	d.readFilter(b)
	if err := d.part(1<<b.number(2), rest); err != nil {
		return err
	}
	d.readQuantisation(b)
	b.number(1) // whether the probabilities last
	d.probs = defaultProbs
	for i := range d.probs {
		for j := range d.probs[i] {
			for k := range d.probs[i][j] {
				for l := range d.probs[i][j][k] {
					if b.bit(updateProbs[i][j][k][l]) {
						d.probs[i][j][k][l] = uint8(b.number(8))
					}
				}
			}
		}
	}
	if d.skipsKnown = b.bit(128); d.skipsKnown {
		d.skipProb = uint8(b.number(8))
	}
	if b.ended {
		return fmt.Errorf("the first partition: %w", io.ErrUnexpectedEOF)
	}
	d.computeStrengths()
	return nil
}

func (d *decoder) readSegments(b *boolDecoder) {
	s := &d.segments
	s.probs, s.absolute = [3]uint8{255, 255, 255}, true
	if s.used = b.bit(128); !s.used {
		return
	}
	s.mapped = b.bit(128)
	if b.bit(128) {
		s.absolute = b.bit(128)
		for i := range s.quantiser {
			s.quantiser[i] = b.optional(7)
		}
		for i := range s.strength {
			s.strength[i] = b.optional(6)
		}
	}
	if !s.mapped {
		return
	}
	for i := range s.probs {
		if b.bit(128) {
			s.probs[i] = uint8(b.number(8))
		}
	}
}

func (d *decoder) readFilter(b *boolDecoder) {
	f := &d.filter
	f.simple, f.level, f.sharpness = b.bit(128), b.number(6), b.number(3)
	f.deltas = b.bit(128)
	if !f.deltas || !b.bit(128) {
		return
	}
	for i := range 8 {
		if !b.bit(128) {
			continue
		}
		switch delta := b.signed(6); i {
		case 0:
			f.reference = delta
		case 4:
			f.mode = delta
		}
	}
}

// part divides what follows the first partition (9.5). One that goes beyond the end is
// taken as far as it goes.
func (d *decoder) part(n int, rest []byte) error {
	d.parts = n
	if len(rest) < 3*(n-1) {
		return fmt.Errorf("the partitions: %w", io.ErrUnexpectedEOF)
	}
	sizes, rest := rest[:3*(n-1)], rest[3*(n-1):]
	for i := range n - 1 {
		size := min(int(sizes[3*i])|int(sizes[3*i+1])<<8|int(sizes[3*i+2])<<16, len(rest))
		d.tokens[i] = newBoolDecoder(rest[:size])
		rest = rest[size:]
	}
	if len(rest) == 0 {
		return fmt.Errorf("the last partition: %w", io.ErrUnexpectedEOF)
	}
	d.tokens[n-1] = newBoolDecoder(rest)
	return nil
}

func (d *decoder) readQuantisation(b *boolDecoder) {
	base := b.number(7)
	var delta [5]int // of luma DC, secondary DC and AC, chroma DC and AC
	for i := range delta {
		delta[i] = b.optional(4)
	}
	clamp := func(i, most int) int { return min(max(i, 0), most) }
	for i := range d.quant {
		q := base
		if d.segments.used {
			q = d.segments.quantiser[i]
			if !d.segments.absolute {
				q += base
			}
		}
		d.quant[i] = quantisation{
			luma:      [2]int32{dcFactors[clamp(q+delta[0], 127)], acFactors[clamp(q, 127)]},
			secondary: [2]int32{2 * dcFactors[clamp(q+delta[1], 127)], max(8, acFactors[clamp(q+delta[2], 127)]*155/100)},
			chroma:    [2]int32{dcFactors[clamp(q+delta[3], 117)], acFactors[clamp(q+delta[4], 127)]},
		}
	}
}
