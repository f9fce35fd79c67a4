package delta

import (
	"fmt"
	"slices"
	"testing"

	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

// newCheckpointed is a log of seven entries with checkpoints after every third.
func newCheckpointed(t *testing.T) *Log {
	t.Helper()
	l := New(files.On(filestest.NewDisk()), "t")
	if err := l.Create("{}", map[string]string{intervalKey: "3"}, CommitInfo{}); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		actions := []Action{AddPart(Part{Path: fmt.Sprintf("part %d", i), Rows: int64(i), Bytes: 100, SHA256: "ab"})}
		if i%4 == 3 {
			actions = append(actions, RemovePart(Part{Path: fmt.Sprintf("part %d", i-1)}, CommitInfo{}.Begin().Time))
		}
		if err := l.Commit(l.Version()+1, actions, CommitInfo{App: fmt.Sprintf("shard-%d", i%2)}.Begin()); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// TestDamagedCheckpointBytes flips every byte of a checkpoint and cuts it at every
// byte: it must say the same as before or be refused.
func TestDamagedCheckpointBytes(t *testing.T) {
	l := newCheckpointed(t)
	whole, err := l.files.Get(l.CheckpointName(5), maxEntry)
	if err != nil {
		t.Fatal(err)
	}
	want, err := decodeCheckpoint(whole)
	if err != nil || want.parts.len() != 4 || len(want.apps) != 2 {
		t.Fatalf("%d parts, %d applications, %v; want 4 and 2", want.parts.len(), len(want.apps), err)
	}
	unnoticed := 0
	for i := range whole {
		flipped := slices.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		if s, err := decodeCheckpoint(flipped); err == nil {
			if unnoticed++; want.differs(s) != "" {
				t.Fatalf("byte %d flipped: its %s differ", i, want.differs(s))
			}
		}
		if _, err := decodeCheckpoint(whole[:i]); err == nil {
			t.Fatalf("cut to %d bytes: no error", i)
		}
	}
	t.Logf("%d of %d flipped bytes do not matter", unnoticed, len(whole))
}
