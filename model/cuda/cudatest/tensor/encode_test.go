package tensor

import (
	"testing"

	"cutpoint/model/cuda/driver"
)

// arguments are cuTensorMapEncodeTiled's.
type arguments struct {
	m                                       *driver.TensorMap
	dataType, rank                          uint32
	address                                 driver.DevicePtr
	dims, strides                           []uint64
	box, steps                              []uint32
	interleave, swizzle, promotion, oobFill int32
}

func (a arguments) encode() driver.Result {
	return Encode(a.m, a.dataType, a.rank, a.address, a.dims, a.strides, a.box, a.steps, a.interleave, a.swizzle, a.promotion, a.oobFill)
}

// image is what the convolutions read: two planes of 4 images of 14 × 14 × 512 bfloat16, in
// boxes of 64 channels by 14 × 14 pixels.
func image() arguments {
	return arguments{
		m: newMap(), dataType: driver.TensorMapBFloat16, rank: 5, address: 1 << 40,
		dims:    []uint64{512, 14, 14, 4, 2},
		strides: []uint64{1024, 14 * 1024, 14 * 14 * 1024, 8 * 14 * 14 * 1024},
		box:     []uint32{64, 14, 14, 1, 1},
		steps:   []uint32{1, 1, 1, 1, 1},
		swizzle: driver.TensorMapSwizzle128B, promotion: driver.TensorMapL2Promotion128B,
	}
}

func TestEncodeTakes(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*arguments)
	}{
		{"an image", func(*arguments) {}},
		{"weights", func(a *arguments) {
			a.rank, a.dims, a.strides = 3, []uint64{4608, 512, 2}, []uint64{9216, 512 * 9216}
			a.box, a.steps = []uint32{64, 128, 1}, []uint32{1, 1, 1}
		}},
		{"a vector without strides", func(a *arguments) {
			a.rank, a.dims, a.strides, a.box, a.steps = 1, []uint64{1}, nil, []uint32{8}, []uint32{1}
		}},
		{"longer slices than the rank needs", func(a *arguments) { a.rank = 2 }},
		{"the longest dimension", func(a *arguments) { a.dims[4] = 1 << 32 }},
		{"rows that overlap", func(a *arguments) { a.strides[0] = 1024 - 16 }},
		{"planes that overlap", func(a *arguments) { a.strides[3] = 3 * a.strides[2] }},
		{"stride no multiple of the one before", func(a *arguments) { a.strides[3] += 1024 }},
		{"the largest stride", func(a *arguments) { a.strides[3] = (1<<40 - 1) / a.strides[2] * a.strides[2] }},
		{"the largest box", func(a *arguments) { a.box[1], a.box[4] = 256, 256 }},
		{"the widest box without swizzle", func(a *arguments) { a.box[0], a.swizzle = 256, 0 }},
		{"the largest element stride", func(a *arguments) { a.steps[4] = 8 }},
		{"an address of 16 bytes", func(a *arguments) { a.address += 16 }},
		{"no swizzle, no promotion", func(a *arguments) { a.swizzle, a.promotion = 0, 0 }},
		{"fill with NaN", func(a *arguments) { a.oobFill = 1 }},
		{"interleave of 16 bytes", func(a *arguments) { a.interleave = 1 }},
		{"interleave of 32 bytes", func(a *arguments) { a.interleave, a.swizzle = 2, 1 }},
		{"a swizzle wider than the box", func(a *arguments) { a.box[0] = 32 }},
		{"the last data type", func(a *arguments) {
			a.dataType, a.box[0] = 12, 32
			a.dims[0] = 256
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := image()
			c.change(&a)
			if r := a.encode(); r != driver.Success {
				t.Errorf("encode a map that is allowed: result %d", r)
			}
			if _, err := decodeMap(a.m); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*arguments)
	}{
		{"no map", func(a *arguments) { a.m = nil }},
		{"a map aligned to 32 bytes", func(a *arguments) { a.m = misaligned(32) }},
		{"a map aligned to 1 byte", func(a *arguments) { a.m = misaligned(1) }},
		{"unknown data type", func(a *arguments) { a.dataType = 13 }},
		{"rank 0", func(a *arguments) { a.rank = 0 }},
		{"rank 6", func(a *arguments) { a.rank = 6 }},
		{"too few dimensions", func(a *arguments) { a.dims = a.dims[:4] }},
		{"too few strides", func(a *arguments) { a.strides = a.strides[:3] }},
		{"too short a box", func(a *arguments) { a.box = a.box[:4] }},
		{"too few element strides", func(a *arguments) { a.steps = a.steps[:4] }},
		{"address of 8 bytes", func(a *arguments) { a.address += 8 }},
		{"dimension of 0", func(a *arguments) { a.dims[4] = 0 }},
		{"dimension too long", func(a *arguments) { a.dims[4] = 1<<32 + 1 }},
		{"stride of 8 bytes", func(a *arguments) { a.dims[0], a.strides[0] = 4, 1024+8 }},
		{"stride of 0", func(a *arguments) { a.strides[3] = 0 }},
		{"stride too large", func(a *arguments) { a.strides[3] = (1<<40 + a.strides[2]) / a.strides[2] * a.strides[2] }},
		{"box of 0", func(a *arguments) { a.box[3] = 0 }},
		{"box too large", func(a *arguments) { a.box[3] = 257 }},
		{"box's row no multiple of 16 bytes", func(a *arguments) { a.box[0] = 60 }},
		{"box wider than the swizzle of 128", func(a *arguments) { a.box[0] = 72 }},
		{"box wider than the swizzle of 64", func(a *arguments) { a.swizzle = 2 }},
		{"box wider than the swizzle of 32", func(a *arguments) { a.swizzle, a.box[0] = 1, 24 }},
		{"element stride of 0", func(a *arguments) { a.steps[2] = 0 }},
		{"element stride too large", func(a *arguments) { a.steps[2] = 9 }},
		{"unknown interleave", func(a *arguments) { a.interleave = 3 }},
		{"negative interleave", func(a *arguments) { a.interleave = -1 }},
		{"interleave in two dimensions", func(a *arguments) { a.interleave, a.rank = 1, 2 }},
		{"interleave of 32 bytes, other swizzle", func(a *arguments) { a.interleave = 2 }},
		{"interleave of 32 bytes, address of 16", func(a *arguments) { a.interleave, a.swizzle, a.address = 2, 1, 16 }},
		{"interleave of 32 bytes, stride of 16", func(a *arguments) {
			a.interleave, a.swizzle, a.rank = 2, 1, 3
			a.strides = []uint64{1024 + 16, 14 * (1024 + 16)}
		}},
		{"unknown swizzle", func(a *arguments) { a.swizzle = 4 }},
		{"unknown promotion", func(a *arguments) { a.promotion = 4 }},
		{"unknown fill", func(a *arguments) { a.oobFill = 2 }},
		{"fill with NaN in integers", func(a *arguments) { a.oobFill, a.dataType = 1, 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := image()
			c.change(&a)
			if r := a.encode(); r != driver.InvalidValue {
				t.Errorf("result %d, not InvalidValue", r)
			}
		})
	}
}

