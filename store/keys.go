package store

import (
	"encoding/hex"
	"maps"

	"cutpoint/schemas"
)

// KeySet is a set of page keys. It spends 40 bytes a key where the document id
// is a SHA-256; any other id is kept as it is.
type KeySet struct {
	hashed map[hashedKey]int32 // to the ordinal of the part that holds the key
	other  map[schemas.PageKey]int32
}

type hashedKey struct {
	id   [32]byte
	page int32
}

func newKeySet() *KeySet {
	return &KeySet{hashed: map[hashedKey]int32{}, other: map[schemas.PageKey]int32{}}
}

// Has reports whether the key is in the set.
func (s *KeySet) Has(k schemas.PageKey) bool {
	_, ok := s.part(k)
	return ok
}

// Len returns the number of keys.
func (s *KeySet) Len() int { return len(s.hashed) + len(s.other) }

func (s *KeySet) part(k schemas.PageKey) (ordinal int32, ok bool) {
	if h, isHash := hashKey(k); isHash {
		ordinal, ok = s.hashed[h]
	} else {
		ordinal, ok = s.other[k]
	}
	return ordinal, ok
}

func (s *KeySet) add(k schemas.PageKey, ordinal int32) {
	if h, ok := hashKey(k); ok {
		s.hashed[h] = ordinal
	} else {
		s.other[k] = ordinal
	}
}

// forget removes the keys of parts that are gone.
func (s *KeySet) forget(gone map[int32]bool) {
	maps.DeleteFunc(s.hashed, func(_ hashedKey, o int32) bool { return gone[o] })
	maps.DeleteFunc(s.other, func(_ schemas.PageKey, o int32) bool { return gone[o] })
}

func (s *KeySet) clone() *KeySet {
	return &KeySet{maps.Clone(s.hashed), maps.Clone(s.other)}
}

// hashKey packs a key whose id is a SHA-256 in lower-case hexadecimal. Upper
// case stays as it is: it is another id.
func hashKey(k schemas.PageKey) (h hashedKey, ok bool) {
	if len(k.DocumentID) != 2*len(h.id) {
		return h, false
	}
	for _, c := range []byte(k.DocumentID) {
		if c >= 'A' && c <= 'F' {
			return h, false
		}
	}
	if _, err := hex.Decode(h.id[:], []byte(k.DocumentID)); err != nil {
		return h, false
	}
	h.page = k.Page
	return h, true
}
