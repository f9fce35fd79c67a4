package export

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"cutpoint/model"
	"cutpoint/model/export/onnx"
	"cutpoint/model/export/torch"
	"cutpoint/model/head"
	"cutpoint/schemas"
)

// Trunk is the network between pixels and a head's cut.
type Trunk struct {
	Weights     *model.Weights
	Description schemas.Description // of the features that it gives
}

// WriteONNX writes a head as an ONNX model: alone, taking features, or behind
// the trunk, taking pixels, unless that is nil.
func WriteONNX(w io.Writer, f *head.File, t *Trunk) error {
	name, version, _ := strings.Cut(schemas.Tool(), " ")
	m := onnx.Model{
		Head: f, Producer: name, ProducerVersion: version,
		Doc:      fmt.Sprintf("Probabilities of %d classes from %s of VGG19.", len(f.Classes), f.Cut),
		InputDoc: fmt.Sprintf("cut %s of VGG19 as featurize stores it: %d values a page, fingerprint %s", f.Cut, f.Head.Dim, f.Fingerprint),
	}
	if t == nil {
		m.Doc += " Input: " + m.InputDoc + "."
		return m.Write(w)
	}
	description, err := json.Marshal(t.Description)
	if err != nil {
		return fmt.Errorf("describe the trunk: %w", err)
	}
	m.Trunk, m.Float16 = t.Weights, t.Description.ValueType() == schemas.Float16
	m.Metadata = map[string]string{schemas.KeyDescription: string(description)}
	m.InputDoc = preparation(t.Description.Preset)
	m.Doc = fmt.Sprintf("Probabilities of %d classes from the pixels of a page, by %s of VGG19. Input: %s. The colour arithmetic of the weights is part of the model.",
		len(f.Classes), f.Cut, m.InputDoc)
	return m.Write(w)
}

// WritePyTorch writes a head as a state dictionary of PyTorch in a safetensors
// file: alone, or behind the trunk unless that is nil. It returns the Python
// statements that make a network for it.
func WritePyTorch(w io.Writer, f *head.File, t *Trunk) (module string, err error) {
	d := torch.Dictionary{Head: f, Metadata: map[string]string{schemas.KeyTool: schemas.Tool()}}
	if t != nil {
		description, err := json.Marshal(t.Description)
		if err != nil {
			return "", fmt.Errorf("describe the trunk: %w", err)
		}
		d.Trunk = t.Weights
		d.Metadata[schemas.KeyDescription] = string(description)
	}
	return d.Module(), d.Write(w)
}

// preparation says, for people, how a page becomes what the trunk takes.
func preparation(p schemas.Preset) string {
	filter := "Image.Resampling." + strings.ToUpper(p.Filter)
	how := fmt.Sprintf("image.resize((%d, %d), %s)", p.Size, p.Size, filter)
	switch p.Resize {
	case "pad":
		how = fmt.Sprintf("ImageOps.pad(image, (%d, %d), %s, \"white\")", p.Size, p.Size, filter)
	case "crop":
		how = fmt.Sprintf("image.resize with %s to %d pixels on the shorter side, then the middle %d×%d, as torchvision's Resize and CenterCrop", filter, p.Size*256/224, p.Size, p.Size)
	}
	return fmt.Sprintf("8-bit RGB of the page as a person sees it (rotated as its orientation says, transparency over white, bilevel and palette images expanded before resampling), "+
		"resized to %d×%d (%s, filter %s): Pillow's %s", p.Size, p.Size, p.Resize, p.Filter, how)
}
