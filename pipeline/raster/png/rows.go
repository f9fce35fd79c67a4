package png

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"

	"cutpoint/pipeline/raster/inflate"
)

// decoding is an image on its way. Rows come in bands that stay in the processor's cache:
// decompressed, summed up, their filters undone, and made into what the page has.
type decoding struct {
	*Header
	ctx        context.Context
	stream     *inflate.Stream
	sum        hash.Hash32
	summed     int // bytes in it
	table      *[256][3]uint8
	words      *[256]uint64 // of greys of fewer than 8 bits
	pix        []uint8
	scratch    []uint8 // a row of an interlaced image's pass
	incomplete bool
}

// window is how far back a stream repeats itself: so many bytes behind its end stay as
// they came.
const window = 1 << 15

// band is how much is decompressed at a time.
const band = 1 << 16

// pass decodes a pass whose rows begin at a byte of the stream, and returns where the next
// one's do.
func (d *decoding) pass(p pass, at int) (int, error) {
	stride, raw := d.stride(p.width), d.stream.Buffer()
	before := make([]uint8, stride) // the row above
	bpp := (d.bits() + 7) / 8
	for y := range p.height {
		if err := d.fill(at + 1 + stride); err != nil {
			return 0, err
		}
		src, dst := raw[at+1:at+1+stride], raw[at+1:at+1+stride]
		if d.direct() {
			dst = d.pix[y*stride:][:stride]
		}
		switch got := len(d.stream.Bytes()); {
		case got == at: // the stream ends as it should, but with rows to come
			d.incomplete = true
			clear(dst)
		case got < at+1+stride:
			return 0, fmt.Errorf("the pixels: %w", io.ErrUnexpectedEOF)
		case !unfilter(raw[at], dst, src, before, bpp):
			return 0, fmt.Errorf("row %d has the unknown filter %d", y, raw[at])
		default:
			at += 1 + stride
		}
		if !d.direct() {
			d.place(p, y, dst)
		}
		before = dst
	}
	return at, nil
}

// fill decompresses the bytes that a row needs and as many more as the filters may not
// touch yet.
func (d *decoding) fill(upTo int) error {
	if d.summed >= upTo+window || d.stream.Ended() {
		return nil
	}
	if err := d.ctx.Err(); err != nil {
		return err
	}
	if err := d.stream.Fill(max(upTo+window, d.summed+band)); err != nil {
		return err
	}
	d.addUp()
	return nil
}

func (d *decoding) addUp() {
	all := d.stream.Bytes()
	d.sum.Write(all[d.summed:])
	d.summed = len(all)
}

// finish compares the checksum, where the stream has one.
func (d *decoding) finish() error {
	if sum, ok := d.stream.Finish(); ok && sum != d.sum.Sum32() {
		return errors.New("the pixels have the wrong checksum")
	}
	return nil
}
