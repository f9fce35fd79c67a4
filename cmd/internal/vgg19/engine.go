package vgg19

import (
	"context"
	"runtime"
	"time"

	"cutpoint/model"
	"cutpoint/model/cpu"
)

// Engine is a model.Engine that says where its time goes.
type Engine interface {
	model.Engine

	// Measure is Forward, and adds up the time of each layer.
	Measure(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error
	// Layer returns the time spent in that row of model.Layers by Measure, of all shares
	// together.
	Layer(i int) time.Duration
	// Shares is how many compute side by side: threads of the CPU, or GPUs.
	Shares() int
	// Peak measures the FLOP/s that all shares reach with nothing but products.
	Peak() (float64, error)
	// Memory returns the bytes that are held of GPUs' memory.
	Memory() uint64
}

// NewEngine packs the weights into an engine on the device, which is one that ParseDevice
// returned: on all cores of the CPU, or on its GPUs.
func NewEngine(w *model.Weights, s Settings, d Device) (Engine, error) {
	if d.GPUs != nil {
		return newGPUEngine(w, s, d)
	}
	e, err := cpu.New(w, cpu.Options{Threads: runtime.GOMAXPROCS(0), Precision: s.Precision, Kernel: d.Kernel})
	if err != nil {
		return nil, err // not the typed nil
	}
	return cpuEngine{e, model.NewProfile()}, nil
}

type cpuEngine struct {
	*cpu.Engine
	profile *model.Profile
}

func (e cpuEngine) Measure(ctx context.Context, pixels []uint8, cuts []model.Cut, dst [][]float32) error {
	return e.Engine.Measure(ctx, pixels, cuts, dst, e.profile)
}
func (e cpuEngine) Layer(i int) time.Duration { return e.profile.Layer(i) }
func (e cpuEngine) Shares() int               { return e.Threads() }
func (e cpuEngine) Peak() (float64, error)    { return e.Engine.Peak(), nil }
func (e cpuEngine) Memory() uint64            { return 0 }
