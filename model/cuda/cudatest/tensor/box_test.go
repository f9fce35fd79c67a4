package tensor

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"cutpoint/model/cuda/driver"
)

// boxCase is an array with padding behind every dimension, and a box in it.
type boxCase struct {
	dataType uint32
	size     int // of an element, in bytes
	dims     []uint64
	box      []uint32
	steps    []uint32
	mode     mode
}

// TestLoadBox puts boxes at all corners of arrays, over their borders and far outside, in
// every dimension, for ranks 1 to 5.
func TestLoadBox(t *testing.T) {
	r := rand.New(rand.NewPCG(25, 26))
	const bf16 = driver.TensorMapBFloat16
	none, s32, s64, s128 := modes[0], modes[1], modes[2], modes[3]
	for _, c := range []boxCase{
		{bf16, 2, []uint64{100}, []uint32{32}, nil, none},
		{bf16, 2, []uint64{1000}, []uint32{256}, nil, none},
		{bf16, 2, []uint64{40}, []uint32{64}, nil, s128},
		{bf16, 2, []uint64{128, 9}, []uint32{64, 5}, nil, s128},
		{bf16, 2, []uint64{8, 300}, []uint32{8, 256}, nil, none},
		{bf16, 2, []uint64{70, 300}, []uint32{64, 256}, nil, s128},
		{bf16, 2, []uint64{72, 5, 3}, []uint32{32, 3, 2}, nil, s64},
		{bf16, 2, []uint64{24, 4, 3}, []uint32{16, 9, 5}, nil, s32},
		{bf16, 2, []uint64{64, 7, 5, 3}, []uint32{64, 4, 3, 2}, nil, s128},
		{bf16, 2, []uint64{128, 6, 5, 3, 2}, []uint32{64, 4, 4, 2, 1}, nil, s128},
		{bf16, 2, []uint64{17, 3, 3, 3, 3}, []uint32{24, 2, 2, 2, 2}, nil, none},
		{bf16, 2, []uint64{64, 9, 7}, []uint32{64, 5, 6}, []uint32{1, 2, 4}, s128},
		{bf16, 2, []uint64{64, 9}, []uint32{64, 5}, []uint32{5, 1}, s128}, // the first is not used
		{0, 1, []uint64{100, 4}, []uint32{32, 3}, nil, s32},
		{7, 4, []uint64{33, 4}, []uint32{32, 3}, nil, s128},
		{8, 8, []uint64{33, 4}, []uint32{16, 3}, nil, s128},
	} {
		t.Run(fmt.Sprintf("%d %v %v %v %s", c.dataType, c.dims, c.box, c.steps, c.mode.name), func(t *testing.T) {
			c.check(t, r)
		})
	}
}

func (c *boxCase) check(t *testing.T, r *rand.Rand) {
	if c.steps == nil {
		c.steps = []uint32{1, 1, 1, 1, 1}[:len(c.dims)]
	}
	strides, bytes := c.strides(r)
	global := newGlobal(r, 1<<33+16*uint64(r.UintN(8)), bytes)
	m := encode(t, c.dataType, global.address, c.dims, strides, c.box, c.steps, c.mode.copySwizzle)
	for _, at := range c.origins(r) {
		shared := garbage(c.boxBytes() + 2048)
		address := 128 * r.IntN(9)
		n, err := LoadBox(m, at, global.read, shared, uint32(address))
		if err != nil || n != c.boxBytes() {
			t.Fatalf("at %v: %d bytes of %d, %v", at, n, c.boxBytes(), err)
		}
		want := garbage(len(shared))
		c.naive(want, address, at, global, strides)
		for i := range shared {
			if shared[i] != want[i] {
				t.Fatalf("at %v, shared address %d: byte %d is %#x, not %#x", at, address, i, shared[i], want[i])
			}
		}
	}
}

// strides have up to two rows, images and so on of padding. bytes end where the last element
// does.
func (c *boxCase) strides(r *rand.Rand) (strides []uint64, bytes int) {
	stride, end := uint64(c.size), uint64(c.size)
	for i, dim := range c.dims {
		end += (dim - 1) * stride
		if i == 0 {
			stride = (dim*stride+15)/16*16 + 16*r.Uint64N(3)
		} else {
			stride *= dim + r.Uint64N(3)
		}
		strides = append(strides, stride)
	}
	return strides[:len(c.dims)-1], int(end)
}

// origins are coordinates: inside, and for every dimension over its borders and far away.
func (c *boxCase) origins(r *rand.Rand) [][]int32 {
	inside := func() []int32 {
		at := make([]int32, len(c.dims))
		for i, dim := range c.dims {
			at[i] = int32(r.Uint64N(dim))
		}
		return at
	}
	origins := [][]int32{make([]int32, len(c.dims)), inside(), inside()}
	for i, dim := range c.dims {
		extent := int32(c.box[i])
		for _, x := range []int32{-1, 1 - extent, -extent, -extent - 1, int32(dim) - 1, int32(dim), int32(dim) - extent, math.MaxInt32, math.MinInt32} {
			at := inside()
			at[i] = x
			origins = append(origins, at)
		}
	}
	for range 10 {
		at := make([]int32, len(c.dims))
		for i, dim := range c.dims {
			at[i] = int32(r.IntN(int(dim)+2*int(c.box[i]))) - int32(c.box[i])
		}
		origins = append(origins, at)
	}
	return origins
}

