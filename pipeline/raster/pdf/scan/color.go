package scan

import (
	"math"
	"slices"

	"cutpoint/pipeline/raster/pdf/object"
)

// space is a colour space of one sample or three (8.6).
type space struct {
	samples int
	curve   *[256]uint8 // of greys that are not those of a screen; nil = as they are
	palette [][3]uint8  // of indices; nil = none
}

// maxSpaces is of colour spaces that name each other.
const maxSpaces = 4

// colors reads what samples mean: the colour space and the range (8.9.5.2).
func (d *Document) colors(m *image, dict object.Dict) error {
	decode, err := d.decodeArray(dict)
	if err != nil {
		return err
	}
	m.samples, m.channels = 1, 1
	if m.mask {
		return m.setMask(decode)
	}
	s, err := d.space(dict["ColorSpace"], 0)
	if err != nil {
		return err
	}
	m.samples = s.samples
	switch {
	case s.palette != nil:
		return m.setPalette(s.palette, decode)
	case s.samples == 1:
		return m.setGrey(s, decode)
	}
	m.channels = 3
	if decode != nil && !slices.Equal(decode, []float64{0, 1, 0, 1, 0, 1}) {
		return other("an image's colours have a range of their own")
	}
	return nil
}

// setMask makes levels of what is painted: zeros are, unless the range is turned round.
func (m *image) setMask(decode []float64) error {
	m.table = new([256][3]uint8)
	switch {
	case decode == nil, slices.Equal(decode, []float64{0, 1}):
		m.table[0] = [3]uint8{255, 255, 255}
	case slices.Equal(decode, []float64{1, 0}):
		m.table[1] = [3]uint8{255, 255, 255}
	default:
		return other("a mask has a range of its own")
	}
	return nil
}

// top is the greatest value of a sample.
func (m *image) top() int { return 1<<m.bits - 1 }

func (m *image) setGrey(s space, decode []float64) error {
	low, high := 0.0, 1.0
	if decode != nil {
		if len(decode) != 2 {
			return other("an image has a range of %d numbers", len(decode))
		}
		low, high = decode[0], decode[1]
	}
	if s.curve != nil && m.bits > 1 && (low != 0 || high != 1) {
		return other("an image's greys have a curve and a range of their own")
	}
	m.table = new([256][3]uint8)
	for v := range m.top() + 1 {
		level := math.Round(255 * (low + float64(float64(v)/float64(m.top())*(high-low))))
		grey := uint8(min(max(level, 0), 255))
		if s.curve != nil {
			grey = s.curve[grey]
		}
		m.table[v] = [3]uint8{grey, grey, grey}
	}
	return nil
}

func (m *image) setPalette(palette [][3]uint8, decode []float64) error {
	if decode != nil && !slices.Equal(decode, []float64{0, float64(m.top())}) {
		return other("an image's indices have a range of their own")
	}
	m.table = new([256][3]uint8)
	copy(m.table[:], palette) // what is beyond it is black, as in pdfium
	for _, c := range m.table[:m.top()+1] {
		if c[0] != c[1] || c[1] != c[2] {
			m.channels = 3
		}
	}
	return nil
}

// space reads a colour space. Calibrated ones are taken as those of devices, as pdfium
// takes them for images.
func (d *Document) space(v any, level int) (s space, err error) {
	if v, err = d.file.Resolve(v); err != nil {
		return s, err
	}
	if level > maxSpaces {
		return s, other("colour spaces name each other")
	}
	switch v := v.(type) {
	case object.Name:
		switch v {
		case "DeviceGray", "CalGray":
			return space{samples: 1}, nil
		case "DeviceRGB", "CalRGB":
			return space{samples: 3}, nil
		}
		return s, other("an image has the colours %s", v)
	case object.Array:
		if len(v) > 0 {
			return d.family(v, level)
		}
	}
	return s, other("an image has no colours that are known")
}

// family reads a colour space that is an array.
func (d *Document) family(a object.Array, level int) (s space, err error) {
	name, err := object.Get[object.Name](d.file, a[0])
	if err != nil {
		return s, err
	}
	switch {
	case name == "DeviceGray" && len(a) == 1, name == "CalGray" && len(a) == 2:
		return space{samples: 1}, nil
	case name == "DeviceRGB" && len(a) == 1, name == "CalRGB" && len(a) == 2:
		return space{samples: 3}, nil
	case name == "ICCBased" && len(a) == 2:
		return d.profiled(a[1])
	case name == "Indexed" && len(a) == 4:
		return d.indexed(a, level)
	}
	return s, other("an image has the colours %s", name)
}

// indexed reads a palette.
func (d *Document) indexed(a object.Array, level int) (space, error) {
	base, err := d.space(a[1], level+1)
	if err != nil {
		return base, err
	}
	last, err := object.Get[int](d.file, a[2])
	if err != nil {
		return base, err
	}
	v, err := d.file.Resolve(a[3])
	if err != nil {
		return base, err
	}
	var table []byte
	switch v := v.(type) {
	case object.String:
		table = v
	case *object.Stream:
		if table, err = d.unpacked(v, 1<<16); err != nil {
			return base, err
		}
	}
	if base.palette != nil || last < 0 || last > 255 || len(table) < (last+1)*base.samples {
		return base, other("an image's palette is broken")
	}
	s := space{samples: 1}
	for i := range last + 1 {
		entry := table[i*base.samples:]
		c := [3]uint8{entry[0], entry[0], entry[0]}
		if base.samples == 3 {
			c = [3]uint8(entry[:3])
		} else if base.curve != nil {
			c = [3]uint8{base.curve[c[0]], base.curve[c[0]], base.curve[c[0]]}
		}
		s.palette = append(s.palette, c)
	}
	return s, nil
}
