package torch

import (
	"fmt"
	"strings"

	"cutpoint/model"
)

// Module returns the Python statements that make the network which the
// dictionary fits; it is then called net.
func (d *Dictionary) Module() string {
	h := d.Head.Head
	if d.Trunk == nil {
		net := "net = torch.nn.Sequential(" + sequence(layersOf(h, 1), "torch.nn.ReLU()") + ")"
		if h.Normalize {
			net += "  # takes torch.nn.functional.normalize(features)"
		}
		return net
	}
	cut, err := model.ParseCut(d.Head.Cut)
	if err != nil {
		return ""
	}
	_, modules, dense := trunkOf(cut)
	var top []linear
	for _, l := range dense {
		top = append(top, linear{in: l.In.Len(), out: l.Out.C})
	}
	pool := "torch.nn.Identity()"
	switch cut.Pooling() {
	case model.Avg:
		pool = "torch.nn.AdaptiveAvgPool2d(1)"
	case model.Max:
		pool = "torch.nn.AdaptiveMaxPool2d(1)"
	}
	return strings.Join([]string{
		"net = torchvision.models.vgg19(init_weights=False)",
		fmt.Sprintf("net.features = net.features[:%d]", modules),
		"net.avgpool = " + pool,
		"net.classifier = torch.nn.Sequential(" + sequence(append(top, layersOf(h, 1)...), "torch.nn.ReLU(), torch.nn.Dropout()") + ")",
		"net.eval()",
	}, "\n")
}

// sequence lists the layers with what is between them.
func sequence(layers []linear, between string) string {
	var list []string
	for _, l := range layers {
		list = append(list, fmt.Sprintf("torch.nn.Linear(%d, %d)", l.in, l.out))
	}
	return strings.Join(list, ", "+between+", ")
}
