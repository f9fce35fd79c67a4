// Package driver calls NVIDIA's CUDA driver, which is found when the program runs and not
// when it is built: no toolkit and no cgo are needed.
package driver
