package filestest

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
)

// Outage says what of the changes that were not synced a power failure leaves.
type Outage struct {
	Name string
	// keepName says whether a change of names outlives the failure.
	keepName func(r *rand.Rand) bool
	// bytes returns what a file holds after it, at least its synced bytes.
	bytes func(f *memFile, r *rand.Rand) []byte
}

// Outages are the ways in which the power can fail. The first loses all that was
// not synced, the second keeps names and loses bytes.
var Outages = []Outage{
	{"all lost", never, synced},
	// Names are journalled before contents: an empty or zeroed file after a
	// crash is what XFS and ext4 (delayed allocation) are known for.
	{"names kept, files empty", always, synced},
	{"names kept, files zeroed", always, zeroed},
	{"names kept, files cut", always, cut},
	{"some kept, 1", coin, mixed},
	{"some kept, 2", coin, mixed},
	{"some kept, 3", coin, mixed},
}

func never(*rand.Rand) bool  { return false }
func always(*rand.Rand) bool { return true }
func coin(r *rand.Rand) bool { return r.IntN(2) == 0 }

func synced(f *memFile, _ *rand.Rand) []byte { return f.data[:f.synced] }
func whole(f *memFile, _ *rand.Rand) []byte  { return f.data }

func zeroed(f *memFile, _ *rand.Rand) []byte {
	return append(bytes.Clone(f.data[:f.synced]), make([]byte, len(f.data)-f.synced)...)
}

func cut(f *memFile, r *rand.Rand) []byte {
	return f.data[:f.synced+r.IntN(len(f.data)-f.synced+1)]
}

func mixed(f *memFile, r *rand.Rand) []byte {
	forms := []func(*memFile, *rand.Rand) []byte{synced, whole, zeroed, cut}
	return forms[r.IntN(len(forms))](f, r)
}

// AfterOutage is the disk as it comes up again; m itself is not changed. The
// same seed gives the same disk.
func (m *Disk) AfterOutage(o Outage, seed uint64) *Disk {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := powerUp{o, rand.New(rand.NewPCG(seed, 11)), map[*memFile]*memFile{}}
	return &Disk{root: p.folder(m.root)}
}

type powerUp struct {
	Outage
	rand  *rand.Rand
	files map[*memFile]*memFile // a file may have several names
}

func (p *powerUp) folder(d *memDir) *memDir {
	names := maps.Clone(d.durable)
	for _, change := range d.pending {
		if p.keepName(p.rand) {
			maps.Copy(names, change)
		}
	}
	after := newMemDir()
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch node := names[name].(type) {
		case *memDir:
			after.live[name] = p.folder(node)
		case *memFile:
			after.live[name] = p.file(node)
		}
	}
	after.durable = maps.Clone(after.live)
	return after
}

func (p *powerUp) file(f *memFile) *memFile {
	if after, ok := p.files[f]; ok {
		return after
	}
	b := p.bytes(f, p.rand)
	after := &memFile{data: bytes.Clone(b), synced: len(b), modified: f.modified}
	p.files[f] = after
	return after
}
