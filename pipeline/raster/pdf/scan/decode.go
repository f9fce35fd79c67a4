package scan

import (
	"bytes"
	"context"
	"encoding/binary"

	"cutpoint/pipeline/raster/ccitt"
	"cutpoint/pipeline/raster/jpeg"
	"cutpoint/pipeline/raster/resample"
)

// decode returns an image as it is shown, or how much of each pixel a mask paints, and
// whether its data is whole.
func (m *image) decode(ctx context.Context) (out resample.Image, whole bool, err error) {
	out = resample.Image{Width: m.width, Height: m.height, Channels: m.channels}
	switch m.codec.Name {
	case "DCTDecode":
		data, err := m.chain.Unpack(m.raw, m.codedLimit())
		if err != nil {
			return out, false, err
		}
		out.Pix, err = m.decodeJPEG(ctx, data)
		return out, true, err
	case "CCITTFaxDecode":
		data, err := m.chain.Unpack(m.raw, m.codedLimit())
		if err != nil {
			return out, false, err
		}
		out.Pix, whole, err = m.decodeFax(ctx, data)
		return out, whole, err
	}
	data, err := m.chain.Fill(m.raw, m.stride()*m.height, m.codedLimit())
	if err != nil {
		return out, false, err
	}
	if len(m.chain) == 0 {
		data = bytes.Clone(data) // the file's own bytes stay
	}
	out.Pix = m.unpack(data)
	return out, true, nil
}

func (m *image) decodeJPEG(ctx context.Context, data []byte) ([]uint8, error) {
	h, err := jpeg.DecodeHeader(data)
	if err != nil {
		return nil, err
	}
	if err := m.checkJPEG(h); err != nil {
		return nil, err
	}
	j, err := jpeg.Decode(ctx, data, jpeg.Options{MaxPixels: maxImagePixels})
	if err != nil {
		return nil, err
	}
	if j.Channels != m.samples || j.Lost > 0 {
		return nil, other("a JPEG of %d channels is damaged", j.Channels)
	}
	return m.show(j.Pix), nil
}

func (m *image) decodeFax(ctx context.Context, data []byte) (pix []uint8, whole bool, err error) {
	shown := [2][3]uint8{m.table[1], m.table[0]} // white, black
	if m.black {
		shown = [2][3]uint8{m.table[0], m.table[1]}
	}
	colors := [2]uint8{shown[0][0], shown[1][0]}
	if m.channels == 3 {
		colors = [2]uint8{0, 1}
	}
	pix = make([]uint8, m.width*m.height)
	lost := 0
	err = ccitt.Decode(ctx, data, ccitt.Image{
		Mode: m.fax, Width: m.width, Height: m.height, Colors: colors,
		Pix: pix, Stride: m.width, Visible: m.width, Lost: &lost,
	})
	if err != nil || m.channels == 1 {
		return pix, lost == 0, err
	}
	out := make([]uint8, 3*len(pix)) // a palette of two colours
	for i, v := range pix {
		copy(out[3*i:], shown[v][:])
	}
	return out, lost == 0, nil
}

// show gives samples of 8 bits the levels that they stand for, in their own memory if
// there are as many.
func (m *image) show(pix []uint8) []uint8 {
	switch {
	case m.samples == 3:
	case m.channels == 3:
		out := make([]uint8, 3*len(pix))
		for i, v := range pix {
			copy(out[3*i:3*i+3], m.table[v][:])
		}
		return out
	case !m.plain():
		for i, v := range pix {
			pix[i] = m.table[v][0]
		}
	}
	return pix
}

// plain reports whether greys of 8 bits are shown as they are.
func (m *image) plain() bool {
	for v, c := range m.table {
		if int(c[0]) != v {
			return false
		}
	}
	return true
}

// unpack makes pixels of packed samples, the first in the highest bits (8.9.3).
func (m *image) unpack(data []byte) []uint8 {
	if m.bits == 8 {
		return m.show(data)
	}
	pix := make([]uint8, 0, m.channels*m.width*m.height)
	stride := m.stride()
	for ; len(data) >= stride; data = data[stride:] {
		pix = m.appendRow(pix, data[:stride])
	}
	return pix
}

// appendRow appends the pixels of samples of fewer than 8 bits.
func (m *image) appendRow(pix []uint8, row []byte) []uint8 {
	x := 0
	if m.bits == 1 && m.channels == 1 {
		dark, light := uint64(m.table[0][0]), uint64(m.table[1][0])
		for ; x+8 <= m.width; x += 8 {
			ones := spread(row[x/8]) // a byte of 1 for each bit that is set
			pix = binary.LittleEndian.AppendUint64(pix, ones*light+(ones^0x0101010101010101)*dark)
		}
	}
	for ; x < m.width; x++ {
		bit := x * m.bits
		v := row[bit/8] >> (8 - m.bits - bit%8) & uint8(m.top())
		pix = append(pix, m.table[v][:m.channels]...)
	}
	return pix
}

// spread makes a byte of each bit, the highest in the lowest byte.
func spread(b uint8) uint64 {
	v := uint64(b) * 0x8040201008040201 // the copies do not touch each other
	return v >> 7 & 0x0101010101010101
}
