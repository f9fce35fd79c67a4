package kerneltest

import (
	"unsafe"

	"cutpoint/model/cuda/driver"
	"cutpoint/model/cuda/kernels"
)

// TensorMap describes memory to the copy engine, or returns nil if that is refused.
func (g *GPU) TensorMap(address uint64, of kernels.TensorMap) *driver.TensorMap {
	g.tb.Helper()
	defer g.enter()()
	room := make([]byte, 192) // the driver wants a map aligned to 64
	m := (*driver.TensorMap)(unsafe.Pointer(&room[-uintptr(unsafe.Pointer(&room[0]))&63]))
	steps := []uint32{1, 1, 1, 1, 1}
	r := g.api.TensorMapEncodeTiled(m, driver.TensorMapBFloat16, uint32(len(of.Dims)), driver.DevicePtr(address),
		&of.Dims[0], &of.Strides[0], &of.Box[0], &steps[0], driver.TensorMapInterleaveNone, driver.TensorMapSwizzle128B,
		driver.TensorMapL2Promotion128B, driver.TensorMapOutOfBoundsZeros)
	if r == driver.InvalidValue {
		return nil
	}
	g.must("cuTensorMapEncodeTiled", r)
	return m
}
