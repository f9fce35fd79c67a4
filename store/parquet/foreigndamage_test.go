package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"

	"cutpoint/schemas"
)

// TestForeignBitFlips flips every bit of a file that parquet-go reads for us: what it
// makes of that is an error, and never a panic, which would end the program.
func TestForeignBitFlips(t *testing.T) {
	type key struct {
		ID   string `parquet:"document_id,dict"`
		Page int32  `parquet:"page"`
	}
	whole := encodeRows(t, []key{{"a", 1}, {"b", 2}, {"a", 3}})
	for i := range 8 * len(whole) {
		file := slices.Clone(whole)
		file[i/8] ^= 1 << (i % 8)
		if _, err := scan[schemas.PageKey](&File{}, file); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
			t.Errorf("scan with bit %d of byte %d flipped: error %v, want damaged or unsupported", i%8, i/8, err)
		}
	}
}

// TestOverlappingColumns: row groups that name the same bytes again would multiply the
// memory that a small file takes.
func TestOverlappingColumns(t *testing.T) {
	whole := encodeRows(t, []schemas.PageKey{{DocumentID: "a", Page: 1}})
	f, err := openFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	m := f.Metadata()
	m.RowGroups = append(m.RowGroups, m.RowGroups...)
	m.NumRows *= 2
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), m)
	if err != nil {
		t.Fatal(err)
	}
	end := len(whole) - footerTail - int(binary.LittleEndian.Uint32(whole[len(whole)-footerTail:]))
	file := append(slices.Clone(whole[:end]), footer...)
	file = append(binary.LittleEndian.AppendUint32(file, uint32(len(footer))), "PAR1"...)
	if _, err := Open(bytes.NewReader(file), int64(len(file))); !errors.Is(err, ErrDamaged) {
		t.Errorf("open a file whose row groups share their bytes: error %v, want damaged", err)
	}
}

// TestNoChecksum: a checksum of 0 is none, as parquet-go has it.
func TestNoChecksum(t *testing.T) {
	// Fields 1 to 5 of a page header in Thrift's compact protocol: kind, two sizes of 5
	// bytes, the checksum, and a data page header of one plain value.
	header := func(crc byte) []byte {
		return []byte{0x15, 0, 0x15, 10, 0x15, 10, 0x15, 2 * crc, 0x1c, 0x15, 2, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0}
	}
	for _, crc := range []byte{0, 1} {
		p, _, ok := parsePageHeader(header(crc))
		if !ok || p.hasCRC != (crc != 0) || p.crc != uint32(crc) {
			t.Errorf("header with checksum %d: parsed %t, has a checksum %t, %d", crc, ok, p.hasCRC, p.crc)
		}
	}
}
