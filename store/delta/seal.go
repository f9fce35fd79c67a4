package delta

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/parquet-go/parquet-go"

	"cutpoint/schemas"
	"cutpoint/store/files"
)

// A Parquet footer has no checksum of its own, so a checkpoint carries one: the
// footer's value of cutpoint.sha256 is the SHA-256, in hexadecimal, of the whole
// file with sixty-four zeros in place of that value.
const noSeal = "0000000000000000000000000000000000000000000000000000000000000000"

// seal puts the checksum into a file that was written with noSeal.
func seal(file []byte) ([]byte, error) {
	at := bytes.LastIndex(file, []byte(noSeal))
	if at < 0 {
		return nil, fmt.Errorf("seal checkpoint: its footer has no place for %s", schemas.TagSHA256)
	}
	sum := sha256.Sum256(file)
	hex.Encode(file[at:], sum[:])
	return file, nil
}

// checkSeal compares the checksum, if there is one.
func checkSeal(footer *parquet.File, file []byte) error {
	value, ok := footer.Lookup(schemas.TagSHA256)
	if !ok {
		return nil // of another tool
	}
	at := bytes.LastIndex(file, []byte(value))
	if at < 0 || len(value) != len(noSeal) {
		return fmt.Errorf("%w: its checksum is cut short", files.ErrDamaged)
	}
	sum := sha256.New()
	sum.Write(file[:at])
	sum.Write([]byte(noSeal))
	sum.Write(file[at+len(noSeal):])
	if hex.EncodeToString(sum.Sum(nil)) != value {
		return fmt.Errorf("%w: its checksum does not match", files.ErrDamaged)
	}
	return nil
}