func (c *boxCase) count(dim int) int {
	if dim == 0 {
		return int(c.box[0])
	}
	return int(math.Ceil(float64(c.box[dim]) / float64(c.steps[dim])))
}

func (c *boxCase) boxBytes() int {
	bytes := c.size
	for dim := range c.dims {
		bytes *= c.count(dim)
	}
	return bytes
}

// naive copies byte by byte: element after element of the box, in the order of its
// coordinates, to where the figures have it.
func (c *boxCase) naive(shared []byte, address int, first []int32, global *globalArray, strides []uint64) {
	for i := range c.boxBytes() {
		offset, outside := i%c.size, false
		for dim, rest := 0, i/c.size; dim < len(c.dims); dim++ {
			step, stride := 1, c.size
			if dim > 0 {
				step, stride = int(c.steps[dim]), int(strides[dim-1])
			}
			x := int(first[dim]) + rest%c.count(dim)*step
			rest /= c.count(dim)
			outside = outside || x < 0 || x >= int(c.dims[dim])
			offset += x * stride
		}
		to := c.mode.swizzled(address + i)
		shared[to] = 0
		if !outside {
			shared[to] = global.bytes[offset]
		}
	}
}

func TestLoadBoxRefuses(t *testing.T) {
	global := &globalArray{address: 1 << 20, bytes: make([]byte, 1<<16)}
	plain := func(change func(*arguments)) *driver.TensorMap {
		a := arguments{
			m: newMap(), dataType: driver.TensorMapBFloat16, rank: 2, address: 1 << 20,
			dims: []uint64{64, 64, 1}, strides: []uint64{128, 8192}, box: []uint32{64, 8, 1}, steps: []uint32{1, 1, 1},
			swizzle: driver.TensorMapSwizzle128B,
		}
		change(&a)
		if r := a.encode(); r != driver.Success {
			t.Fatalf("encode: result %d", r)
		}
		return a.m
	}
	good := plain(func(*arguments) {})
	at := []int32{0, 0}
	for _, c := range []struct {
		name    string
		m       *driver.TensorMap
		at      []int32
		address uint32
		want    string
	}{
		{"no map", newMap(), at, 0, "never encoded"},
		{"a coordinate too few", good, at[:1], 0, "1 coordinates for 2 dimensions"},
		{"a coordinate too many", good, []int32{0, 0, 0}, 0, "3 coordinates for 2 dimensions"},
		{"misaligned", good, at, 64, "not aligned to 128"},
		{"behind the end", good, at, 1024 + 128, "1024 bytes at shared address 0x480 are outside"},
		{"far behind the end", good, at, 1<<32 - 128, "outside"},
		{"no memory", plain(func(a *arguments) { a.address = 1 << 21 }), at, 0, "at [0 0]: global memory has no 128 bytes at 0x200000"},
		{"interleave", plain(func(a *arguments) { a.interleave, a.rank = 1, 3 }), []int32{0, 0, 0}, 0, "not emulated"},
		{"fill with NaN", plain(func(a *arguments) { a.oobFill = 1 }), at, 0, "not emulated"},
		{"rounded types", plain(func(a *arguments) { a.dataType, a.dims[0], a.box[0] = 11, 32, 32 }), at, 0, "not emulated"},
		{"narrow box", plain(func(a *arguments) { a.box[0] = 32 }), at, 0, "64 bytes in a swizzle of 128 is not emulated"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, err := LoadBox(c.m, c.at, global.read, make([]byte, 2048), c.address)
			if n != 0 || err == nil || !strings.HasPrefix(err.Error(), "tensor copy: ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%d bytes, error %v, not %q", n, err, c.want)
			}
		})
	}
}

// TestLoadBoxGlobal: what global memory returns is passed on, and it is not asked for a box
// outside of the array.
func TestLoadBoxGlobal(t *testing.T) {
	m := encode(t, driver.TensorMapBFloat16, 1<<20, []uint64{64, 4}, []uint64{128}, []uint32{64, 4}, []uint32{1, 1}, 3)
	failure := errors.New("illegal address")
	_, err := LoadBox(m, []int32{0, 0}, func(uint64, int) ([]byte, error) { return nil, failure }, make([]byte, 1024), 0)
	if !errors.Is(err, failure) {
		t.Errorf("error is %v", err)
	}
	_, err = LoadBox(m, []int32{0, 0}, func(_ uint64, n int) ([]byte, error) { return make([]byte, n-1), nil }, make([]byte, 1024), 0)
	if err == nil {
		t.Error("127 bytes do for 128")
	}
	shared := garbage(1024)
	n, err := LoadBox(m, []int32{64, -1}, func(uint64, int) ([]byte, error) { return nil, failure }, shared, 0)
	if n != 512 || err != nil || string(shared[:512]) != string(make([]byte, 512)) {
		t.Errorf("outside: %d bytes, %v", n, err)
	}
}
