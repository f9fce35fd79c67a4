package pickle

import "math/big"

// What a pickle holds is nil, bool, int64, *big.Int, float64, string, Bytes,
// Tuple, *List, *Dict, Global, *Call or Persistent. One value may occur in
// several places, and may contain itself.
type (
	// Bytes is a bytes object.
	Bytes []byte
	// Tuple is a tuple.
	Tuple []any
	// List is a list, or a set.
	List struct{ Items []any }
	// Global is a name that the pickle imports: a class or a function.
	Global struct{ Module, Name string }
	// Persistent is an object that lies outside of the pickle, by its identifier.
	Persistent struct{ ID any }
	// Call is an object that Python would make by calling Func with Args.
	Call struct {
		Func Global
		Args Tuple
	}
)

// Dict is a dictionary in the order of its insertions. Keys are not compared, so
// a key that was set twice occurs twice.
type Dict struct{ Keys, Values []any }

// String returns the name as Python writes it.
func (g Global) String() string { return g.Module + "." + g.Name }

// Get returns the value of a string key, the last that was set, or nil.
func (d *Dict) Get(key string) any {
	for i := len(d.Keys) - 1; i >= 0; i-- {
		if k, ok := d.Keys[i].(string); ok && k == key {
			return d.Values[i]
		}
	}
	return nil
}

func (d *Dict) set(key, value any) {
	d.Keys = append(d.Keys, key)
	d.Values = append(d.Values, value)
}

// long reads an integer in little-endian two's complement of any length.
func long(b []byte) any {
	if len(b) == 0 {
		return int64(0)
	}
	big1 := make([]byte, len(b))
	for i, x := range b {
		big1[len(b)-1-i] = x
	}
	n := new(big.Int).SetBytes(big1)
	if b[len(b)-1]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}
