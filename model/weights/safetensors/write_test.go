package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"testing"
)

// TestWrite compares with bytes worked out from the format's description, and reads
// them back.
func TestWrite(t *testing.T) {
	h := Header{Metadata: map[string]string{"a": "é"}, Tensors: []Tensor{
		{Name: "z", DType: "F32", Shape: []int{2, 1}}, {Name: "b", DType: "I64", Shape: []int{1}}, {Name: "empty", DType: "I32", Shape: []int{0}}}}
	const text = `{"__metadata__":{"a":"é"},"b":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},` +
		`"empty":{"dtype":"I32","shape":[0],"data_offsets":[16,16]},"z":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}`
	want := file(text+string(bytes.Repeat([]byte(" "), (8-len(text)%8)%8)), 0)
	var b bytes.Buffer
	if err := h.Write(&b); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("wrote %q, want %q", b.Bytes(), want)
	}
	begin := int64(b.Len())
	if begin%8 != 0 {
		t.Errorf("values begin at byte %d", begin)
	}
	if err := errors.Join(WriteValues(&b, []float32{1, 2}), WriteValues(&b, []int64{-1}), WriteValues(&b, []int32{})); err != nil {
		t.Fatal(err)
	}
	got, err := read(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for i, where := range [][2]int64{{begin, 8}, {begin + 8, 8}, {begin + 16, 0}} {
		h.Tensors[i].Offset, h.Tensors[i].Size = where[0], where[1]
	}
	if !reflect.DeepEqual(*got, h) {
		t.Errorf("read %+v, wrote %+v", *got, h)
	}
}

func TestWriteRefusesUnknownTypes(t *testing.T) {
	var b bytes.Buffer
	if err := (&Header{Tensors: []Tensor{{Name: "x", DType: "F12"}}}).Write(&b); err == nil || b.Len() > 0 {
		t.Errorf("a tensor of an unknown type was written: %q, error %v", b.Bytes(), err)
	}
}

// TestWriteValues: values longer than the buffer arrive whole, and an error of the
// writer is returned.
func TestWriteValues(t *testing.T) {
	values := make([]float32, 2*valuesAtOnce+1)
	for i := range values {
		values[i] = float32(i)
	}
	var b bytes.Buffer
	if err := WriteValues(&b, values); err != nil || b.Len() != 4*len(values) {
		t.Fatalf("wrote %d bytes: %v", b.Len(), err)
	}
	for i, v := range values {
		if got := math.Float32frombits(binary.LittleEndian.Uint32(b.Bytes()[4*i:])); got != v {
			t.Fatalf("value %d is %v", i, got)
		}
	}
	closed, w := io.Pipe()
	closed.Close()
	if err := WriteValues(w, values); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a closed pipe gives %v", err)
	}
}
