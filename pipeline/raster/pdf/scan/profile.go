package scan

import (
	"encoding/binary"
	"math"

	"cutpoint/pipeline/raster/pdf/object"
)

// maxProfile is of a colour profile in bytes; those of scanners have a few hundred, or a
// few thousand.
const maxProfile = 1 << 20

// profiled reads a colour space with an ICC profile (ICC.1:2022): greys with a curve, and
// colours that are sRGB's. Other profiles are left to pdfium.
func (d *Document) profiled(v any) (s space, err error) {
	stream, err := object.Get[*object.Stream](d.file, v)
	if err != nil {
		return s, err
	}
	data, err := d.unpacked(stream, maxProfile)
	if err != nil {
		return s, err
	}
	p, ok := parseProfile(data)
	if !ok || p.tags["A2B0"] != nil {
		return s, other("a colour profile is of a kind that is not known")
	}
	switch {
	case p.space == "GRAY" && stream.Dict["N"] == 1:
		curve, ok := p.curve("kTRC")
		if !ok {
			break
		}
		return space{samples: 1, curve: levels(curve)}, nil
	case p.space == "RGB " && stream.Dict["N"] == 3 && p.isSRGB():
		return space{samples: 3}, nil
	}
	return s, other("a colour profile is neither grey nor sRGB")
}

// profile is the table of contents of an ICC profile whose connection space is XYZ.
type profile struct {
	space string
	tags  map[string][]byte
}

const profileHead = 128

func parseProfile(data []byte) (p profile, ok bool) {
	if len(data) < profileHead+4 || string(data[36:40]) != "acsp" || string(data[20:24]) != "XYZ " {
		return p, false
	}
	p = profile{string(data[16:20]), map[string][]byte{}}
	count := int(binary.BigEndian.Uint32(data[profileHead:]))
	table := data[profileHead+4:]
	if count > 100 || count*12 > len(table) {
		return p, false
	}
	for ; count > 0; count, table = count-1, table[12:] {
		at, size := uint64(binary.BigEndian.Uint32(table[4:])), uint64(binary.BigEndian.Uint32(table[8:]))
		if at+size > uint64(len(data)) || size < 8 {
			return p, false
		}
		p.tags[string(table[:4])] = data[at : at+size]
	}
	return p, true
}

// fixed reads a number of 16 bits before and after the point.
func fixed(data []byte) float64 { return float64(int32(binary.BigEndian.Uint32(data))) / 65536 }

// curve returns how light a level from 0 to 1 is.
func (p profile) curve(tag string) (func(float64) float64, bool) {
	data := p.tags[tag]
	if len(data) < 12 {
		return nil, false
	}
	switch string(data[:4]) {
	case "curv":
		return sampledCurve(data)
	case "para":
		return parametricCurve(data)
	}
	return nil, false
}

// sampledCurve reads a curveType: nothing, an exponent or a table.
func sampledCurve(data []byte) (func(float64) float64, bool) {
	n := int(binary.BigEndian.Uint32(data[8:]))
	table := data[12:]
	switch {
	case n == 0:
		return func(v float64) float64 { return v }, true
	case n > len(table)/2:
		return nil, false
	case n == 1:
		exponent := float64(binary.BigEndian.Uint16(table)) / 256
		return func(v float64) float64 { return math.Pow(v, exponent) }, exponent > 0
	}
	entry := func(i int) float64 { return float64(binary.BigEndian.Uint16(table[2*i:])) / 65535 }
	return func(v float64) float64 {
		at := v * float64(n-1)
		i := min(int(at), n-2)
		low := entry(i)
		return low + float64((at-float64(i))*(entry(i+1)-low))
	}, true
}

// parametricCurve reads a parametricCurveType.
func parametricCurve(data []byte) (func(float64) float64, bool) {
	kind := int(binary.BigEndian.Uint16(data[8:]))
	if kind > 4 || len(data) < 12+4*[...]int{1, 3, 4, 5, 7}[min(kind, 4)] {
		return nil, false
	}
	n := [...]int{1, 3, 4, 5, 7}[kind]
	var v [7]float64
	for i := range n {
		v[i] = fixed(data[12+4*i:])
	}
	g, a, b, c, d, e, f := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	switch kind { // all as kind 4: (a·x + b)^g + e from d on, c·x + f below
	case 0:
		a, b, c, d = 1, 0, 0, 0
	case 1:
		c, d = 0, -b/a
	case 2:
		c, d, e, f = 0, -b/a, c, c
	}
	if !(g > 0) || math.IsNaN(d) || math.IsInf(d, 0) {
		return nil, false
	}
	return func(x float64) float64 {
		if x >= d {
			return math.Pow(max(0, float64(a*x)+b), g) + e
		}
		return float64(c*x) + f
	}, true
}

// encode is sRGB's curve from light to a level.
func encode(light float64) float64 {
	light = min(max(light, 0), 1)
	if light <= 0.0031308 {
		return 12.92 * light
	}
	return float64(1.055*math.Pow(light, 1/2.4)) - 0.055
}

// levels makes a table of what greys are on a screen.
func levels(curve func(float64) float64) *[256]uint8 {
	var table [256]uint8
	for v := range table {
		table[v] = uint8(math.Round(255 * encode(curve(float64(v)/255))))
	}
	return &table
}

// primaries are sRGB's in the connection space.
var primaries = map[string][3]float64{
	"rXYZ": {0.4361, 0.2225, 0.0139}, "gXYZ": {0.3851, 0.7169, 0.0971}, "bXYZ": {0.1431, 0.0606, 0.7141},
}

// isSRGB reports whether a profile is one of the many spellings of sRGB.
func (p profile) isSRGB() bool {
	for tag, want := range primaries {
		data := p.tags[tag]
		if len(data) < 20 || string(data[:4]) != "XYZ " {
			return false
		}
		for i, w := range want {
			if math.Abs(fixed(data[8+4*i:])-w) > 0.002 {
				return false
			}
		}
	}
	for _, tag := range []string{"rTRC", "gTRC", "bTRC"} {
		curve, ok := p.curve(tag)
		if !ok {
			return false
		}
		for v := range 256 {
			if level := float64(v) / 255; math.Abs(encode(curve(level))-level) > 1.5/255 {
				return false
			}
		}
	}
	return true
}
