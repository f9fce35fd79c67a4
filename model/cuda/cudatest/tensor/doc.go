// Package tensor is what the tensor cores, the matrix loads and the tensor copy engine of
// NVIDIA's GPUs do to registers and shared memory, as plain functions of Go: what mma.sync,
// ldmatrix, stmatrix, wgmma.mma_async, cp.async.bulk.tensor and mbarrier's operations leave
// behind once they are complete. When they complete is the caller's affair.
//
// It follows the PTX ISA, versions 8.2 to 9.0; comments name its sections. What the PTX ISA
// leaves undefined is an error here, and so is the little of it that is not emulated.
//
// Shared memory is a block's window, from address 0. No function keeps what it is given.
//
// # Numbers
//
// The PTX ISA leaves open how tensor cores round ("Multiply-and-Accumulate Instruction:
// mma"). Here the products of bfloat16 values, which are exact, are added to the accumulator
// in float64, in order of ascending k, and the sum is rounded once toward zero to float32:
// tensor cores truncate (Ootomo and Yokota, "Recovering single precision accuracy from Tensor
// Cores while surpassing the FP32 theoretical peak performance", 2022; Fasi, Higham, Mikaitis
// and Pranesh, "Numerical behavior of NVIDIA tensor cores", 2021). They align the products to
// the largest before they add, and so lose a few more of the small ones' bits than this does.
// Denormals are kept. Infinities and NaN behave as in IEEE 754; every NaN that comes out is
// 0x7fffffff.
package tensor

// Warp is one 32-bit register of a warp's 32 lanes.
type Warp = [32]uint32
