package raster

import (
	"cmp"
	"time"
)

// Limits bound what one document may cost. A field that is zero has its default. Where the
// system is not Linux, times are those that pass.
type Limits struct {
	MaxPixels    int64         // of a page; before any pixel is decoded
	MaxPages     int           // of a document
	MaxBytes     int64         // of a file
	MaxMemory    int64         // bytes that decoding one page may allocate; checked before
	PageTime     time.Duration // of a processor, for opening a document and for each of its pages
	DocumentTime time.Duration // of a processor, for all pages of a document together
}

// OrDefault returns the limits with the default of each that is zero.
func (l Limits) OrDefault() Limits {
	d := DefaultLimits()
	return Limits{
		cmp.Or(l.MaxPixels, d.MaxPixels), cmp.Or(l.MaxPages, d.MaxPages), cmp.Or(l.MaxBytes, d.MaxBytes),
		cmp.Or(l.MaxMemory, d.MaxMemory), cmp.Or(l.PageTime, d.PageTime), cmp.Or(l.DocumentTime, d.DocumentTime),
	}
}

// DefaultLimits let an A0 sheet at 300 dpi pass.
func DefaultLimits() Limits {
	return Limits{
		MaxPixels: 150_000_000, MaxPages: 10_000, MaxBytes: 512 << 20, MaxMemory: 1 << 30,
		PageTime: time.Minute, DocumentTime: 30 * time.Minute,
	}
}
