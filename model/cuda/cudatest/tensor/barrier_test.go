package tensor

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"
)

// testBarrier is an object at address 8 of garbage.
type testBarrier struct {
	t      *testing.T
	shared []byte
}

func newBarrier(t *testing.T, count uint32) testBarrier {
	t.Helper()
	b := testBarrier{t, garbage(24)}
	b.ok(BarrierInit(b.shared, 8, count))
	return b
}

func (b testBarrier) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b testBarrier) arrive(count uint32) {
	b.t.Helper()
	_, err := BarrierArrive(b.shared, 8, count)
	b.ok(err)
}

func (b testBarrier) expect(bytes uint32) { b.t.Helper(); b.ok(BarrierExpect(b.shared, 8, bytes)) }

func (b testBarrier) complete(bytes uint32) { b.t.Helper(); b.ok(BarrierComplete(b.shared, 8, bytes)) }

// phase sees that the current phase is n: the one before it is complete, it is not.
func (b testBarrier) phase(n uint32) {
	b.t.Helper()
	current, err := BarrierDone(b.shared, 8, n&1)
	b.ok(err)
	previous, err := BarrierDone(b.shared, 8, n&1^1)
	b.ok(err)
	if current || !previous {
		b.t.Fatalf("phase %d: complete %t, the one before it %t", n, current, previous)
	}
}

func TestBarrierPhases(t *testing.T) {
	b := newBarrier(t, 3)
	for n := range uint32(5) {
		b.phase(n)
		b.arrive(1)
		b.phase(n)
		b.arrive(2)
	}
	b.phase(5)
	if string(b.shared[:8]) != string(garbage(8)) || string(b.shared[16:]) != string(garbage(8)) {
		t.Error("memory beside the object was written")
	}
}

func TestBarrierTransactions(t *testing.T) {
	b := newBarrier(t, 1)
	b.expect(100) // arrive.expect_tx, then the copies
	b.arrive(1)
	b.phase(0)
	b.complete(60)
	b.phase(0)
	b.complete(40)
	b.phase(1)

	b.complete(100) // the copies first
	b.phase(1)
	b.expect(100)
	b.phase(1) // the arrival is still pending
	b.arrive(1)
	b.phase(2)

	b.complete(7) // the tx-count is below zero when the last arrives
	b.arrive(1)
	b.phase(2)
	b.expect(7)
	b.phase(3)

	b.expect(0)
	b.complete(0)
	b.phase(3)
}

// TestBarrierLimits: the counts' whole range fits.
func TestBarrierLimits(t *testing.T) {
	b := newBarrier(t, maxCount)
	b.expect(maxCount)
	b.arrive(maxCount)
	b.phase(0)
	b.complete(maxCount)
	b.phase(1)
	b.complete(maxCount)
	b.phase(1)
	b.arrive(maxCount)
	b.phase(1)
	b.expect(maxCount)
	b.phase(2)
}

// TestBarrierModel compares with the counts on their own.
func TestBarrierModel(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for range 50 {
		count := 1 + r.Uint32N(5)
		b := newBarrier(t, count)
		pending, bytes, phase := count, 0, uint32(0)
		for range 200 {
			switch n := r.Uint32N(4096); r.IntN(3) {
			case 0:
				if pending > 0 {
					arrivals := 1 + r.Uint32N(pending)
					b.arrive(arrivals)
					pending -= arrivals
				}
			case 1:
				b.expect(n)
				bytes += int(n)
			case 2:
				if bytes > 0 && r.IntN(2) == 0 {
					n = uint32(bytes)
				}
				b.complete(n)
				bytes -= int(n)
			}
			if pending == 0 && bytes == 0 {
				phase++
				pending = count
			}
			b.phase(phase)
		}
	}
}

func TestBarrierState(t *testing.T) {
	b := newBarrier(t, 2)
	for n := range uint64(6) {
		state, err := BarrierArrive(b.shared, 8, 1)
		if err != nil || state>>63 != n/2%2 {
			t.Errorf("arrival %d: state %#x, %v", n, state, err)
		}
	}
}

func TestBarrierMisuse(t *testing.T) {
	b := newBarrier(t, 2)
	b.arrive(1)
	full := newBarrier(t, 1)
	full.expect(1)
	full.arrive(1)
	over, under := newBarrier(t, 1), newBarrier(t, 1)
	over.expect(maxCount)
	under.complete(maxCount)
	arrive := func(shared []byte, address, count uint32) error {
		_, err := BarrierArrive(shared, address, count)
		return err
	}
	done := func(shared []byte, address, parity uint32) error {
		_, err := BarrierDone(shared, address, parity)
		return err
	}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"count of zero", BarrierInit(garbage(8), 0, 0), "count 0"},
		{"count too large", BarrierInit(garbage(8), 0, 1<<20), "count 1048576"},
		{"misaligned", BarrierInit(garbage(16), 4, 1), "not aligned to 8"},
		{"behind the end", BarrierInit(garbage(16), 16, 1), "outside"},
		{"initialised twice", BarrierInit(b.shared, 8, 2), "already"},
		{"too many arrivals", arrive(b.shared, 8, 2), "2 arrivals at 0x8, where 1 of 2 are pending"},
		{"no arrival", arrive(b.shared, 8, 0), "0 arrivals"},
		{"arrival in a full phase", arrive(full.shared, 8, 1), "0 of 1"},
		{"misaligned arrival", arrive(b.shared, 12, 1), "not aligned"},
		{"arrival behind the end", arrive(b.shared, 1<<20, 1), "outside"},
		{"arrival at no object", arrive(b.shared, 16, 1), errBarrier.Error()},
		{"expecting at no object", BarrierExpect(b.shared, 0, 1), errBarrier.Error()},
		{"completing at no object", BarrierComplete(b.shared, 0, 1), errBarrier.Error()},
		{"waiting at no object", done(b.shared, 0, 0), errBarrier.Error()},
		{"waiting at an odd address", done(b.shared, 9, 0), "not aligned"},
		{"parity of two", done(b.shared, 8, 2), "parity 2"},
		{"expecting too much", BarrierExpect(over.shared, 8, 1), "would be 1048576"},
		{"expecting far too much", BarrierExpect(b.shared, 8, 1<<32-1), "would be"},
		{"completing too much", BarrierComplete(under.shared, 8, 1), "would be -1048576"},
	} {
		if c.err == nil || !strings.HasPrefix(c.err.Error(), "mbarrier.") || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error is %v, not %q", c.name, c.err, c.want)
		}
	}
}

// TestBarrierUninitialised: what memory starts as is never an object.
func TestBarrierUninitialised(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	refuse := func(word uint64) {
		t.Helper()
		shared := binary.LittleEndian.AppendUint64(nil, word)
		if _, err := BarrierDone(shared, 0, 0); err == nil {
			t.Errorf("%#016x is taken for an object", word)
		}
	}
	refuse(0)
	refuse(1<<64 - 1)
	for range 100000 {
		half := uint64(r.Uint32())
		refuse(half<<32 | half)
		nan := r.Uint64() | 0x7f80_0000_7f80_0000
		refuse(nan)
	}
}
