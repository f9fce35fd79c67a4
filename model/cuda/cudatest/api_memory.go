package cudatest

import (
	"unsafe"

	"cutpoint/model/cuda/cudatest/tensor"
	"cutpoint/model/cuda/driver"
)

func (d *Device) memoryAPI(a *driver.API) {
	a.MemGetInfo = func(free, total *uint64) driver.Result {
		return d.call("MemGetInfo", true, func() driver.Result {
			*free, *total = d.memory.size-d.memory.used, d.memory.size
			return driver.Success
		})
	}
	a.MemAlloc = func(p *driver.DevicePtr, bytes uint64) driver.Result {
		return d.call("MemAlloc", true, func() driver.Result {
			if bytes == 0 {
				return driver.InvalidValue
			}
			m, ok := d.memory.allocate(bytes)
			if !ok {
				return driver.OutOfMemory
			}
			*p = driver.DevicePtr(m.base)
			return driver.Success
		})
	}
	a.MemFree = func(p driver.DevicePtr) driver.Result {
		return d.call("MemFree", true, func() driver.Result {
			for _, s := range d.streams { // the driver waits for all work
				d.finish(s)
			}
			if p != 0 && !d.memory.free(uint64(p)) {
				return driver.InvalidValue
			}
			return d.poison
		})
	}
	a.MemHostAlloc = func(p *unsafe.Pointer, bytes uint64, flags uint32) driver.Result {
		return d.call("MemHostAlloc", true, func() driver.Result {
			if bytes == 0 || flags&^7 != 0 {
				return driver.InvalidValue
			}
			// Aligned to a page, as the driver's are.
			b := make([]byte, bytes+4096)
			at := unsafe.Pointer(&b[(4096-uintptr(unsafe.Pointer(&b[0]))%4096)%4096])
			d.pinned[uintptr(at)] = b
			*p = at
			return driver.Success
		})
	}
	a.MemFreeHost = func(p unsafe.Pointer) driver.Result {
		return d.call("MemFreeHost", true, func() driver.Result {
			if _, ok := d.pinned[uintptr(p)]; !ok {
				return driver.InvalidValue
			}
			for _, s := range d.streams {
				d.finish(s)
			}
			delete(d.pinned, uintptr(p))
			return d.poison
		})
	}
	d.copyAPI(a)
	a.TensorMapEncodeTiled = d.encode
	if d.config.Driver < 12000 {
		a.TensorMapEncodeTiled = nil
	}
}

func (d *Device) copyAPI(a *driver.API) {
	a.MemcpyHtoDAsync = func(dst driver.DevicePtr, src unsafe.Pointer, bytes uint64, s driver.Stream) driver.Result {
		return d.transfer("MemcpyHtoDAsync", dst, bytes, s, true, func(to []byte) {
			copy(to, unsafe.Slice((*byte)(src), bytes))
		})
	}
	a.MemcpyDtoHAsync = func(dst unsafe.Pointer, src driver.DevicePtr, bytes uint64, s driver.Stream) driver.Result {
		return d.transfer("MemcpyDtoHAsync", src, bytes, s, false, func(from []byte) {
			copy(unsafe.Slice((*byte)(dst), bytes), from)
		})
	}
	a.MemsetD8Async = func(dst driver.DevicePtr, value uint8, bytes uint64, s driver.Stream) driver.Result {
		return d.transfer("MemsetD8Async", dst, bytes, s, true, func(to []byte) {
			for i := range to {
				to[i] = value
			}
		})
	}
}

// transfer queues f on a range of global memory, which is checked at once.
func (d *Device) transfer(name string, at driver.DevicePtr, bytes uint64, s driver.Stream, write bool, f func([]byte)) driver.Result {
	return d.call(name, true, func() driver.Result {
		on := d.stream(s)
		if on == nil {
			return invalidHandle
		}
		if bytes == 0 {
			return driver.Success
		}
		a := d.memory.find(uint64(at))
		if a == nil || bytes > 1<<62 || !a.has(uint64(at), int(bytes)) {
			return driver.InvalidValue
		}
		return d.queue(on, func() driver.Result {
			offset := uint64(at) - a.base
			f(a.data[offset : offset+bytes])
			if write && a.written != nil {
				for i := range a.written[offset : offset+bytes] {
					a.written[offset+uint64(i)] = true
				}
			}
			return driver.Success
		})
	})
}

// encode is cuTensorMapEncodeTiled, which needs no device.
func (d *Device) encode(m *driver.TensorMap, dataType, rank uint32, address driver.DevicePtr, dims, strides *uint64, box, elementStrides *uint32, interleave, swizzle, l2Promotion, oobFill int32) driver.Result {
	return d.call("TensorMapEncodeTiled", true, func() driver.Result {
		if d.config.Major < 9 || rank < 1 || rank > 5 || dims == nil || box == nil || elementStrides == nil || rank > 1 && strides == nil {
			return driver.InvalidValue
		}
		var steps []uint64
		if rank > 1 {
			steps = unsafe.Slice(strides, rank-1)
		}
		return tensor.Encode(m, dataType, rank, address, unsafe.Slice(dims, rank), steps,
			unsafe.Slice(box, rank), unsafe.Slice(elementStrides, rank), interleave, swizzle, l2Promotion, oobFill)
	})
}
