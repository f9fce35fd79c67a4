package model

import (
	"sync/atomic"
	"time"
)

// Profile adds up the time that an engine spends in each layer. All goroutines may use it.
type Profile struct {
	layers []atomic.Int64 // nanoseconds, by Layers
}

// NewProfile returns one with nothing in it.
func NewProfile() *Profile { return &Profile{make([]atomic.Int64, len(Layers()))} }

// Layer returns the time spent in that row of Layers, the making of its cuts' values included.
func (p *Profile) Layer(i int) time.Duration { return time.Duration(p.layers[i].Load()) }

// Add counts time in that row of Layers. A nil profile counts nothing.
func (p *Profile) Add(layer int, spent time.Duration) {
	if p != nil {
		p.layers[layer].Add(int64(spent))
	}
}
