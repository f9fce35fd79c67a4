package cuda

import (
	"strings"
	"testing"

	"cutpoint/model/cuda/driver"
)

func TestDescribe(t *testing.T) {
	list := describe([]driver.DeviceInfo{{Ordinal: 0, Name: "H200", Major: 9, Memory: 150e9}, {Ordinal: 1, Name: "T4", Major: 7, Minor: 5}})
	if len(list) != 2 || list[0].Kernels[0] != "sm_90a" || list[0].Memory != 150e9 || list[1].Number != 1 || list[1].Capability != "7.5" || len(list[1].Kernels) != 0 {
		t.Errorf("describe: %+v, want the H200 with its kernels and the T4 without any", list)
	}
}

// TestCheck: what New would refuse is told without it.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		major, minor int
		options      Options
		want         string // "" is no error
	}{
		{9, 0, Options{Devices: []int{0}}, ""},
		{9, 0, Options{Devices: []int{0, 2}}, "GPU 2 is not there: this machine has 1"},
		{7, 5, Options{}, "GPU 0 (Emulated 7.5): its compute capability is 7.5"},
		{8, 0, Options{Kernels: "sm_90a"}, "choose one of sm_80"},
		{9, 0, Options{Precision: "float8"}, `precision "float8"`},
	} {
		b, _ := emulated(t, c.major, c.minor)
		if err := c.options.check(b.api); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d.%d %+v: error %v, want %q", c.major, c.minor, c.options, err, c.want)
		}
	}
}

func TestDriverVersion(t *testing.T) {
	for said, want := range map[string]string{
		"": "", "NVRM version: none\n": "",
		"NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version:  gcc version 12.3.0\n": "535.104.05",
		"NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.15  Release Build  (dvs-builder@U16)\n":                          "570.15",
	} {
		if got := driverVersion([]byte(said)); got != want {
			t.Errorf("driver version of %q: %q, want %q", said, got, want)
		}
	}
}
