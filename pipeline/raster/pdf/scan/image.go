package scan

import (
	"errors"
	"math"

	"cutpoint/pipeline/raster/ccitt"
	"cutpoint/pipeline/raster/jpeg"
	"cutpoint/pipeline/raster/pdf/object"
)

// image is an image that our decoders read.
type image struct {
	width, height int
	bits          int  // of a sample
	samples       int  // of a pixel, as stored
	mask          bool // it says where to paint; levels are how much

	raw   []byte
	chain object.Filters // before the codec
	codec object.Filter  // DCTDecode or CCITTFaxDecode; otherwise samples come from the chain
	fax   ccitt.Mode
	black bool // black pixels of a fax are ones

	channels int            // of what is shown: 1 grey, 3 RGB
	table    *[256][3]uint8 // what values of single samples are shown as
	perPixel int            // bytes that decoding takes at most
}

const (
	maxImageSide   = 1 << 16
	maxImagePixels = 1 << 27
	maxMemory      = 512 << 20 // for decoding an image: what the sandbox has
)

// image reads a dictionary (8.9.5).
func (d *Document) image(s *object.Stream) (*image, error) {
	m := &image{raw: s.Raw}
	for _, key := range []object.Name{"SMask", "Mask", "SMaskInData", "Alternates"} {
		if _, ok := s.Dict[key]; ok {
			return nil, other("an image has %s", key)
		}
	}
	var err error
	if m.mask, err = object.Optional[bool](d.file, s.Dict["ImageMask"]); err != nil {
		return nil, err
	}
	if m.width, err = object.Get[int](d.file, s.Dict["Width"]); err != nil {
		return nil, err
	}
	if m.height, err = object.Get[int](d.file, s.Dict["Height"]); err != nil {
		return nil, err
	}
	if m.width < 1 || m.height < 1 || m.width > maxImageSide || m.height > maxImageSide || m.width*m.height > maxImagePixels {
		return nil, other("an image is %d × %d pixels", m.width, m.height)
	}
	if err := d.sampling(m, s.Dict); err != nil {
		return nil, err
	}
	if err := d.colors(m, s.Dict); err != nil {
		return nil, err
	}
	if m.chain, err = d.file.Filters(s.Dict); err != nil {
		return nil, err
	}
	return m, m.setCodec()
}

// sampling reads how many bits a sample has.
func (d *Document) sampling(m *image, dict object.Dict) (err error) {
	m.bits = 1
	if v, ok := dict["BitsPerComponent"]; ok || !m.mask {
		if m.bits, err = object.Get[int](d.file, v); err != nil {
			return err
		}
	}
	switch m.bits {
	case 1, 2, 4, 8:
	default:
		return other("an image has %d bits a sample", m.bits)
	}
	if m.mask && m.bits != 1 {
		return other("a mask has %d bits a sample", m.bits)
	}
	return nil
}

// setCodec splits the last filter off if it is a codec, and checks that it fits.
func (m *image) setCodec() error {
	last := len(m.chain) - 1
	if last >= 0 {
		switch f := m.chain[last]; f.Name {
		case "DCTDecode":
			m.codec, m.chain = f, m.chain[:last]
			return m.setJPEG()
		case "CCITTFaxDecode":
			m.codec, m.chain = f, m.chain[:last]
			return m.setFax()
		case "FlateDecode", "LZWDecode":
			if row, err := f.Row(); err != nil || row != 0 && row != m.stride() {
				return other("an image's predictor does not fit its rows")
			}
		}
	}
	if len(m.chain) == 0 && len(m.raw) < m.stride()*m.height {
		return errors.New("an image's data ends too early")
	}
	if m.samples == 3 && m.bits != 8 {
		return other("a colour image has %d bits a sample", m.bits)
	}
	m.perPixel = (m.samples*m.bits+7)/8 + m.channels
	if len(m.chain) > 1 {
		m.perPixel += m.between()
	}
	return m.checkChain()
}

// checkChain refuses filters that Unpack does not know.
func (m *image) checkChain() error {
	for _, f := range m.chain {
		switch f.Name {
		case "FlateDecode", "LZWDecode", "RunLengthDecode", "ASCIIHexDecode", "ASCII85Decode":
		default:
			return other("an image has the filter %s", f.Name)
		}
	}
	return nil
}

// stride is the length of a row of samples in bytes.
func (m *image) stride() int { return (m.width*m.samples*m.bits + 7) / 8 }

// codedLimit is what a codec's data may take when other filters are undone: as much as
// the samples. Coded data that needs more is no good.
func (m *image) codedLimit() int { return m.width*m.height*m.samples + 1<<16 }

// between is what that takes in bytes a pixel, in a buffer that grows.
func (m *image) between() int { return 2 * m.samples }

func (m *image) setJPEG() error {
	if m.bits != 8 || m.mask {
		return other("a JPEG has %d bits a sample", m.bits)
	}
	transform, err := m.codec.Int("ColorTransform", 1)
	if err != nil || transform != 1 {
		return other("a JPEG's colours are not as it says itself")
	}
	m.perPixel = 2*m.samples + m.channels // the header is looked at when it is unpacked
	if len(m.chain) > 0 {
		m.perPixel += m.between() + 3*m.samples // and coefficients
		return m.checkChain()
	}
	h, err := jpeg.DecodeHeader(m.raw)
	if err != nil {
		return err
	}
	m.perPixel += h.CoefficientBytes
	return m.checkJPEG(h)
}

// checkJPEG demands that a JPEG is what the image's dictionary says.
func (m *image) checkJPEG(h jpeg.Header) error {
	if h.Width != m.width || h.Height != m.height || h.Components != m.samples {
		return other("a JPEG is %d × %d pixels of %d components, not %d × %d of %d", h.Width, h.Height, h.Components, m.width, m.height, m.samples)
	}
	return nil
}

// setFax reads the parameters of a fax (7.4.6).
func (m *image) setFax() error {
	if m.bits != 1 || m.samples != 1 {
		return other("a fax has %d samples of %d bits", m.samples, m.bits)
	}
	var k, columns, rows int
	for _, p := range []struct {
		key       object.Name
		to        *int
		otherwise int
	}{{"K", &k, 0}, {"Columns", &columns, 1728}, {"Rows", &rows, 0}} {
		var err error
		if *p.to, err = m.codec.Int(p.key, p.otherwise); err != nil {
			return err
		}
	}
	aligned, err := m.codec.Bool("EncodedByteAlign")
	if err != nil {
		return err
	}
	if m.black, err = m.codec.Bool("BlackIs1"); err != nil {
		return err
	}
	switch {
	case columns != m.width || rows != 0 && rows != m.height:
		return other("a fax has another size than its image")
	case k < 0 && !aligned:
		m.fax = ccitt.Group4
	case k > 0 && !aligned:
		m.fax = ccitt.Group32D
	case k == 0 && !aligned:
		m.fax = ccitt.Group3
	default:
		return other("a fax has lines that begin on bytes")
	}
	m.perPixel = 1 + m.channels
	if len(m.chain) > 0 {
		m.perPixel += m.between()
	}
	return m.checkChain()
}

// decodeArray returns the pairs of numbers that samples are mapped to, or nil.
func (d *Document) decodeArray(dict object.Dict) ([]float64, error) {
	if _, ok := dict["Decode"]; !ok {
		return nil, nil
	}
	list, err := d.file.Floats(dict["Decode"])
	for _, v := range list {
		if math.IsNaN(v) || math.Abs(v) > 1<<16 {
			return nil, other("an image's range is out of bounds")
		}
	}
	return list, err
}
