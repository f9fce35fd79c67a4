package jpeg

import "fmt"

// entropy is the state of a scan's data.
type entropy struct {
	d    *decoder
	scan scan
	bits bits

	restartsIn   int  // MCUs until the next restart marker
	nextRestart  byte // its number, 0…7
	insufficient bool // the data came to a marker too early: what follows up to a restart is missing
	hit          bool // that happened in the row of MCUs at hand

	eobRun int // progressive: blocks that are still to end with this one

	block [64]int16 // sequential: the block at hand
}

// newEntropy begins a scan's data.
func (d *decoder) newEntropy(s scan) *entropy {
	return &entropy{d: d, scan: s, bits: bits{data: d.data, pos: d.pos}, restartsIn: d.restartInterval}
}

// beforeMCU reads a restart marker where one is due.
func (e *entropy) beforeMCU() error {
	if e.d.restartInterval == 0 || e.restartsIn > 0 {
		return nil
	}
	b := &e.bits
	b.align()
	if b.marker == 0 {
		e.nextMarker()
	}
	if b.marker == 0 {
		return errShort("a restart marker")
	}
	if b.marker == markerRST0+e.nextRestart {
		b.marker = 0
	} else {
		e.resynchronise()
	}
	e.nextRestart = (e.nextRestart + 1) & 7
	e.restartsIn = e.d.restartInterval
	e.eobRun = 0
	for i := range e.scan.components {
		e.scan.components[i].pred = 0
	}
	if b.marker == 0 {
		e.insufficient = false
	}
	return nil
}

// nextMarker skips to the next marker in the data.
func (e *entropy) nextMarker() {
	b := &e.bits
	b.marker = 0
	for {
		if _, ok := b.next(); !ok {
			return
		}
	}
}

// resynchronise decides what to do with a marker that is not the restart marker that is
// due, as libjpeg does (jdmarker.c, jpeg_resync_to_restart): it is taken for the one
// due, or left where it is because data were lost, or skipped because it is an old one.
func (e *entropy) resynchronise() {
	b := &e.bits
	for b.marker != 0 {
		ahead := (b.marker - markerRST0 - e.nextRestart) & 7
		switch {
		case b.marker < markerSOF0:
			e.nextMarker()
		case b.marker < markerRST0 || b.marker > markerRST7, ahead == 1, ahead == 2:
			return
		case ahead == 6, ahead == 7:
			e.nextMarker()
		default:
			b.marker = 0
			return
		}
	}
}

// afterMCU reports whether the data ends too early. A marker in its place
// is no error: the rest up to the next restart stays grey.
func (e *entropy) afterMCU() error {
	e.restartsIn--
	if !e.bits.exhausted() || e.insufficient {
		return nil
	}
	if e.bits.ended() {
		return errShort(fmt.Sprintf("the image data of %d × %d pixels", e.d.width, e.d.height))
	}
	e.insufficient, e.hit = true, true
	return nil
}

// lost reports whether the row of MCUs that ends lacks data.
func (e *entropy) lost() bool {
	lost := e.insufficient || e.hit
	e.hit = false
	return lost
}

// end puts the decoder behind the data.
func (e *entropy) end() {
	d, b := e.d, &e.bits
	d.pos = b.pos
	if b.marker != 0 {
		d.pos -= 2 // the marker is read again
	}
}
