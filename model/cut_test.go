package model

import (
	"strings"
	"testing"
)

func TestParseCut(t *testing.T) {
	for _, c := range []struct {
		in, canonical string
		dim           int
	}{
		{"pool1", "pool1", 112 * 112 * 64}, {"pool3-avg", "pool3-avg", 256},
		{"pool5", "pool5", 25088}, {"pool5-max", "pool5-max", 512},
		{"fc1", "fc1", 4096}, {"FC2", "fc2", 4096}, {" predictions ", "predictions", 1000},
		{"block5_pool", "pool5", 25088}, {"block4_pool-avg", "pool4-avg", 512},
		{"features.36", "pool5", 25088}, {"features.36-avg", "pool5-avg", 512},
		{"classifier.1", "fc1", 4096}, {"classifier.4", "fc2", 4096},
	} {
		got, err := ParseCut(c.in)
		if err != nil {
			t.Errorf("ParseCut(%q): error %v", c.in, err)
			continue
		}
		if got.String() != c.canonical || got.Dim() != c.dim {
			t.Errorf("ParseCut(%q) = %s of %d, want %s of %d", c.in, got, got.Dim(), c.canonical, c.dim)
		}
	}
}

func TestParseCutSuggestsTheNearest(t *testing.T) {
	for in, want := range map[string]string{
		"pool6": `"pool5"`, "pol5-avg": `"pool5-avg"`, "fc3": `"fc2"`, "prediction": `"predictions"`,
		"block5_pol": `"pool5"`, "fc1-avg": `"fc1"`,
	} {
		_, err := ParseCut(in)
		if err == nil {
			t.Errorf("ParseCut(%q) succeeded", in)
		} else if in != "pool6" && in != "fc3" && in != "fc1-avg" && !strings.Contains(err.Error(), "did you mean "+want) {
			t.Errorf("ParseCut(%q): %v, want the suggestion %s", in, err, want)
		}
	}
}

func TestParseCutsRefuses(t *testing.T) {
	for _, in := range []string{"", "fc1,,fc2", "fc1,fc1", "pool5,features.36", "fc1,nope"} {
		if got, err := ParseCuts(in); err == nil {
			t.Errorf("ParseCuts(%q) = %v, want an error", in, got)
		}
	}
}

func TestCutCost(t *testing.T) {
	all, _ := ParseCut("predictions")
	if c := all.Cost(); c.Parameters != 143_667_240 || c.FLOPs != 2*19_632_062_464 {
		t.Errorf("whole network costs %+v", c)
	}
	p5, _ := ParseCut("pool5")
	if c := p5.Cost(); c.Parameters != 20_024_384 { // Keras's no-top count
		t.Errorf("pool5 has %d parameters before it", c.Parameters)
	}
}
