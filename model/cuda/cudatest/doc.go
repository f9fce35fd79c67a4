// Package cudatest is an NVIDIA GPU and its driver within the process, for tests: it fills a
// driver.API and runs the PTX that ships. It is there to find mistakes, not to be fast.
//
// # What it catches
//
// A kernel that does one of these ends with an error of the driver, and Device.Fault says
// which kernel, block, thread and line of the PTX it was:
//
//   - an access outside of an allocation, of shared memory or of the parameters, after a
//     free, or misaligned;
//   - if asked for (Config.Uninitialised), a read of global memory that was never written.
//     Registers, shared and global memory start as a pattern that is not a number;
//   - a missing wait for asynchronous work. cp.async takes effect at its wait (a quarter of
//     the copies at once, to show buffers that are filled too early), wgmma at its wait, tensor
//     copies at a random moment or when no warp can go on;
//   - a missing barrier, mostly: warps run in an order drawn from Config.Seed, some of them
//     interrupted at random. Vary the seed. With Config.Races, always: vector clocks tell
//     whether two warps' accesses to shared memory are ordered;
//   - a deadlock, a barrier that not all warps reach, a block that ends with work in flight,
//     a launch without end (Config.Instructions);
//   - an instruction of a whole warp that part of it runs;
//   - an accumulator of wgmma that is used in flight, or without wgmma.fence.
//
// With Config.Races it also catches stores that wgmma reads, or that a tensor copy writes
// over, without fence.proxy.async between.
//
// It does not detect: races within a warp, or on global memory; that a warp's writes may be
// seen late or in another order; bank conflicts; clusters of more than one block; two kernels
// at a time.
//
// # PTX
//
// What NVRTC 12.2 writes for the kernels of this project is known, and every instruction or
// modifier that is not known is an error of ModuleLoadDataEx that names the line. Local
// memory and calls are among the unknown. Shared memory's addresses begin at 0, first what
// has a size, then the dynamic part, aligned as it is declared.
//
// Known are: abs, activemask, add, and, bar, barrier, bfe, bfi, bfind, bra, brev, clz,
// copysign, cos, cp.async with its groups, cp.async.bulk.tensor from global memory with an
// mbarrier, cvt, cvta, div, elect, ex2, exit, fence, fma, griddepcontrol, ld, ldmatrix, lg2,
// lop3, mad, max, mbarrier (init, inval, arrive, arrive.expect_tx, expect_tx, complete_tx,
// try_wait.parity, test_wait.parity), membar, min, mma of m16n8k16 in bf16 and f16 into f32,
// mov, mul, nanosleep, neg, not, or, popc, prefetch, prmt, rcp, rem, ret, rsqrt, selp,
// setmaxnreg, setp, shf, shfl.sync, shl, shr, sin, sqrt, st, stmatrix, sub, tanh, trap,
// vote.sync, wgmma of bf16 and f16 into f32 with both operands K-major in shared memory, xor.
// Of types there are integers of 8 to 64 bits, f32, f64, and f16 and bf16, one or two in a
// register.
//
// # API
//
// Streams do their work at the call, or with Config.Lazy when it is waited for: then a copy
// reads its source late, and a caller that forgets to wait sees old data. Work of other streams
// goes first only if an event says so. A context is current in a thread, so lock goroutines
// to theirs. After a kernel's error every call returns it, as with CUDA. All devices are the same.
package cudatest
