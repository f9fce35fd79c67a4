package driver

import "unsafe"

// The driver's handles. All are pointers or numbers that only the driver understands.
type (
	Device    int32
	Context   uintptr
	Module    uintptr
	Function  uintptr
	Stream    uintptr
	Event     uintptr
	DevicePtr uint64
)

// Result is a CUresult; Success means no error.
type Result int32

// TensorMap is a CUtensorMap: what the copy engine of compute capability 9.0 knows of an
// array. It is aligned to 64 bytes where a kernel takes it as a parameter.
type TensorMap [128]byte

// API is what is used of the CUDA driver API, under the C functions' names without "cu" and
// with the version that Load asks for. Load fills it from NVIDIA's library; tests fill it
// with an emulator or with a driver that fails. A function returns Success or says why not.
type API struct {
	Init           func(flags uint32) Result
	GetVersion     func(version *int32) Result // cuDriverGetVersion: 1000·major + 10·minor
	GetErrorName   func(r Result, name **byte) Result
	GetErrorString func(r Result, text **byte) Result

	DeviceGetCount     func(count *int32) Result
	DeviceGet          func(d *Device, ordinal int32) Result
	DeviceGetName      func(name *byte, length int32, d Device) Result
	DeviceGetAttribute func(value *int32, attribute int32, d Device) Result
	DeviceTotalMem     func(bytes *uint64, d Device) Result

	PrimaryCtxRetain  func(c *Context, d Device) Result
	PrimaryCtxRelease func(d Device) Result
	CtxSetCurrent     func(c Context) Result // of the calling thread
	CtxSynchronize    func() Result

	ModuleLoadDataEx  func(m *Module, image unsafe.Pointer, options uint32, names *int32, values *uintptr) Result
	ModuleUnload      func(m Module) Result
	ModuleGetFunction func(f *Function, m Module, name *byte) Result
	FuncSetAttribute  func(f Function, attribute, value int32) Result

	MemGetInfo   func(free, total *uint64) Result
	MemAlloc     func(p *DevicePtr, bytes uint64) Result
	MemFree      func(p DevicePtr) Result
	MemHostAlloc func(p *unsafe.Pointer, bytes uint64, flags uint32) Result
	MemFreeHost  func(p unsafe.Pointer) Result

	MemcpyHtoDAsync func(dst DevicePtr, src unsafe.Pointer, bytes uint64, s Stream) Result
	MemcpyDtoHAsync func(dst unsafe.Pointer, src DevicePtr, bytes uint64, s Stream) Result
	MemsetD8Async   func(dst DevicePtr, value uint8, bytes uint64, s Stream) Result

	StreamCreate      func(s *Stream, flags uint32) Result
	StreamDestroy     func(s Stream) Result
	StreamSynchronize func(s Stream) Result
	StreamWaitEvent   func(s Stream, e Event, flags uint32) Result
	EventCreate       func(e *Event, flags uint32) Result
	EventDestroy      func(e Event) Result
	EventRecord       func(e Event, s Stream) Result
	EventSynchronize  func(e Event) Result
	EventElapsedTime  func(milliseconds *float32, start, end Event) Result

	// LaunchKernel takes params as an array of pointers to the kernel's parameters.
	LaunchKernel func(f Function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes uint32, s Stream, params *unsafe.Pointer, extra *unsafe.Pointer) Result

	// TensorMapEncodeTiled is nil where the driver is too old to have it.
	TensorMapEncodeTiled func(m *TensorMap, dataType, rank uint32, address DevicePtr, dims, strides *uint64, box, elementStrides *uint32, interleave, swizzle, l2Promotion, oobFill int32) Result
}

// Results that callers distinguish (cuda.h, enum cudaError_enum).
const (
	Success              Result = 0
	InvalidValue         Result = 1
	OutOfMemory          Result = 2
	NotInitialized       Result = 3
	NoDevice             Result = 100
	InvalidDevice        Result = 101
	ECCUncorrectable     Result = 214
	InvalidPTX           Result = 218
	NoJITCompiler        Result = 221
	UnsupportedPTX       Result = 222
	JITDisabled          Result = 223
	NotFound             Result = 500
	IllegalAddress       Result = 700
	LaunchOutOfResources Result = 701
	LaunchTimeout        Result = 702
	LaunchFailed         Result = 719
	SystemDriver         Result = 803 // the kernel's module and the library are of different versions
	Unknown              Result = 999
)

// Attributes of devices and functions, flags and enumerations in use (cuda.h).
const (
	AttributeMultiprocessors  = 16
	AttributeClockKHz         = 13
	AttributeCapabilityMajor  = 75
	AttributeCapabilityMinor  = 76
	AttributeSharedPerBlock   = 97 // at most, if a function asks for it
	AttributeSharedPerMulti   = 81 // bytes of a multiprocessor
	AttributeThreadsPerMulti  = 39
	FunctionMaxDynamicShared  = 8
	StreamNonBlocking         = 1
	EventDefault              = 0
	EventBlockingSync         = 1
	EventDisableTiming        = 2
	HostAllocPortable         = 1
	JITErrorLogBuffer         = 5
	JITErrorLogBufferSize     = 6
	TensorMapBFloat16         = 9
	TensorMapInterleaveNone   = 0
	TensorMapSwizzle128B      = 3
	TensorMapL2Promotion128B  = 2
	TensorMapL2Promotion256B  = 3
	TensorMapOutOfBoundsZeros = 0
)
