package weights

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/model"
)

func TestImageNet(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 575 MB")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(err)
	}
	path := filepath.Join(cache, "vgg19_imagenet.safetensors")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no ImageNet weights at %s", path)
	}
	w, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	cuts := model.AllCuts()
	if err := w.Check(cuts); err != nil {
		t.Fatal(err)
	}
	t.Log(w.SHA256())
}