// misaligned returns a map that is aligned to no more than by bytes, a power of two below 64.
func misaligned(by int) *driver.TensorMap {
	memory := make([]byte, 3*len(driver.TensorMap{}))
	return (*driver.TensorMap)(memory[aligned(memory)+by:])
}

// TestMapKeeps: what was encoded is what is decoded.
func TestMapKeeps(t *testing.T) {
	a := image()
	a.steps = []uint32{1, 2, 3, 1, 8}
	a.promotion = 3
	if r := a.encode(); r != driver.Success {
		t.Fatalf("encode: result %d", r)
	}
	got, err := decodeMap(a.m)
	if err != nil {
		t.Fatal(err)
	}
	want := tensorMap{
		address: 1 << 40, dims: [5]uint64{512, 14, 14, 4, 2},
		strides: [5]uint64{2, 1024, 14 * 1024, 14 * 14 * 1024, 8 * 14 * 14 * 1024},
		box:     [5]uint32{64, 14, 14, 1, 1}, steps: [5]uint32{1, 2, 3, 1, 8},
		rank: 5, dataType: driver.TensorMapBFloat16, swizzle: 3, promotion: 3,
	}
	if *got != want {
		t.Errorf("decoded %+v, want %+v", *got, want)
	}
}

// TestMapForeign: neither zeros nor a changed map is one.
func TestMapForeign(t *testing.T) {
	if _, err := decodeMap(newMap()); err == nil {
		t.Error("zeros are a map")
	}
	a := image()
	if r := a.encode(); r != driver.Success {
		t.Fatalf("encode: result %d", r)
	}
	for i := range a.m {
		a.m[i] ^= 1
		if _, err := decodeMap(a.m); err == nil {
			t.Errorf("byte %d may change", i)
		}
		a.m[i] ^= 1
	}
}
