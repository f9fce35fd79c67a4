package cuda

import (
	"fmt"
	"slices"
	"unsafe"

	"cutpoint/model/cuda/driver"
	"cutpoint/model/cuda/kernels"
)

// launch is a kernel with the size of its grid.
type launch struct {
	kernels.Kernel
	product bool // whether it is one of the target's
	tall    bool // whether it is one of those that fetch fewer pixels
	blocks  int
}

// product is the launch of a matrix product, whose box it decides. Where wide tiles would
// leave half of the multiprocessors idle they are narrow.
func (d *device) product(c *kernels.Conv, pool bool) launch {
	how, tiles := d.productOf(c, pool, 128)
	if c.Outputs%128 != 0 || tiles < d.info.Multiprocessors/2 {
		how, tiles = d.productOf(c, pool, 64)
	}
	return d.share(how, tiles)
}

// productOf is product with tiles of width outputs; it returns the number of tiles.
func (d *device) productOf(c *kernels.Conv, pool bool, width int) (how launch, tiles int) {
	k := find(d.target.kernels, d.planes, width, pool)
	with := func(b box) *kernels.Conv {
		c.BoxW, c.BoxH, c.BoxN = int32(b.w), int32(b.h), int32(b.n)
		return c
	}
	tall := func(b box) bool { return d.target.tall != nil && kernels.Tall(k, with(b)) }
	b := bestBox(int(c.W), int(c.H), int(c.N), k.BM, pool, tall)
	how = launch{Kernel: k, product: true, tall: tall(b)}
	if how.tall {
		how.Kernel = find(d.target.tall, d.planes, width, pool)
	}
	with(b)
	return how, b.count(int(c.W), int(c.H), int(c.N)) * int(c.Outputs) / width
}

// find returns the product's kernel for that number of planes and of a tile's outputs.
func find(all []kernels.Kernel, planes, width int, pool bool) kernels.Kernel {
	i := slices.IndexFunc(all, func(k kernels.Kernel) bool { return k.Planes == planes && k.BN == width && k.Pool == pool })
	return all[i] // a test has them all
}

// share launches at most as many blocks as the GPU holds at a time; they divide the tasks.
func (d *device) share(l launch, tasks int) launch {
	resident := min(l.Blocks, d.multiShared/(l.Shared+reservedShared), d.multiThreads/l.Threads)
	l.blocks = max(1, min(tasks, d.info.Multiprocessors*resident))
	return l
}

// reservedShared is what the system keeps of a multiprocessor's shared memory for each block.
const reservedShared = 1 << 10

// small is the launch of one of the other kernels, whose name ends with the planes if byPlanes.
func (d *device) small(name string, byPlanes bool, tasks int) launch {
	if byPlanes {
		name = fmt.Sprintf("%s_p%d", name, d.planes)
	}
	i := slices.IndexFunc(kernels.EndsKernels, func(k kernels.Kernel) bool { return k.Name == name })
	return d.share(launch{Kernel: kernels.EndsKernels[i]}, tasks)
}

// function finds a kernel, and permits it the shared memory that it is launched with.
func (d *device) function(l launch) (driver.Function, error) {
	key := functionKey{l.Name, l.product}
	if f, ok := d.functions[key]; ok {
		return f, nil
	}
	m := d.ends
	if l.product {
		m = d.products
	}
	var f driver.Function
	name := append([]byte(l.Name), 0)
	if err := d.check("cuModuleGetFunction", d.api.ModuleGetFunction(&f, m, &name[0])); err != nil {
		return 0, err
	}
	if l.Shared > 0 {
		if err := d.check("cuFuncSetAttribute", d.api.FuncSetAttribute(f, driver.FunctionMaxDynamicShared, int32(l.Shared))); err != nil {
			return 0, err
		}
	}
	d.functions[key] = f
	return f, nil
}

// functionKey tells the kernels of the two modules apart, which share a name or two.
type functionKey struct {
	name    string
	product bool
}

// launch puts a kernel into the stream of kernels; the queue is held.
func (d *device) launch(l launch, params ...unsafe.Pointer) error {
	f, err := d.function(l)
	if err != nil {
		return fmt.Errorf("kernel %s: %w", l.Name, err)
	}
	r := d.api.LaunchKernel(f, uint32(l.blocks), 1, 1, uint32(l.Threads), 1, 1, uint32(l.Shared), d.compute, &params[0], nil)
	if err := d.check("cuLaunchKernel", r); err != nil {
		return fmt.Errorf("kernel %s, %d blocks: %w", l.Name, l.blocks, err)
	}
	return nil
}

// tensorMaps describes a product's operands to the copy engine.
func (d *device) tensorMaps(c *kernels.Conv, l launch) ([]driver.TensorMap, error) {
	maps := alignedMaps()
	if err := d.check("cuTensorMapEncodeTiled", d.encode(&maps[0], c.In, kernels.PixelMap(l.tall, d.planes, c))); err != nil {
		return nil, fmt.Errorf("describe the input %d×%d×%d: %w", c.H, c.W, c.C, err)
	}
	if err := d.check("cuTensorMapEncodeTiled", d.encode(&maps[1], c.Weights, kernels.WeightMap(l.Kernel, c))); err != nil {
		return nil, fmt.Errorf("describe the weights of %d outputs: %w", c.Outputs, err)
	}
	return maps, nil
}

func (d *device) encode(m *driver.TensorMap, at uint64, of kernels.TensorMap) driver.Result {
	every := []uint32{1, 1, 1, 1, 1}
	return d.api.TensorMapEncodeTiled(m, driver.TensorMapBFloat16, uint32(len(of.Dims)), driver.DevicePtr(at), &of.Dims[0], &of.Strides[0], &of.Box[0], &every[0],
		driver.TensorMapInterleaveNone, driver.TensorMapSwizzle128B, driver.TensorMapL2Promotion256B, driver.TensorMapOutOfBoundsZeros)
}

// alignedMaps returns two maps at a multiple of 64 bytes, where the driver wants them.
func alignedMaps() []driver.TensorMap {
	const align = 64
	memory := make([]byte, 2*len(driver.TensorMap{})+align)
	skip := -uintptr(unsafe.Pointer(&memory[0])) % align
	return unsafe.Slice((*driver.TensorMap)(unsafe.Pointer(&memory[skip])), 2)
}
