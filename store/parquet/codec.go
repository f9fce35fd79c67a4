package parquet

import (
	"fmt"
	"math"
	"sync"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"

	"cutpoint/schemas"
)

// Codec is how pages are compressed.
type Codec = format.CompressionCodec

// Codecs that can be written: Snappy with a matcher for features, Zstd at its
// fastest level.
const (
	Uncompressed = format.Uncompressed
	Snappy       = format.Snappy
	Zstd         = format.Zstd
)

// ChooseCodec returns the codec for rows: Zstd if fewer than an eighth of their
// values are not zero, or if all have the low bits of a float16 (none), which Snappy
// cannot use; else Snappy. Measured on VGG19's features of scanned
// pages (./scripts/bench-store): a pooled convolution, 5 % of it not zero,
// shrinks to 8 % with zstd and 12 % with Snappy, and pyarrow and Polars read the
// former faster. fc1, fc2 and averages, 32 % and more, shrink to 41 % and 47 %,
// where zstd takes three times as long to write and to read.
func ChooseCodec(rows []schemas.Feature) Codec {
	const sampled = 64
	values, set, lowBits := 0, 0, uint32(0)
	for i := range min(sampled, len(rows)) {
		v := rows[i*len(rows)/min(sampled, len(rows))].Embedding
		values += len(v)
		for _, x := range v {
			if x != 0 {
				set++
			}
			lowBits |= math.Float32bits(x)
		}
	}
	const half = 1<<13 - 1 // of a float's fraction, what a float16 has not
	if 8*set < values || set > 0 && lowBits&half == 0 {
		return Zstd
	}
	return Snappy
}

// unpacks reports whether this package decompresses pages of a codec.
func unpacks(c Codec) bool { return c == Uncompressed || c == Snappy || c == Zstd }

// readable reports whether parquet-go may do so. Its LZ4 decoder grows without
// bound on damaged bytes.
func readable(c Codec) bool { return unpacks(c) || c == format.Gzip || c == format.Brotli }

// compressor compresses pages, several at once.
type compressor struct {
	codec Codec
	zstd  *zstd.Encoder
}

func newCompressor(c Codec, workers int) (*compressor, error) {
	switch c {
	case Uncompressed, Snappy:
		return &compressor{codec: c}, nil
	case Zstd:
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(workers),
			zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false)) // the page has its own
		return &compressor{c, e}, err
	}
	return nil, fmt.Errorf("compression %v cannot be written", c)
}

// compress returns the page's bytes for the file: in dst's memory where they
// fit, or raw itself. Vectors begin at byte values of raw; there are none if
// that is its end.
func (c *compressor) compress(dst, raw []byte, values int) []byte {
	switch c.codec {
	case Snappy:
		if values < len(raw)/8 { // else most of it are levels, or a small column
			return appendSparse(dst[:0], raw, values)
		}
		return s2.EncodeSnappyBetter(dst[:cap(dst)], raw)
	case Zstd:
		return c.zstd.EncodeAll(raw, dst[:0])
	}
	return raw
}

// decompressor decompresses pages, up to workers at once (0: one). The zero value
// is ready.
type decompressor struct {
	workers int
	once    sync.Once
	zstd    *zstd.Decoder
	err     error
}

// decoder returns the zstd decoder, which is made when it is first needed. A
// page's size by its header, which was checked, limits it: a frame that says more
// is refused before it is decoded.
func (d *decompressor) decoder() (*zstd.Decoder, error) {
	d.once.Do(func() {
		d.zstd, d.err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(max(1, d.workers)), zstd.WithDecodeAllCapLimit(true))
	})
	return d.zstd, d.err
}

func (d *decompressor) Close() {
	if d.zstd != nil {
		d.zstd.Close()
	}
}

// decompress returns the size bytes of a page, in the memory of dst or of body.
func (d *decompressor) decompress(codec Codec, dst, body []byte, size int) (raw []byte, err error) {
	switch codec {
	case Uncompressed:
		raw = body
	case Snappy:
		if n, lengthErr := s2.DecodedLen(body); lengthErr != nil || n != size {
			return nil, fmt.Errorf("%w: a page has not the size of its header", ErrDamaged)
		}
		raw, err = s2.Decode(grow(dst, size), body)
	case Zstd:
		var z *zstd.Decoder
		if z, err = d.decoder(); err != nil {
			return nil, err
		}
		raw, err = z.DecodeAll(body, grow(dst, size)[:0:size])
	default:
		return nil, fmt.Errorf("%w: compression %v", ErrUnsupported, codec)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: a page does not decompress: %w", ErrDamaged, err)
	}
	if len(raw) != size {
		return nil, fmt.Errorf("%w: a page has not the size of its header", ErrDamaged)
	}
	return raw, nil
}

// grow returns n bytes, in the memory of b if it has as many.
func grow(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}
