// Package engine opens what computes the trunk: the CPU, or GPUs. It is where a program
// begins that imports this project for its numbers:
//
//	w, err := weights.Open(ctx, "vgg19.safetensors")
//	e, err := engine.Open(w, engine.Options{Precision: model.BFloat16})
//	err = e.Forward(ctx, pixels, cuts, dst)
package engine

import (
	"log/slog"

	"cutpoint/model"
	"cutpoint/model/cpu"
	"cutpoint/model/cuda"
)

// Options choose what computes. They decide the speed and the last bits of the numbers, and
// the precision their accuracy. The zero value is the CPU in float32.
type Options struct {
	GPUs      []int        // ordinals, counted from 0; none: the CPU
	Precision string       // model.Float32 or model.BFloat16; "" is model.Float32
	Kernel    string       // of the CPU, one of cpu.Kernels(Precision); "" is the fastest
	Batch     int          // pages computed together; 0 is the default of the device
	Log       *slog.Logger // for warnings; nil is nobody
}

// cpuBatch lets the fully connected layers read each weight once for 16 pages.
const cpuBatch = 16

// DefaultBatch returns the number of pages that are computed together unless Batch says
// another: enough to fill the CPU, or a GPU.
func (o Options) DefaultBatch() int {
	if o.GPUs != nil {
		return cuda.DefaultBatch
	}
	return cpuBatch
}

// Check says whether Open would find this device here. It computes nothing.
func (o Options) Check() error {
	if o.GPUs != nil {
		return o.cuda().Check()
	}
	return o.cpu().Check()
}

// Open packs the weights for the device, and keeps nothing of w.
func Open(w *model.Weights, o Options) (model.Profiler, error) {
	if o.GPUs != nil {
		e, err := cuda.New(w, o.cuda())
		if err != nil {
			return nil, err // not the typed nil
		}
		return e, nil
	}
	e, err := cpu.New(w, o.cpu())
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (o Options) cpu() cpu.Options { return cpu.Options{Precision: o.Precision, Kernel: o.Kernel} }

func (o Options) cuda() cuda.Options {
	return cuda.Options{Devices: o.GPUs, Precision: o.Precision, Batch: o.Batch, Log: o.Log}
}
