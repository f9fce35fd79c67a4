package raster

import (
	"bytes"
	"slices"
)

// Warning says why a decoded page may not be what a person would see; "" if nothing
// speaks for that. Of several, the first of this list stands.
type Warning string

// The warnings.
const (
	Incomplete Warning = "incomplete" // an image or a text of the page could not be drawn, the rest is there
	Dark       Warning = "dark"       // its samples use a small part of their range: nearly all of it is black
	Empty      Warning = "empty"      // it shows nothing, as the back of a sheet does; see isFlat
)

// flatLevels is by how many of 255 levels the pixels of a page that shows nothing
// differ at most. Resizing averages what a scanner adds to blank paper to less; a
// full stop on a page of A4 stays darker than that.
const flatLevels = 7

// isFlat reports whether no channel of a resized page, without what it was padded
// with, spans more than flatLevels: all of it is white, black or of one colour.
//
//	pix  (N, channels)
func isFlat(pix []uint8, channels int) bool {
	low, high := [3]uint8{255, 255, 255}, [3]uint8{}
	first := pix[:min(len(pix), 64*channels)]
	for some := range slices.Chunk(pix, 64*channels) { // nearly every page ends in the first ones
		if &some[0] != &first[0] && bytes.Equal(some, first) {
			continue
		}
		for c := range channels {
			l, h := low[c], high[c]
			for i := c; i < len(some); i += channels {
				l, h = min(l, some[i]), max(h, some[i])
			}
			if h-l > flatLevels {
				return false
			}
			low[c], high[c] = l, h
		}
	}
	return true
}
