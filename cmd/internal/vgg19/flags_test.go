package vgg19

import (
	"context"
	"strings"
	"testing"

	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/raster/resample"
)

func TestParsePreset(t *testing.T) {
	for _, c := range []struct {
		name, resize, filter string
		want                 raster.Preparation
	}{
		{"document", "", "", raster.Preparation{Fit: raster.Squash, Filter: resample.Bilinear}},
		{"keras", "", "", raster.Preparation{Fit: raster.Squash, Filter: resample.Nearest}},
		{"torchvision", "", "lanczos", raster.Preparation{Fit: raster.Crop, Filter: resample.Lanczos}},
		{"keras", "pad", "box", raster.Preparation{Fit: raster.Pad, Filter: resample.Box}},
	} {
		if got, err := parsePreset(c.name, c.resize, c.filter); err != nil || got != c.want {
			t.Errorf("parsePreset of %+v: %+v, %v; want %+v", c, got, err, c.want)
		}
	}
	for _, c := range [][3]string{{"caffe", "", ""}, {"keras", "stretch", ""}, {"keras", "", "cubic"}} {
		if _, err := parsePreset(c[0], c[1], c[2]); err == nil || !strings.Contains(err.Error(), "it is one of") {
			t.Errorf("parsePreset%q: error %v, want one that lists the choices", c, err)
		}
	}
}

func TestOpenChecksTheCuts(t *testing.T) {
	if _, err := Open(context.Background(), "random:x", nil); err == nil || !strings.Contains(err.Error(), "random:1") {
		t.Errorf("open random:x: error %v, want a hint at random:1", err)
	}
}
