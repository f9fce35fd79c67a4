package cuda

import (
	"fmt"
	"slices"
	"strings"

	"cutpoint/model/cuda/kernels"
)

// target is a set of kernels for matrix products.
type target struct {
	name       string // as ptxas has it: "sm_90a"
	major      int    // of the GPUs that run it
	later      bool   // whether later GPUs do too
	tensorMaps bool   // whether the copy engine loads the operands
	ptx        string
	kernels    []kernels.Kernel
	tall       []kernels.Kernel // that fetch fewer pixels, for the boxes of kernels.Tall; nil if there are none
	peakFLOP   float64          // of a block of the kernel peak and a round
}

// targets lists them, the best first.
func targets() []target {
	return []target{
		{name: "sm_90a", major: 9, tensorMaps: true, ptx: kernels.SM90a, kernels: kernels.SM90aKernels, tall: kernels.SM90aTallKernels, peakFLOP: kernels.SM90aPeakFLOP},
		{name: "sm_80", major: 8, later: true, ptx: kernels.SM80, kernels: kernels.SM80Kernels, peakFLOP: kernels.SM80PeakFLOP},
	}
}

// Targets returns the names that Options.Kernels may have for a GPU of that compute
// capability, the best first; none if the GPU is too old.
func Targets(major int) (names []string) {
	for _, t := range targets() {
		if major == t.major || t.later && major > t.major {
			names = append(names, t.name)
		}
	}
	return names
}

// chooseTarget returns the kernels of that name, or the best ones, for a GPU of that compute
// capability.
func chooseTarget(name string, major, minor int) (target, error) {
	runs := Targets(major)
	if len(runs) == 0 {
		return target{}, fmt.Errorf("its compute capability is %d.%d, and 8.0 (Ampere) or newer is needed: use another GPU", major, minor)
	}
	if name == "" {
		name = runs[0]
	}
	for _, t := range targets() {
		if t.name == name && slices.Contains(runs, name) {
			return t, nil
		}
	}
	return target{}, fmt.Errorf("kernels %q do not run on its compute capability %d.%d: choose one of %s", name, major, minor, strings.Join(runs, ", "))
}
