package cudatest

import (
	"sync"

	"cutpoint/model/cuda/driver"
)

// Config says what GPU is emulated. The zero value is one of compute capability 8.0.
type Config struct {
	Major, Minor    int    // compute capability; 8.0 if both are 0
	Name            string // "Emulated GPU" if empty
	Multiprocessors int    // 4 if 0
	Memory          uint64 // bytes of global memory; 4 GiB if 0
	Seed            uint64 // draws the order of warps and of asynchronous work
	Driver          int    // version, 1000·major + 10·minor; 12.2 if 0
	Instructions    int64  // bound on a launch's, each of a warp; 4e9 if 0
	Devices         int    // how many GPUs there are; 1 if 0, none if negative
	// Uninitialised makes it a fault if a kernel reads global memory that was never written.
	Uninitialised bool
	// Races makes it a fault if warps touch the same shared memory and nothing orders them,
	// or if the asynchronous proxy reads it without fence.proxy.async. It takes time.
	Races bool
	// Lazy executes a stream's work when it is waited for, not when it is queued.
	Lazy bool
}

// Device is an emulated GPU with its driver. Its API may be used from all goroutines.
type Device struct {
	config Config
	memory memory

	mu       sync.Mutex
	ready    bool          // Init was called
	fault    error         // of the first kernel that failed
	poison   driver.Result // what every call returns since
	retained int           // of the primary context
	current  map[int]bool  // threads whose current context it is
	launches uint64
	handle   uintptr // the last one given out
	modules  map[driver.Module]*module
	kernels  map[driver.Function]*kernel
	streams  map[driver.Stream]*stream
	events   map[driver.Event]*event
	pinned   map[uintptr][]byte
	calls    map[string]int
	failures map[string][]failure
}

// failure is a result that a later call will have.
type failure struct {
	call   int // counted from 1
	result driver.Result
}

// New is a device. No field of the API is nil except TensorMapEncodeTiled where the driver is
// older than 12.0.
func New(c Config) *Device {
	if c.Major == 0 && c.Minor == 0 {
		c.Major = 8
	}
	if c.Name == "" {
		c.Name = "Emulated GPU"
	}
	if c.Multiprocessors == 0 {
		c.Multiprocessors = 4
	}
	if c.Memory == 0 {
		c.Memory = 4 << 30
	}
	if c.Driver == 0 {
		c.Driver = 12020
	}
	if c.Instructions == 0 {
		c.Instructions = 4e9
	}
	if c.Devices == 0 {
		c.Devices = 1
	}
	return &Device{
		config: c, memory: memory{size: c.Memory, watch: c.Uninitialised},
		current: map[int]bool{}, modules: map[driver.Module]*module{}, kernels: map[driver.Function]*kernel{},
		streams: map[driver.Stream]*stream{}, events: map[driver.Event]*event{}, pinned: map[uintptr][]byte{},
		calls: map[string]int{}, failures: map[string][]failure{}, handle: 0x1000,
	}
}

// Fault is what went wrong in a kernel or in a module's text, nil if nothing did.
func (d *Device) Fault() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.fault
}

// Fail makes a later call of a function of the API, such as "MemAlloc", return r and do
// nothing: the next one if after is 1, the one behind it if after is 2.
func (d *Device) Fail(call string, after int, r driver.Result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failures[call] = append(d.failures[call], failure{d.calls[call] + after, r})
}

// Calls is how often each function of the API was called.
func (d *Device) Calls() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make(map[string]int, len(d.calls))
	for name, n := range d.calls {
		out[name] = n
	}
	return out
}

// InUse is how many bytes of global memory are allocated.
func (d *Device) InUse() uint64 {
	d.memory.RLock()
	defer d.memory.RUnlock()
	return d.memory.used
}

// sharedLimit is the most shared memory a block can have.
func (d *Device) sharedLimit() int {
	switch c := 10*d.config.Major + d.config.Minor; {
	case c == 86 || c == 89 || c >= 120:
		return 99 << 10
	case c >= 90:
		return 227 << 10
	case c == 80 || c == 87:
		return 163 << 10
	case c == 75:
		return 64 << 10
	}
	return 96 << 10
}

// newHandle is a number that was never given out.
func (d *Device) newHandle() uintptr {
	d.handle += 16
	return d.handle
}
