package weights

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"cutpoint/model"
)

// TestTorch reads what torch.save wrote (testdata/README.md).
func TestTorch(t *testing.T) {
	for _, name := range []string{"tiny.pth", "legacy.pth", "checkpoint.pth", "legacy_checkpoint.pth", "double.pth", "views.pth", "legacy_views.pth"} {
		t.Run(name, func(t *testing.T) {
			w, err := open(context.Background(), filepath.Join("testdata", name), tiny())
			if err != nil {
				t.Fatal(err)
			}
			sameParams(t, w.Params, tinyParams())
			if w.Preprocess != model.Torch() || w.Source != name {
				t.Errorf("preprocess %s, source %s", w.Preprocess.Name, w.Source)
			}
		})
	}
}

func TestTorchRefusals(t *testing.T) {
	for name, want := range map[string]string{
		"whole.pth":        "whole pickled model",
		"legacy_whole.pth": "whole pickled model",
		"script.pth":       "TorchScript",
		"namespace.pth":    `asks for "argparse.Namespace", which a file of weights does not need: do not trust this file`,
	} {
		_, err := open(context.Background(), filepath.Join("testdata", name), tiny())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error with %q", name, err, want)
		}
	}
}
