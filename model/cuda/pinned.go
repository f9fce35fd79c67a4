package cuda

import (
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// pinned is memory of the host that the GPU copies from and to by itself.
type pinned struct {
	at   unsafe.Pointer
	size uint64
}

func (p *pinned) bytes(n uint64) []byte { return unsafe.Slice((*byte)(p.at), n) }

func (p *pinned) fit(d *device, size uint64) error {
	if p.size >= size {
		return nil
	}
	if err := p.free(d); err != nil {
		return err
	}
	if err := d.check("cuMemHostAlloc", d.api.MemHostAlloc(&p.at, size, driver.HostAllocPortable)); err != nil {
		p.at = nil
		return err
	}
	p.size = size
	return nil
}

func (p *pinned) free(d *device) error {
	if p.size == 0 {
		return nil
	}
	err := d.check("cuMemFreeHost", d.api.MemFreeHost(p.at))
	*p = pinned{}
	return err
}
