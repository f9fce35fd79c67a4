package tensor

import (
	"encoding/binary"
	"fmt"
)

// WGMMA is what one warp of a warpgroup, 0 to 3, does in
// wgmma.mma_async.sync.aligned.m64nNk16.f32.bf16.bf16 with both operands in shared memory,
// K-major, neither negated: rows 16·warp to 16·warp+15 of D (64, n) = A (64, 16) · B (16, n),
// and + D if accumulate (scale-d). Without, the sums start from +0 and d is not read. a and b
// are matrix descriptors. d has n/2 registers, as in "Matrix Fragments for
// wgmma.mma_async.m64nNk16": four for every 8 columns. After an error they are undefined.
func WGMMA(shared []byte, n int, a, b uint64, warp int, d []Warp, accumulate bool) error {
	return multiplyShared(bfloat, shared, n, a, b, warp, d, accumulate)
}

// WGMMAF16 is WGMMA of IEEE halves: ….f32.f16.f16.
func WGMMAF16(shared []byte, n int, a, b uint64, warp int, d []Warp, accumulate bool) error {
	return multiplyShared(half, shared, n, a, b, warp, d, accumulate)
}

func multiplyShared(f format, shared []byte, n int, a, b uint64, warp int, d []Warp, accumulate bool) error {
	if n <= 0 || n > 256 || n%8 != 0 || len(d) != n/2 || warp < 0 || warp > 3 {
		return fmt.Errorf("wgmma: n %d, %d registers, warp %d", n, len(d), warp)
	}
	left, err := decodeDescriptor(f, a)
	if err != nil {
		return fmt.Errorf("wgmma: A: %w", err)
	}
	right, err := decodeDescriptor(f, b)
	if err != nil {
		return fmt.Errorf("wgmma: B: %w", err)
	}
	var values rows
	if err := left.rows(&values, shared, 16*warp); err != nil {
		return fmt.Errorf("wgmma: A: %w", err)
	}
	if err := multiplyColumns(d, &values, &right, shared, accumulate); err != nil {
		return fmt.Errorf("wgmma: B: %w", err)
	}
	return nil
}

// multiplyColumns goes through B, 8 columns at a time. B's columns are rows in shared memory.
func multiplyColumns(d []Warp, a *rows, b *descriptor, shared []byte, accumulate bool) error {
	var zero [4]Warp
	var panel columns
	for i := range len(d) / 4 {
		if err := b.columns(&panel, shared, 8*i); err != nil {
			return err
		}
		sums := (*[4]Warp)(d[4*i:])
		if accumulate {
			product(sums, sums, a, &panel)
		} else {
			product(sums, &zero, a, &panel)
		}
	}
	return nil
}

// rows decodes 16 rows from first on.
func (m *descriptor) rows(dst *rows, shared []byte, first int) error {
	for i := range dst {
		low, high, err := m.row(shared, first+i)
		if err != nil {
			return err
		}
		row := &dst[i]
		for j := range 4 {
			row[2*j], row[2*j+1] = m.format.pair(at32(low, j))
			row[2*j+8], row[2*j+9] = m.format.pair(at32(high, j))
		}
	}
	return nil
}

// columns decodes 8 rows from first on as columns.
func (m *descriptor) columns(dst *columns, shared []byte, first int) error {
	for i := range 8 {
		low, high, err := m.row(shared, first+i)
		if err != nil {
			return err
		}
		half, column := &dst[i/4], i%4
		for j := range 4 {
			half[2*j][column], half[2*j+1][column] = m.format.pair(at32(low, j))
			half[2*j+8][column], half[2*j+9][column] = m.format.pair(at32(high, j))
		}
	}
	return nil
}

// at32 has values 2j and 2j+1 of a unit.
func at32(unit *[unitBytes]byte, j int) uint32 { return binary.LittleEndian.Uint32(unit[4*j:]) }
