package handoff

import (
	"fmt"

	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/schemas"
)

// Trunk is the network between pixels and a head's cut.
type Trunk struct {
	Weights     *model.Weights
	Description schemas.Description // of the features that it gives
}

// TrunkOf returns the trunk that the head's features came from. Weights are
// described by d but for the stored type of value, float32 or float16, which the
// head's fingerprint tells. It returns head.ErrOtherFeatures if it is neither.
func TrunkOf(f *head.File, w *model.Weights, d schemas.Description) (*Trunk, error) {
	for _, dtype := range []string{"", schemas.Float16} {
		d.DType = dtype
		if d.Fingerprint() == f.Fingerprint {
			return &Trunk{w, d}, nil
		}
	}
	d.DType = ""
	return nil, fmt.Errorf("%w: its fingerprint is %.12s and that of weights %s with the preset %s is %.12s; name the weights that its store was featurized with",
		head.ErrOtherFeatures, f.Fingerprint, w.Source, d.Preset.Name, d.Fingerprint())
}
