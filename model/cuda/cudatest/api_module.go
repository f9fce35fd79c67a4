package cudatest

import (
	"fmt"
	"unsafe"

	"cutpoint/model/cuda/driver"
)

// module is loaded PTX.
type module struct {
	kernels map[string]*kernel
	handles map[string]driver.Function
	globals []uint64
}

func (d *Device) moduleAPI(a *driver.API) {
	a.ModuleLoadDataEx = func(m *driver.Module, image unsafe.Pointer, options uint32, names *int32, values *uintptr) driver.Result {
		return d.call("ModuleLoadDataEx", true, func() driver.Result {
			loaded, r, err := d.load(cString((*byte)(image)))
			if err != nil {
				d.fault = err
				writeLog(err.Error(), options, names, values)
				return r
			}
			*m = driver.Module(d.newHandle())
			d.modules[*m] = loaded
			return driver.Success
		})
	}
	a.ModuleUnload = func(m driver.Module) driver.Result {
		return d.call("ModuleUnload", true, func() driver.Result {
			loaded := d.modules[m]
			if loaded == nil {
				return invalidHandle
			}
			for _, f := range loaded.handles {
				delete(d.kernels, f)
			}
			for _, base := range loaded.globals {
				d.memory.free(base)
			}
			delete(d.modules, m)
			return driver.Success
		})
	}
	a.ModuleGetFunction = func(f *driver.Function, m driver.Module, name *byte) driver.Result {
		return d.call("ModuleGetFunction", true, func() driver.Result {
			loaded := d.modules[m]
			if loaded == nil {
				return invalidHandle
			}
			text := cString(name)
			k := loaded.kernels[text]
			if k == nil {
				return driver.NotFound
			}
			if _, ok := loaded.handles[text]; !ok {
				loaded.handles[text] = driver.Function(d.newHandle())
				d.kernels[loaded.handles[text]] = k
			}
			*f = loaded.handles[text]
			return driver.Success
		})
	}
	a.FuncSetAttribute = func(f driver.Function, attribute, value int32) driver.Result {
		return d.call("FuncSetAttribute", true, func() driver.Result {
			k := d.kernels[f]
			switch {
			case k == nil:
				return invalidHandle
			case attribute != driver.FunctionMaxDynamicShared, value < 0, k.static+int(value) > d.sharedLimit():
				return driver.InvalidValue
			}
			k.maximum = int(value)
			return driver.Success
		})
	}
	a.LaunchKernel = d.launchKernel
}

// load compiles a module's text for this device.
func (d *Device) load(text string) (*module, driver.Result, error) {
	p, err := parse(text)
	if err != nil {
		return nil, driver.InvalidPTX, err
	}
	if newest := ptxVersion(d.config.Driver); p.version > newest {
		return nil, driver.UnsupportedPTX, fmt.Errorf("PTX version %d.%d is newer than the driver's %d.%d", p.version/10, p.version%10, newest/10, newest%10)
	}
	has := 10*d.config.Major + d.config.Minor
	exact := p.target[len(p.target)-1] == 'a'
	if p.capacity > has || exact && p.capacity != has {
		return nil, noBinaryForGPU, fmt.Errorf("target %s does not run on compute capability %d.%d", p.target, d.config.Major, d.config.Minor)
	}
	m := &module{kernels: map[string]*kernel{}, handles: map[string]driver.Function{}}
	globals, ok := d.allocateVariables(p, m)
	if !ok {
		return nil, driver.OutOfMemory, fmt.Errorf("no memory for the module's variables")
	}
	for _, k := range p.kernels {
		if _, twice := m.kernels[k.name]; twice {
			return nil, driver.InvalidPTX, fmt.Errorf("line %d: kernel %s is declared twice", k.line, k.name)
		}
		if m.kernels[k.name], err = compile(p, k, globals); err != nil {
			return nil, driver.InvalidPTX, err
		}
		m.kernels[k.name].maximum = 48 << 10
	}
	return m, driver.Success, nil
}

// ptxVersion is the newest PTX version that a driver accepts: 8.2 for CUDA 12.2.
func ptxVersion(version int) int {
	major, minor := version/1000, version%1000/10
	if major < 12 {
		return min(70+minor, 78)
	}
	return 80 + 10*(major-12) + minor
}

