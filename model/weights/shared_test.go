package weights

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/model"
)

// sharedTensor describes a tensor of the shared weights, one byte a value.
type sharedTensor struct {
	Name       string
	Shape      []int
	Scale, Min float64
}

func (s sharedTensor) len() int {
	n := 1
	for _, d := range s.Shape {
		n *= d
	}
	return n
}

// TestSharedTFJS makes of the shared 8-bit weights the folder that the TensorFlow.js
// converter would have written, model.json and shards of 4 MiB, and compares what Open
// reads with the values' definition.
func TestSharedTFJS(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 144 MB and hashes 1.1 GB")
	}
	from := filepath.Join("..", "..", "..", "shared", "data", "weights")
	raw, err := os.ReadFile(filepath.Join(from, "vgg19_imagenet_q8.json"))
	if err != nil {
		t.Skipf("data: the shared weights are absent: %v", err)
	}
	var tensors []sharedTensor
	if err := json.Unmarshal(raw, &tensors); err != nil {
		t.Fatal(err)
	}
	packed, err := os.Open(filepath.Join(from, "vgg19_imagenet_q8.bin.gz"))
	if err != nil {
		t.Skipf("data: the shared weights are absent: %v", err)
	}
	defer packed.Close()
	dir := t.TempDir()
	want := writeShards(t, dir, packed, tensors)
	w, err := Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.SHA256(); got != want {
		t.Errorf("the hash of the values is %s, want %s", got, want)
	}
	if err := w.Check(model.AllCuts()); err != nil || w.Preprocess != model.Caffe() {
		t.Errorf("check of all cuts: %v; colours %s, want caffe", err, w.Preprocess.Name)
	}
}

// writeShards writes a layers model and returns the hash of its values, each the
// float32 product of its byte and the scale, plus the least value.
func writeShards(t *testing.T, dir string, packed io.Reader, tensors []sharedTensor) string {
	t.Helper()
	in, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	hashed, pipe := io.Pipe()
	go func() {
		pipe.CloseWithError(dequantise(sum, io.TeeReader(in, pipe), tensors))
	}()
	var paths []string
	for shard := make([]byte, 4<<20); ; {
		n, err := io.ReadFull(hashed, shard)
		if n > 0 {
			paths = append(paths, fmt.Sprintf("group1-shard%d.bin", len(paths)+1))
			writeFile(t, filepath.Join(dir, paths[len(paths)-1]), shard[:n])
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var list []map[string]any
	for _, s := range tensors {
		list = append(list, map[string]any{"name": s.Name, "shape": s.Shape, "dtype": "float32",
			"quantization": map[string]any{"dtype": "uint8", "scale": s.Scale, "min": s.Min}})
	}
	text, err := json.Marshal(map[string]any{"format": "layers-model", "weightsManifest": []any{map[string]any{"paths": paths, "weights": list}}})
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "model.json"), text)
	return hex.EncodeToString(sum.Sum(nil))
}

// dequantise writes the float32 values of all tensors, whose order in the file is that
// of the network.
func dequantise(to io.Writer, from io.Reader, tensors []sharedTensor) error {
	for _, s := range tensors {
		q, values := make([]byte, s.len()), make([]byte, 0, 4*s.len())
		if _, err := io.ReadFull(from, q); err != nil {
			return fmt.Errorf("read %s: %w", s.Name, err)
		}
		for _, v := range q {
			product := float32(float32(v) * float32(s.Scale)) // rounded, on machines that would fuse it with the sum too
			values = binary.LittleEndian.AppendUint32(values, math.Float32bits(product+float32(s.Min)))
		}
		if _, err := to.Write(values); err != nil {
			return err
		}
	}
	if n, err := from.Read(make([]byte, 1)); n > 0 || err != io.EOF {
		return fmt.Errorf("the file goes on behind its last tensor (%w)", err)
	}
	return nil
}
