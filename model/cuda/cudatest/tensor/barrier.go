package tensor

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// barrier is an mbarrier object ("Contents of the mbarrier object").
type barrier struct {
	phase    uint32 // of the current phase: even 0, odd 1
	pending  uint32 // arrivals that are still to come in this phase
	expected uint32 // arrivals of every phase
	bytes    int32  // tx-count: expected less completed
}

// maxCount limits all counts, and the tx-count on both sides of zero.
const maxCount = 1<<20 - 1

// The object in memory, from bit 0: pending, the tx-count's lower 10 bits, a one; at bit 32
// expected, the tx-count's upper 10 bits, a zero, phase. The tx-count stands as its sum with
// maxCount, in 21 bits: the topmost in bit 31. The one in bit 30 and the zero in bit 62 keep
// zeros, a repeated word and NaN in any format from being an object.
const (
	barrierMark = 1 << 30
	barrierVoid = 1 << 62
)

var errBarrier = errors.New("no mbarrier object was initialised there")

// BarrierInit is mbarrier.init.shared.b64. count is 1 to 2^20-1. Initialising an object anew
// is an error, as the PTX ISA wants mbarrier.inval first.
func BarrierInit(shared []byte, address uint32, count uint32) error {
	if err := checkShared(shared, uint64(address), 8, 8); err != nil {
		return fmt.Errorf("mbarrier.init: %w", err)
	}
	if count < 1 || count > maxCount {
		return fmt.Errorf("mbarrier.init: count %d", count)
	}
	if _, err := readBarrier(shared, address); err == nil {
		return fmt.Errorf("mbarrier.init: there is an mbarrier object at %#x already", address)
	}
	b := barrier{pending: count, expected: count}
	b.write(shared, address)
	return nil
}

// BarrierArrive is mbarrier.arrive.shared.b64. state is the object before the arrival; its
// uppermost bit is the phase's parity.
func BarrierArrive(shared []byte, address uint32, count uint32) (state uint64, err error) {
	b, err := readBarrier(shared, address)
	if err != nil {
		return 0, fmt.Errorf("mbarrier.arrive: %w", err)
	}
	if count < 1 || count > b.pending {
		return 0, fmt.Errorf("mbarrier.arrive: %d arrivals at %#x, where %d of %d are pending", count, address, b.pending, b.expected)
	}
	state = binary.LittleEndian.Uint64(shared[address:])
	b.pending -= count
	b.settle()
	b.write(shared, address)
	return state, nil
}

// BarrierExpect is mbarrier.expect_tx.relaxed.cta.shared::cta.b64, and the first half of
// mbarrier.arrive.expect_tx.
func BarrierExpect(shared []byte, address uint32, bytes uint32) error {
	if err := transact(shared, address, int64(bytes)); err != nil {
		return fmt.Errorf("mbarrier.expect_tx: %w", err)
	}
	return nil
}

// BarrierComplete is mbarrier.complete_tx.relaxed.cta.shared::cta.b64, and what a copy does
// to its mbarrier in the end. It may precede the matching BarrierExpect.
func BarrierComplete(shared []byte, address uint32, bytes uint32) error {
	if err := transact(shared, address, -int64(bytes)); err != nil {
		return fmt.Errorf("mbarrier.complete_tx: %w", err)
	}
	return nil
}

// BarrierDone is mbarrier.test_wait.parity.shared.b64: whether the phase of this parity is
// complete, taken as the current phase or the one before it. A new object's phase is 0, and
// the one before it, of parity 1, is complete. That each phase was waited for before the
// next one's first arrival is not checked.
func BarrierDone(shared []byte, address uint32, parity uint32) (bool, error) {
	b, err := readBarrier(shared, address)
	if err != nil {
		return false, fmt.Errorf("mbarrier.test_wait: %w", err)
	}
	if parity > 1 {
		return false, fmt.Errorf("mbarrier.test_wait: parity %d", parity)
	}
	return b.phase != parity, nil
}

// transact adds to the tx-count.
func transact(shared []byte, address uint32, bytes int64) error {
	b, err := readBarrier(shared, address)
	if err != nil {
		return err
	}
	sum := int64(b.bytes) + bytes
	if sum > maxCount || sum < -maxCount {
		return fmt.Errorf("the tx-count at %#x would be %d", address, sum)
	}
	b.bytes = int32(sum)
	b.settle()
	b.write(shared, address)
	return nil
}

// settle ends the phase once nothing is pending ("Phase Completion of the mbarrier object").
func (b *barrier) settle() {
	if b.pending == 0 && b.bytes == 0 {
		b.phase ^= 1
		b.pending = b.expected
	}
}

func readBarrier(shared []byte, address uint32) (barrier, error) {
	if err := checkShared(shared, uint64(address), 8, 8); err != nil {
		return barrier{}, err
	}
	word := binary.LittleEndian.Uint64(shared[address:])
	low, high := uint32(word), uint32(word>>32)
	biased := low>>20&(1<<10-1) | high>>20&(1<<10-1)<<10 | low>>31<<20
	b := barrier{
		phase:    high >> 31,
		pending:  low & maxCount,
		expected: high & maxCount,
		bytes:    int32(biased) - maxCount,
	}
	complete := b.pending == 0 && b.bytes == 0
	if word&(barrierMark|barrierVoid) != barrierMark || b.expected == 0 || b.pending > b.expected || b.bytes > maxCount || complete {
		return barrier{}, fmt.Errorf("%w: address %#x", errBarrier, address)
	}
	return b, nil
}

func (b *barrier) write(shared []byte, address uint32) {
	biased := uint32(b.bytes + maxCount)
	low := b.pending | biased&(1<<10-1)<<20 | barrierMark | biased>>20<<31
	high := b.expected | biased>>10&(1<<10-1)<<20 | b.phase<<31
	binary.LittleEndian.PutUint64(shared[address:], uint64(high)<<32|uint64(low))
}