// allocateVariables allocates the module's variables that a kernel names.
func (d *Device) allocateVariables(p *program, m *module) (map[string]location, bool) {
	used := map[string]bool{}
	for _, k := range p.kernels {
		for _, s := range k.body {
			for _, o := range s.args {
				used[o.name] = true
				for _, e := range o.list {
					used[e.name] = true
				}
			}
		}
	}
	globals := map[string]location{}
	for name, v := range p.globals {
		if !used[name] {
			continue
		}
		a, ok := d.memory.allocate(uint64(v.size))
		if !ok {
			return nil, false
		}
		m.globals = append(m.globals, a.base)
		clear(a.data)
		copy(a.data, v.data)
		for i := range a.written {
			a.written[i] = true
		}
		globals[name] = location{v.space, a.base}
	}
	return globals, true
}

// cString is a C string up to its terminating zero.
func cString(p *byte) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(p), n)) != 0 && n < maxText {
		n++
	}
	return string(unsafe.Slice(p, n))
}

// writeLog puts an error into the buffer that ModuleLoadDataEx was given for it.
func writeLog(text string, options uint32, names *int32, values *uintptr) {
	if options == 0 || names == nil || values == nil {
		return
	}
	var buffer *uintptr
	var size uintptr
	for i, name := range unsafe.Slice(names, options) {
		v := &unsafe.Slice(values, options)[i]
		switch name {
		case driver.JITErrorLogBuffer:
			buffer = v
		case driver.JITErrorLogBufferSize:
			size = *v & 0xffffffff
		}
	}
	if buffer == nil || *buffer == 0 || size == 0 {
		return
	}
	out := unsafe.Slice(*(**byte)(unsafe.Pointer(buffer)), size)
	out[copy(out[:size-1], text)] = 0
}

// launchKernel checks a launch as the driver does and queues it.
func (d *Device) launchKernel(f driver.Function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes uint32, s driver.Stream, params, extra *unsafe.Pointer) driver.Result {
	return d.call("LaunchKernel", true, func() driver.Result {
		k, on := d.kernels[f], d.stream(s)
		switch {
		case k == nil || on == nil:
			return invalidHandle
		case gridX == 0 || gridY == 0 || gridZ == 0 || blockX == 0 || blockY == 0 || blockZ == 0,
			gridX > 1<<31-1 || gridY > 65535 || gridZ > 65535,
			uint64(gridX)*uint64(gridY)*uint64(gridZ) > 1<<24,
			blockX > 1024 || blockY > 1024 || blockZ > 64 || uint64(blockX)*uint64(blockY)*uint64(blockZ) > 1024,
			int(sharedBytes) > k.maximum, int(sharedBytes)+k.dynamicAt > d.sharedLimit(), extra != nil:
			return driver.InvalidValue
		case params == nil && len(k.text.params) > 0:
			return driver.InvalidValue
		}
		if most := k.text.maxThreads; most[0] > 0 && int(blockX*blockY*blockZ) > most[0]*most[1]*most[2] {
			return driver.InvalidValue
		}
		d.launches++
		l := &launch{
			device: d, kernel: k, number: d.launches, dynamic: int(sharedBytes), params: k.arguments(params),
			grid: [3]uint32{gridX, gridY, gridZ}, blockSize: [3]uint32{blockX, blockY, blockZ},
		}
		return d.queue(on, func() driver.Result {
			if fault := l.run(); fault != nil {
				d.fault = fault
				return fault.Result
			}
			return driver.Success
		})
	})
}

// arguments copies a kernel's parameters to where it expects them.
func (k *kernel) arguments(params *unsafe.Pointer) []byte {
	out := make([]byte, k.text.paramBytes)
	if params == nil {
		return out
	}
	offset := 0
	for i, p := range unsafe.Slice(params, len(k.text.params)) {
		v := k.text.params[i]
		offset = roundUp(offset, v.align)
		copy(out[offset:offset+v.size], unsafe.Slice((*byte)(p), v.size))
		offset += v.size
	}
	return out
}
