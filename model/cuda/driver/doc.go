// Package driver calls NVIDIA's CUDA driver, which is found when the program runs and not
// when it is built: no toolkit and no cgo are needed.
//
// Load opens libcuda.so.1 where the system's loader finds libraries, or the file that the
// environment variable CUTPOINT_LIBCUDA names by its absolute path. Programs built with the
// tag nocuda, and those for other systems than Linux on amd64 and arm64, have no GPU
// support and are static; with it they are linked to glibc.
//
// # Threads
//
// A context is current to a thread of the operating system: lock the goroutine to its
// thread (runtime.LockOSThread) before CtxSetCurrent. Functions may be called from many
// threads at once; one that waits does not hold up the collector.
//
// # Memory
//
// What an argument points to lives until the call returns, with everything that Go pointers
// in it lead to; LaunchKernel's params are such pointers. The caller is responsible for the rest:
//   - An address written as a number (ModuleLoadDataEx's values) keeps nothing alive and does
//     not follow a stack that moves: pin what it stands for with runtime.Pinner.
//   - Copies read and write host memory after the call has returned, until the stream has
//     executed them: allocate that memory with MemHostAlloc.
//   - TensorMapEncodeTiled wants its map at a multiple of 64 bytes, as new(TensorMap) is.
package driver
