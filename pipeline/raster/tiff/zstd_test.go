package tiff

import (
	"bytes"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestLowerWindow: a small segment of a high level needs no more memory than others.
func TestLowerWindow(t *testing.T) {
	want := make([]byte, 300_000)
	for i := range want {
		want[i] = byte(i * i >> 7)
	}
	for _, window := range []int{1 << 17, 8 << 20, 128 << 20} {
		var frame bytes.Buffer
		w, err := zstd.NewWriter(&frame, zstd.WithWindowSize(window))
		if err != nil {
			t.Fatal(err)
		}
		w.Write(want[:1000])
		w.Flush() // so that it does not know the size
		w.Write(want[1000:])
		w.Close()
		var h zstd.Header
		if err := h.Decode(frame.Bytes()); err != nil || h.WindowSize != uint64(window) {
			t.Fatalf("the window is %d, error %v", h.WindowSize, err)
		}
		r, err := zstd.NewReader(lowerWindow(frame.Bytes(), 2*len(want)), zstd.WithDecoderMaxWindow(maxZstdWindow))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Errorf("window %d: %d bytes, error %v", window, len(got), err)
		}
		r.Close()
	}
}
