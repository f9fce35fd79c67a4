package model_test

import (
	"fmt"

	"cutpoint/model"
)

func ExampleParseCut() {
	for _, name := range []string{"pool5", "block4_pool-avg", "features.36", "fc3"} {
		c, err := model.ParseCut(name)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s is %s, %d values\n", name, c, c.Dim())
	}
	// Output:
	// pool5 is pool5, 25088 values
	// block4_pool-avg is pool4-avg, 512 values
	// features.36 is pool5, 25088 values
	// unknown cut "fc3": did you mean "fc1"? Cuts are pool1…pool5 (also with -avg or -max), fc1, fc2, predictions
}

func ExampleCut_Cost() {
	cuts, err := model.ParseCuts("pool3,pool5,fc2")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range cuts {
		cost := c.Cost()
		fmt.Printf("%s: %.1f GFLOP a page, %.1f million parameters\n", c, float64(cost.FLOPs)/1e9, float64(cost.Parameters)/1e6)
	}
	// Output:
	// pool3: 22.4 GFLOP a page, 2.3 million parameters
	// pool5: 39.0 GFLOP a page, 20.0 million parameters
	// fc2: 39.3 GFLOP a page, 139.6 million parameters
}
