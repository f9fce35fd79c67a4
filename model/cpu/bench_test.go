package cpu

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"cutpoint/model"
	"cutpoint/model/cpu/kernel"
)

// everyWay are the kernels in float32, and in bfloat16 where they are made for it.
func everyWay() (list []Options) {
	for _, name := range Kernels(model.BFloat16) {
		if name == kernel.AMX || kernel.KnownBFloat16(name) {
			list = append(list, Options{Kernel: name, Precision: model.BFloat16})
		}
	}
	for _, name := range Kernels(model.Float32) {
		list = append(list, Options{Kernel: name})
	}
	return list
}

// BenchmarkForward measures pages/s through the whole network and relates the
// arithmetic done to what the multiply-add units can do at most, measured on as
// many threads before and after.
func BenchmarkForward(b *testing.B) {
	cuts, _ := model.ParseCuts("fc2")
	for _, opt := range everyWay() {
		name := strings.TrimSuffix(opt.Kernel+" "+opt.Precision, " ")
		e, err := New(whole(), opt)
		if err != nil {
			b.Fatal(err)
		}
		for _, n := range []int{1, 4, 16} {
			if opt.Kernel == "generic" && n > 1 {
				break // a page takes seconds
			}
			b.Run(fmt.Sprintf("%s/batch=%d", name, n), func(b *testing.B) { benchmarkCuts(b, e, n, cuts) })
		}
		e.Close()
	}
}

// BenchmarkConvolutions leaves out the fully connected layers.
func BenchmarkConvolutions(b *testing.B) {
	cuts, _ := model.ParseCuts("pool5-avg")
	for _, opt := range everyWay() {
		e, err := New(noTop(), opt)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(strings.TrimSuffix(opt.Kernel+" "+opt.Precision, " "), func(b *testing.B) { benchmarkCuts(b, e, e.threads, cuts) })
		e.Close()
	}
}

func benchmarkCuts(b *testing.B, e *Engine, n int, cuts []model.Cut) {
	pixels := testPages(n)
	var dst [][]float32
	for _, c := range cuts {
		dst = append(dst, make([]float32, n*c.Dim()))
	}
	before, _ := e.Peak()
	for b.Loop() {
		if err := e.Forward(context.Background(), pixels, cuts, dst); err != nil {
			b.Fatal(err)
		}
	}
	after, _ := e.Peak()
	pages := float64(n*b.N) / b.Elapsed().Seconds()
	deepest := cuts[len(cuts)-1]
	b.ReportMetric(pages, "pages/s")
	b.ReportMetric(pages*float64(deepest.Cost().FLOPs)/max(before, after), "of-peak")
}
