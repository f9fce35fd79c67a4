package main

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"cutpoint/model"
)

// smallWeights writes weights without a top, zero but for a path from the first
// channel through block 1 that multiplies it by gain: pool1-avg's first value is
// the mean of what gain·(pixel − 103.939) is above zero. The file is mostly a
// hole, and quick to read and hash beside random:SEED.
func smallWeights(t *testing.T, gain float32) string {
	t.Helper()
	header := map[string]any{}
	var size int64
	at := map[string]int64{}
	tensor := func(name string, values int, shape ...int) {
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int64{size, size + 4*int64(values)}}
		at[name] = size
		size += 4 * int64(values)
	}
	for _, l := range model.ParameterLayers() {
		if l.Kind == model.Conv3x3 {
			tensor(l.Name+"/kernel", l.KernelLen(), 3, 3, l.In.C, l.Out.C)
			tensor(l.Name+"/bias", l.BiasLen(), l.Out.C)
		}
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "small.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	start := int64(8 + len(text))
	begin := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	middle := func(layer string, in int) int64 { // of the 3×3, from channel 0 to 0
		return start + at[layer+"/kernel"] + 4*int64((1*3+1)*in*64)
	}
	float := func(v float32) []byte { return binary.LittleEndian.AppendUint32(nil, math.Float32bits(v)) }
	for offset, bytes := range map[int64][]byte{0: begin, middle("block1_conv1", 3): float(gain), middle("block1_conv2", 64): float(1)} {
		if _, err := f.WriteAt(bytes, offset); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Truncate(start + size); err != nil {
		t.Fatal(err)
	}
	return f.Name()
}
