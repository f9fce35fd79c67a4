// Package kernels holds what runs on the GPU: CUDA sources (*.cu, *.cuh), the PTX made of
// them by scripts/build-kernels, and what a host must know to launch it. PTX is NVIDIA's
// portable assembly: the driver compiles it for the GPU at hand.
package kernels
