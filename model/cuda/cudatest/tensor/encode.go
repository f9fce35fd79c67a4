package tensor

import (
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// Enumerations of cuda.h, from CUDA 12.0 to 12.2. Later versions add data types and swizzles
// of later GPUs.
const (
	typeFloat16     = 6  // the first floating-point type: all that follow are too
	typeFloat32FTZ  = 10 // from here on the copy engine changes values
	interleave32B   = 2
	swizzle32B      = 1
	lastInterleave  = interleave32B
	lastSwizzle     = driver.TensorMapSwizzle128B
	lastPromotion   = 3 // CU_TENSOR_MAP_L2_PROMOTION_L2_256B
	lastFill        = 1 // CU_TENSOR_MAP_FLOAT_OOB_FILL_NAN_REQUEST_ZERO_FMA
	longestDim      = 1 << 32
	strideLimit     = 1 << 40
	longestBox      = 256
	longestStep     = 8
	mapAlignment    = 64
	addressAlign    = 16
	addressAlign32B = 32
)

// elementSizes has the bytes of each of CUtensorMapDataType.
var elementSizes = [...]uint64{1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4}

// Encode is cuTensorMapEncodeTiled: it checks what the driver API's document demands of the
// arguments and writes them to m, in a form private to this package. strides has rank-1
// entries. Slices may be longer than they need to be.
func Encode(m *driver.TensorMap, dataType, rank uint32, address driver.DevicePtr, dims, strides []uint64, box, elementStrides []uint32, interleave, swizzle, promotion, fill int32) driver.Result {
	if m == nil || uintptr(unsafe.Pointer(m))%mapAlignment != 0 || dataType >= uint32(len(elementSizes)) || rank < 1 || rank > maxRank {
		return driver.InvalidValue
	}
	r := int(rank)
	if len(dims) < r || len(strides) < r-1 || len(box) < r || len(elementStrides) < r {
		return driver.InvalidValue
	}
	t := tensorMap{
		address: uint64(address), rank: rank, dataType: dataType,
		interleave: uint32(interleave), swizzle: uint32(swizzle), promotion: uint32(promotion), fill: uint32(fill),
		dims: [5]uint64{1, 1, 1, 1, 1}, box: [5]uint32{1, 1, 1, 1, 1}, steps: [5]uint32{1, 1, 1, 1, 1},
	}
	copy(t.dims[:], dims[:r])
	t.strides[0] = elementSizes[dataType]
	copy(t.strides[1:], strides[:r-1])
	copy(t.box[:], box[:r])
	copy(t.steps[:], elementStrides[:r])
	if !t.modesValid() || !t.arrayValid() || !t.boxValid() {
		return driver.InvalidValue
	}
	t.write(m)
	return driver.Success
}

// modesValid checks the enumerations and how they go together.
func (t *tensorMap) modesValid() bool {
	switch {
	case t.interleave > lastInterleave, t.swizzle > lastSwizzle, t.promotion > lastPromotion, t.fill > lastFill:
		return false
	case t.interleave != driver.TensorMapInterleaveNone && t.rank < 3:
		return false
	case t.interleave == interleave32B && t.swizzle != swizzle32B:
		return false
	case t.fill != driver.TensorMapOutOfBoundsZeros && t.dataType < typeFloat16:
		return false
	}
	return true
}

// arrayValid checks address, dimensions and strides. Strides need not grow: cuda.h's formula
// has each one hold the previous dimension, but drivers take those of transposed dimensions,
// which attention kernels on Hopper rely on (sequence before head, where the head's is the
// smaller one).
func (t *tensorMap) arrayValid() bool {
	alignment := uint64(addressAlign)
	if t.interleave == interleave32B {
		alignment = addressAlign32B
	}
	if t.address%alignment != 0 {
		return false
	}
	for i, dim := range t.dims {
		if dim == 0 || dim > longestDim {
			return false
		}
		if i == 0 || i >= int(t.rank) {
			continue
		}
		if stride := t.strides[i]; stride == 0 || stride%alignment != 0 || stride >= strideLimit {
			return false
		}
	}
	return true
}

// boxValid checks the box, the element strides, and that a swizzle is as wide as the box's
// rows.
func (t *tensorMap) boxValid() bool {
	for i, n := range t.box {
		if n == 0 || n > longestBox || t.steps[i] == 0 || t.steps[i] > longestStep {
			return false
		}
	}
	if t.interleave != driver.TensorMapInterleaveNone {
		return true
	}
	row := t.box[0] * uint32(t.strides[0])
	return row%16 == 0 && (t.swizzle == 0 || row <= uint32(t.width()))
}
