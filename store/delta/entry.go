package delta

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"cutpoint/schemas"
	"cutpoint/store/files"
)

// Versions of the Delta protocol that this package reads and writes.
const (
	readerVersion = 1
	writerVersion = 2
)

// engine is commitInfo.engineInfo of entries written here.
const engine = "cutpoint"

// parseEntry reads the actions of one log entry: JSON objects, one a line.
func parseEntry(b []byte) ([]Action, error) {
	var actions []Action
	for i, line := range bytes.Split(b, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var a Action
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, fmt.Errorf("%w: line %d is no action (%v)", files.ErrDamaged, i+1, err)
		}
		actions = append(actions, a)
	}
	return actions, checkWhole(b, actions)
}

// checkWhole refuses an entry that lost bytes. One written here ends in a
// commitInfo with the SHA-256 of all that stands before the digits. Other
// writers have no such sum, but all of them write a commitInfo.
func checkWhole(b []byte, actions []Action) error {
	if head, sum, ok := splitChecksum(b); ok {
		if got := sha256.Sum256(head); hex.EncodeToString(got[:]) != sum {
			return fmt.Errorf("%w: its checksum does not match", files.ErrDamaged)
		}
		return nil
	}
	for _, a := range actions {
		if a.CommitInfo == nil {
			continue
		}
		var info struct {
			Engine any `json:"engineInfo"`
		}
		if err := json.Unmarshal(a.CommitInfo, &info); err != nil {
			return fmt.Errorf("%w: its commitInfo is no object", files.ErrDamaged)
		}
		if by, _ := info.Engine.(string); strings.HasPrefix(by, engine) {
			return fmt.Errorf("%w: its checksum is missing", files.ErrDamaged)
		}
		return nil
	}
	return fmt.Errorf("%w: it is cut short (no commitInfo)", files.ErrDamaged)
}

const (
	checksumKey = `"` + schemas.TagSHA256 + `":"`
	checksumEnd = `"}}` + "\n"
)

// splitChecksum returns what comes before the digits of the checksum, and them.
func splitChecksum(b []byte) (head []byte, sum string, ok bool) {
	at := len(b) - len(checksumEnd) - 2*sha256.Size
	if at < 0 || !bytes.HasSuffix(b, []byte(checksumEnd)) || !bytes.HasSuffix(b[:at], []byte(checksumKey)) {
		return nil, "", false
	}
	return b[:at], string(b[at : at+2*sha256.Size]), true
}

// checkVersion refuses an entry written here that stands under another's name: a
// copy would bring back what was removed since.
func checkVersion(actions []Action, version int64) error {
	for _, a := range actions {
		var info struct {
			Version any `json:"cutpoint.version"` // another writer may mean something else by it
		}
		if a.CommitInfo == nil || json.Unmarshal(a.CommitInfo, &info) != nil {
			continue
		}
		if v, ok := info.Version.(float64); ok && v != float64(version) {
			return fmt.Errorf("%w: it is a copy of entry %.0f", files.ErrDamaged, v)
		}
	}
	return nil
}

// formatEntry writes actions and then info as log entry number version, with its
// checksum.
func formatEntry(version int64, actions []Action, info CommitInfo) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, a := range actions {
		if err := enc.Encode(a); err != nil {
			return nil, fmt.Errorf("encode log entry: %w", err)
		}
	}
	last, err := json.Marshal(info.fields(version, actions))
	if err != nil {
		return nil, fmt.Errorf("encode log entry: %w", err)
	}
	fmt.Fprintf(&out, `{"commitInfo":%s,%s`, bytes.TrimSuffix(last, []byte("}")), checksumKey)
	sum := sha256.Sum256(out.Bytes())
	out.WriteString(hex.EncodeToString(sum[:]))
	out.WriteString(checksumEnd)
	return out.Bytes(), nil
}
