package object

import (
	"errors"
	"fmt"
)

// predictor is what Flate and LZW streams may have been passed through before (7.4.4.4).
type predictor struct {
	kind   int // 1 none, 2 TIFF's, 10 or more PNG's
	pixel  int // bytes from a sample to the one of the pixel before, at least 1
	stride int // bytes of a row
}

// maxRow bounds a row in bytes.
const maxRow = 1 << 22

func (f Filter) predictor() (p predictor, err error) {
	var colors, bits, columns int
	for _, parameter := range []struct {
		key       Name
		to        *int
		otherwise int
	}{{"Predictor", &p.kind, 1}, {"Colors", &colors, 1}, {"BitsPerComponent", &bits, 8}, {"Columns", &columns, 1}} {
		if *parameter.to, err = f.Int(parameter.key, parameter.otherwise); err != nil {
			return p, err
		}
	}
	switch {
	case p.kind == 1:
		return p, nil
	case p.kind != 2 && (p.kind < 10 || p.kind > 15):
		return p, fmt.Errorf("predictor %d does not exist", p.kind)
	case colors < 1 || colors > 4 || bits < 1 || bits > 16 || columns < 1 || columns > maxRow:
		return p, errors.New("a predictor has no form that is read")
	case p.kind == 2 && bits != 8:
		return p, errors.New("TIFF's predictor is read for samples of 8 bits only")
	}
	p.pixel = max(1, colors*bits/8)
	p.stride = (colors*bits*columns + 7) / 8
	if p.stride > maxRow {
		return p, errors.New("a predictor's row is too long")
	}
	return p, nil
}

// Row returns how many bytes a row has that passed through a predictor; 0 if there is none.
func (f Filter) Row() (int, error) {
	if f.Name != "FlateDecode" && f.Name != "LZWDecode" {
		return 0, nil
	}
	p, err := f.predictor()
	return p.stride, err
}

// packed returns how many bytes come before n.
func (p predictor) packed(n int) int {
	if p.kind < 10 {
		return n
	}
	return n + (n+p.stride-1)/p.stride
}

// undo returns the samples in the memory of data.
func (p predictor) undo(data []byte) ([]byte, error) {
	switch {
	case p.kind == 1:
		return data, nil
	case p.kind == 2:
		for row := data; len(row) > 0; row = row[min(p.stride, len(row)):] {
			for i := p.pixel; i < min(p.stride, len(row)); i++ {
				row[i] += row[i-p.pixel]
			}
		}
		return data, nil
	}
	return p.undoPNG(data)
}

// undoPNG undoes PNG's filters (PNG, section 9), each row of which begins with its kind.
func (p predictor) undoPNG(data []byte) ([]byte, error) {
	above := make([]byte, p.stride)
	to := 0
	for from := 0; from < len(data); {
		kind := data[from]
		n := min(p.stride, len(data)-from-1)
		row := data[to:][:n]
		copy(row, data[from+1:][:n])
		if err := p.undoRow(kind, row, above[:n]); err != nil { // the last row may be shorter
			return nil, err
		}
		above = data[to : to+n]
		from, to = from+1+n, to+n
	}
	return data[:to], nil
}

func (p predictor) undoRow(kind byte, row, above []byte) error {
	switch n := min(p.pixel, len(row)); kind {
	case 0:
	case 1:
		for i := n; i < len(row); i++ {
			row[i] += row[i-p.pixel]
		}
	case 2:
		for i, v := range above {
			row[i] += v
		}
	case 3:
		for i := range n {
			row[i] += above[i] / 2
		}
		for i := n; i < len(row); i++ {
			row[i] += byte((int(row[i-p.pixel]) + int(above[i])) / 2)
		}
	case 4:
		for i := range n {
			row[i] += above[i]
		}
		for i := n; i < len(row); i++ {
			row[i] += paeth(row[i-p.pixel], above[i], above[i-p.pixel])
		}
	default:
		return fmt.Errorf("PNG's filter %d does not exist", kind)
	}
	return nil
}

func paeth(left, above, corner byte) byte {
	x, y := int(above)-int(corner), int(left)-int(corner)
	to := abs(x + y)
	x, y = abs(x), abs(y) // the distances of left and above from their sum less the corner
	switch {
	case x <= y && x <= to:
		return left
	case y <= to:
		return above
	}
	return corner
}

func abs(v int) int { return max(v, -v) }
