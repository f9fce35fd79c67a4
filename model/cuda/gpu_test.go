package cuda

import (
	"fmt"
	"os"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cuda/driver"
)

// TestGPU is the suite on the machine's own GPU, with every kernel that it runs and every
// cut: on batches that are no multiple of anything, and a large one.
func TestGPU(t *testing.T) {
	api, err := driver.Load()
	if err != nil {
		t.Skipf("gpu: %v", err)
	}
	devices, err := driver.Devices(api)
	if err != nil {
		t.Skipf("gpu: %v", err)
	}
	for _, kernels := range Targets(devices[0].Major) {
		for _, precision := range []string{model.BFloat16, model.Float32} {
			t.Run(kernels+" "+precision, func(t *testing.T) {
				b := bench{api: api, kernels: kernels, top: true, fault: func() error { return nil }}
				t.Log("weights", trunk(t, true).Source)
				checkEngine(t, b, precision, 37, model.AllCuts())
				checkEngine(t, b, precision, 256, cutsOf(t, "fc2,pool5"))
				checkDerived(t, b, precision)
			})
		}
	}
}

// TestEmulatedNetwork takes a page through the whole network on emulated GPUs, which takes
// minutes: scripts/test-gpu asks for it.
func TestEmulatedNetwork(t *testing.T) {
	if os.Getenv("CUTPOINT_EMULATE") == "" {
		t.Skip("scripts/test-gpu: takes minutes")
	}
	for _, c := range []struct{ major, minor int }{{9, 0}, {8, 0}} {
		for _, precision := range []string{model.BFloat16, model.Float32} {
			t.Run(fmt.Sprintf("%d.%d %s", c.major, c.minor, precision), func(t *testing.T) {
				b, _ := emulated(t, c.major, c.minor)
				b.top = true
				t.Log("weights", trunk(t, true).Source)
				pixels := page(t)
				cuts := cutsOf(t, "pool1-avg,pool2-max,pool3,pool4,pool5,pool5-avg,fc1,fc2,predictions")
				near(t, precision, cuts, run(t, b, open(t, b, Options{Precision: precision}), pixels, cuts), onCPU(t, b, pixels, cuts))
			})
		}
	}
}
