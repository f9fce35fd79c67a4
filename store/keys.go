package store

import (
	"encoding/hex"
	"sync"

	"cutpoint/schemas"
)

// KeySet is the set of pages in a table, and in which part each lies. A document
// id of 64 hexadecimal digits takes 32 bytes. It is safe for concurrent use: it
// grows while a run appends.
type KeySet struct {
	mu    sync.RWMutex
	pages map[packedKey]int32       // → index in parts
	other map[schemas.PageKey]int32 // ids that are no hash
	parts []string                  // part names
}

type packedKey struct {
	id   [32]byte
	page int32
}

func newKeySet() *KeySet {
	return &KeySet{pages: map[packedKey]int32{}, other: map[schemas.PageKey]int32{}}
}

func pack(k schemas.PageKey) (packedKey, bool) {
	p := packedKey{page: k.Page}
	if len(k.DocumentID) != 64 {
		return p, false
	}
	// Only lower-case digits are packed: they are what Unpack would give back.
	for i := range 64 {
		if c := k.DocumentID[i]; c >= 'A' && c <= 'F' {
			return p, false
		}
	}
	_, err := hex.Decode(p.id[:], []byte(k.DocumentID))
	return p, err == nil
}

// Has reports whether the page is in the table.
func (s *KeySet) Has(k schemas.PageKey) bool { _, ok := s.part(k); return ok }

// Len returns the number of pages.
func (s *KeySet) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.pages) + len(s.other)
}

// part returns the name of the part that holds the page.
func (s *KeySet) part(k schemas.PageKey) (string, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i, ok := int32(0), false
	if p, packs := pack(k); packs {
		i, ok = s.pages[p]
	} else {
		i, ok = s.other[k]
	}
	if !ok {
		return "", false
	}
	return s.parts[i], true
}

// addPart enters a part's keys and returns those that were there already.
func (s *KeySet) addPart(name string, keys []schemas.PageKey) (twice []schemas.PageKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	index := int32(len(s.parts))
	s.parts = append(s.parts, name)
	for _, k := range keys {
		before := len(s.pages) + len(s.other)
		if p, packs := pack(k); packs {
			s.pages[p] = index
		} else {
			s.other[k] = index
		}
		if len(s.pages)+len(s.other) == before {
			twice = append(twice, k)
		}
	}
	return twice
}
