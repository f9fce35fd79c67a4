package schemas

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Description says what the numbers of a store depend on. Two descriptions with
// equal Fingerprints give comparable vectors; a store holds exactly one.
type Description struct {
	Model     string  `json:"model"`     // "VGG19"
	Weights   Weights `json:"weights"`   //
	Preset    Preset  `json:"preset"`    // pixels before the trunk
	Precision string  `json:"precision"` // of the trunk's arithmetic: "float32" or "bfloat16"
	// DType is what the stored values are: Float16, or Float32, which is written as
	// the absence of the field, so that stores from before it keep their fingerprint.
	DType string `json:"dtype,omitempty"`
}

// ValueType is DType with its default filled in.
func (d Description) ValueType() string { return cmp.Or(d.DType, Float32) }

// Weights identifies the trunk's parameters.
type Weights struct {
	Source string `json:"source"` // where they came from; not part of the fingerprint
	SHA256 string `json:"sha256"` // of the tensors in canonical order and layout, hexadecimal
}

// Preset says how a page becomes the network's input.
type Preset struct {
	Name   string     `json:"name"`   // "document"; what it stands for is in the other fields, so it is not part of the fingerprint
	Resize string     `json:"resize"` // "squash", "pad" or "crop"
	Filter string     `json:"filter"` // "bilinear", "nearest", …, as Pillow has them
	Size   int        `json:"size"`   // pixels, both sides
	Color  string     `json:"color"`  // channel order the network takes: "BGR" or "RGB"
	Scale  float32    `json:"scale"`  // input = (pixel*scale - mean) / std
	Mean   [3]float32 `json:"mean"`   // in the order of Color
	Std    [3]float32 `json:"std"`    // in the order of Color

	// FastDecode is whether large JPEG files are decoded at a fraction of their size.
	FastDecode bool `json:"fast_decode,omitempty"`

	PDFDPI   float64 `json:"pdf_dpi,omitempty"` // of rendered PDF pages; 0 = 1,000 pixels on the long side
	Fonts    string  `json:"fonts,omitempty"`   // SHA-256 of the user's fonts for PDF pages; "" = the program's own alone
	Revision int     `json:"revision"`          // raised whenever decoders change pixels

	// Resampler is whose arithmetic resizes: "Pillow 12.3". Pillow 13 takes the vertical pass
	// first where that is cheaper, and differs by a level in a few pages of a hundred.
	Resampler string `json:"resampler,omitempty"`
}

// PresetRevision is that of this program: 2 since JPEG files are decoded bit for bit
// as libjpeg-turbo does; 3 since scans in PDF are drawn from their images, forms and text
// in fonts that a PDF does not hold are drawn, and old-style JPEG, masks and reduced copies
// in TIFF, odd PNG and GIF files and orientations are read as the reference libraries do.
const PresetRevision = 3

// Fingerprint returns the hash of all that the numbers depend on, as 64
// hexadecimal digits. The weights' source name is left out: a renamed file
// gives the same numbers.
func (d Description) Fingerprint() string {
	d.Weights.Source, d.Preset.Name = "", ""
	if d.DType == Float32 {
		d.DType = ""
	}
	b, err := json.Marshal(d)
	if err != nil { // only a NaN in the preset can do this
		panic(fmt.Sprintf("schemas: description cannot be encoded: %v", err))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Differences lists, in words, what makes two descriptions' fingerprints differ: what
// this one has, and not what the other has.
func (d Description) Differences(o Description) []string {
	var out []string
	add := func(what string, a, b any) {
		if a != b {
			out = append(out, fmt.Sprintf("%s %v, not %v", what, a, b))
		}
	}
	add("model", d.Model, o.Model)
	if d.Weights.SHA256 != o.Weights.SHA256 {
		out = append(out, fmt.Sprintf("weights %s (%.8s), not %s (%.8s)",
			d.Weights.Source, d.Weights.SHA256, o.Weights.Source, o.Weights.SHA256))
	}
	p, q := d.Preset, o.Preset
	add("resize", p.Resize, q.Resize)
	add("filter", p.Filter, q.Filter)
	add("fast-decode", p.FastDecode, q.FastDecode)
	add("pdf-dpi", p.PDFDPI, q.PDFDPI)
	add("fonts", fontsInWords(p.Fonts), fontsInWords(q.Fonts))
	add("revision of the decoders", p.Revision, q.Revision)
	add("size in pixels", p.Size, q.Size)
	add("colours", fmt.Sprint(p.Color, p.Scale, p.Mean, p.Std), fmt.Sprint(q.Color, q.Scale, q.Mean, q.Std))
	add("precision", d.Precision, o.Precision)
	add("dtype", d.ValueType(), o.ValueType())
	return out
}

func fontsInWords(hash string) string {
	if hash == "" {
		return "of the program alone"
	}
	return "of a folder (" + hash[:min(len(hash), 8)] + ")"
}

// CutInfo describes one cut table.
type CutInfo struct {
	Cut    string `json:"cut"`    // canonical name: "pool5", "pool5-avg", "fc2"
	Dim    int    `json:"dim"`    // length of every embedding
	Shape  []int  `json:"shape"`  // e.g. [7,7,512]; its product is Dim
	Layout string `json:"layout"` // "HWC" or "C"
	DType  string `json:"dtype"`  // Float32 or Float16, as the store's Description has it
}
