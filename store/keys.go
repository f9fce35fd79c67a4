package store

import (
	"maps"

	"cutpoint/schemas"
)

// KeySet is a set of page keys. It spends 40 bytes a key, and no pointers, where
// the document id is a SHA-256; any other id is kept as it is. A set that Table.Keys
// returned does not change any more.
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

// grow makes room for keys at once if the set is empty.
func (s *KeySet) grow(read []partKeys) {
	if len(s.hashed) > 0 {
		return
	}
	n := 0
	for _, keys := range read {
		n += len(keys.hashed)
	}
	s.hashed = make(map[hashedKey]int32, n)
}

// forget removes the keys of parts that are gone.
func (s *KeySet) forget(gone map[int32]bool) {
	maps.DeleteFunc(s.hashed, func(_ hashedKey, o int32) bool { return gone[o] })
	maps.DeleteFunc(s.other, func(_ schemas.PageKey, o int32) bool { return gone[o] })
}

func (s *KeySet) clone() *KeySet {
	return &KeySet{maps.Clone(s.hashed), maps.Clone(s.other)}
}

// hashKey packs a key whose id is a SHA-256 in lower-case hexadecimal.
func hashKey(k schemas.PageKey) (h hashedKey, ok bool) {
	h.page = k.Page
	return h, parseSHA256(h.id[:], k.DocumentID)
}

// parseSHA256 decodes 64 lower-case hexadecimal digits. Upper case stays as it
// is: it is another id.
func parseSHA256[T string | []byte](id []byte, digits T) bool {
	if len(digits) != 2*len(id) {
		return false
	}
	for i := range id {
		high, low := nibble(digits[2*i]), nibble(digits[2*i+1])
		if high|low > 15 {
			return false
		}
		id[i] = high<<4 | low
	}
	return true
}

// nibble is the value of a lower-case hexadecimal digit, 255 of any other byte.
func nibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}
