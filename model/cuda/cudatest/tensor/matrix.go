package tensor

import (
	"encoding/binary"
	"fmt"
)

// A matrix of ldmatrix and stmatrix has 8 rows of 8 values of 16 bits. Lanes 8i to 8i+7 give
// the addresses of matrix i's rows; the rows need not follow each other.
const rowBytes = 16

// LoadMatrix is ldmatrix.sync.aligned.m8n8.x1, .x2 or .x4, with or without .trans, .shared.b16
// ("Warp-level matrix load instruction: ldmatrix"). n is 1, 2 or 4 matrices; the other
// registers of dst stay as they are, and so do all of them after an error. Lanes from 8n on
// need no address. address may be one of dst.
func LoadMatrix(shared []byte, address *Warp, n int, transposed bool, dst *[4]Warp) error {
	where := *address
	if err := checkRows("ldmatrix", shared, &where, n); err != nil {
		return err
	}
	for i := range n {
		for lane := range 32 {
			low, high := fragment(lane, transposed)
			dst[i][lane] = uint32(load16(shared, &where, i, low)) | uint32(load16(shared, &where, i, high))<<16
		}
	}
	return nil
}

// StoreMatrix is stmatrix.sync.aligned.m8n8.x1, .x2 or .x4, with or without .trans, .shared.b16
// ("Warp-level matrix store instruction: stmatrix"), LoadMatrix's reverse. After an error
// nothing is stored.
func StoreMatrix(shared []byte, address *Warp, n int, transposed bool, src *[4]Warp) error {
	if err := checkRows("stmatrix", shared, address, n); err != nil {
		return err
	}
	for i := range n {
		for lane, value := range src[i] {
			low, high := fragment(lane, transposed)
			store16(shared, address, i, low, uint16(value))
			store16(shared, address, i, high, uint16(value>>16))
		}
	}
	return nil
}

// element is a position in a matrix.
type element struct{ row, column int }

// fragment has the positions of the two values that a lane holds, the lower half first: two
// neighbours of a row, or with .trans of a column.
func fragment(lane int, transposed bool) (low, high element) {
	line, at := lane/4, 2*(lane%4)
	if transposed {
		return element{at, line}, element{at + 1, line}
	}
	return element{line, at}, element{line, at + 1}
}

func load16(shared []byte, address *Warp, matrix int, e element) uint16 {
	return binary.LittleEndian.Uint16(shared[int(address[8*matrix+e.row])+2*e.column:])
}

func store16(shared []byte, address *Warp, matrix int, e element, value uint16) {
	binary.LittleEndian.PutUint16(shared[int(address[8*matrix+e.row])+2*e.column:], value)
}

// checkRows verifies that n is a number of matrices and that their rows are aligned and in
// shared memory.
func checkRows(instruction string, shared []byte, address *Warp, n int) error {
	if n != 1 && n != 2 && n != 4 {
		return fmt.Errorf("%s: .x%d matrices", instruction, n)
	}
	for lane, a := range address[:8*n] {
		if err := checkShared(shared, uint64(a), rowBytes, rowBytes); err != nil {
			return fmt.Errorf("%s: lane %d: %w", instruction, lane, err)
		}
	}
	return nil
}

// checkShared verifies that bytes from address on are in shared memory, and address a multiple
// of alignment.
func checkShared(shared []byte, address, bytes, alignment uint64) error {
	if address%alignment != 0 {
		return fmt.Errorf("shared address %#x is not aligned to %d bytes", address, alignment)
	}
	if size := uint64(len(shared)); address > size || bytes > size-address {
		return fmt.Errorf("%d bytes at shared address %#x are outside of the %#x bytes there are", bytes, address, size)
	}
	return nil
}
