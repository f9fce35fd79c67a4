package model

import "testing"

// The totals are those of the paper (arXiv 1409.1556, table 2: 144 million
// parameters) and of Keras's model summary.
func TestTotals(t *testing.T) {
	var parameters, macs int64
	for _, l := range Layers() {
		parameters += l.Parameters()
		macs += l.MACs()
	}
	if want := int64(143_667_240); parameters != want {
		t.Errorf("parameters = %d, want %d", parameters, want)
	}
	if want := int64(19_632_062_464); macs != want {
		t.Errorf("MACs = %d, want %d", macs, want)
	}
}

func TestShapesChain(t *testing.T) {
	shape := InputShape()
	for _, l := range Layers() {
		if l.In != shape {
			t.Errorf("%s takes %v after %v", l.Name, l.In, shape)
		}
		shape = l.Out
	}
	if shape != (Shape{1, 1, 1000}) {
		t.Errorf("the last layer's output is %v, want 1×1×1000", shape)
	}
}

func TestParameterLayers(t *testing.T) {
	if n := len(ParameterLayers()); n != 19 {
		t.Errorf("%d layers with weights, want the 19 of VGG19", n)
	}
}
