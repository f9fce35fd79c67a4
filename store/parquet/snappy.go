package parquet

import "encoding/binary"

// appendSparse appends the Snappy block (format description, "compressed
// format") of raw, in whose values, the 4-byte words from at on, nothing repeats
// but zero and the byte before it. That is so of features: of a float that is
// not zero the mantissa is noise, and the last byte, sign and exponent, is one
// of a few. A general matcher spends its time on matches that are not there;
// this one copies runs of zero words from a run before.
func appendSparse(dst, raw []byte, at int) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(raw)))
	end := at + (len(raw)-at)&^3
	literal := 0 // where the bytes begin that are not encoded yet
	var seen zeroRuns
	for i := at; i < end; {
		if binary.LittleEndian.Uint32(raw[i:]) != 0 {
			i += 4
			continue
		}
		from := i
		for i += 4; i < end && binary.LittleEndian.Uint32(raw[i:]) == 0; {
			i += 4
		}
		before := byte(0)
		if from > literal {
			before = raw[from-1]
		}
		start, length := seen.find(from, i-from, before)
		seen.add(from, i-from, before)
		switch {
		case length == 0 && i-from == 4: // stays a literal
			continue
		case length == 0: // no zeros are near: begin with four that are literal
			dst, length = appendLiteral(dst, raw[literal:from+4]), 4
		case from > literal && start > 0 && raw[start-1] == before:
			dst = appendLiteral(dst, raw[literal:from-1])
			dst = appendCopy(dst, from-start, length+1)
		default:
			dst = appendLiteral(dst, raw[literal:from])
			dst = appendCopy(dst, from-start, length)
		}
		dst = appendZeros(dst, i-from-length)
		literal = i
	}
	return appendLiteral(dst, raw[literal:])
}

// zeroRuns are the latest runs of zero words: any, and those of at least 1, 2,
// 3 and 4 words after each byte.
type zeroRuns struct {
	last  zeroRun
	after [4][256]zeroRun
}

type zeroRun struct{ start, length int32 }

func (z *zeroRuns) add(start, length int, before byte) {
	z.last = zeroRun{int32(start), int32(length)}
	for words := range min(length/4, 4) {
		z.after[words][before] = z.last
	}
}

// find returns where to copy the run of length bytes that begins at from, and
// how many of them; 0 if no run is near enough.
func (z *zeroRuns) find(from, length int, before byte) (start, n int) {
	const near, far = 1 << 11, 1 << 16 // a copy's offset in two bytes, in three
	run := z.after[min(length/4, 4)-1][before]
	if run.length == 0 || from-int(run.start) >= near {
		run = z.last
	}
	if from-int(run.start) >= far {
		return 0, 0
	}
	return int(run.start), min(length, int(run.length), 60)
}

// appendZeros appends n zeros, in copies from four bytes before.
func appendZeros(dst []byte, n int) []byte {
	for n > 0 {
		dst = appendCopy(dst, 4, min(n, 64))
		n -= min(n, 64)
	}
	return dst
}

// appendLiteral appends bytes as they are.
func appendLiteral(dst, b []byte) []byte {
	switch n := len(b) - 1; {
	case n < 0:
		return dst
	case n < 60:
		dst = append(dst, byte(n<<2))
	case n < 1<<8:
		dst = append(dst, 60<<2, byte(n))
	case n < 1<<16:
		dst = append(dst, 61<<2, byte(n), byte(n>>8))
	case n < 1<<24:
		dst = append(dst, 62<<2, byte(n), byte(n>>8), byte(n>>16))
	default:
		dst = append(dst, 63<<2, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	return append(dst, b...)
}

// appendCopy appends a copy of 4 … 64 bytes from offset bytes before, less than 2^16.
func appendCopy(dst []byte, offset, n int) []byte {
	if n < 12 && offset < 1<<11 {
		return append(dst, byte(offset>>8<<5|(n-4)<<2|1), byte(offset))
	}
	return append(dst, byte((n-1)<<2|2), byte(offset), byte(offset>>8))
}
