package raster

import (
	"errors"
	"os"
	"testing"
	"time"
)

// TestFormThatNeverEnds: the page's limit ends it, and the other pages say what they lack.
func TestFormThatNeverEnds(t *testing.T) {
	data, err := os.ReadFile("pdf/testdata/endless.pdf")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), data, Limits{PageTime: 500 * time.Millisecond}, Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var e *Error
	if _, err := d.Decode(t.Context(), 0); !errors.As(err, &e) || e.Class != TooSlow {
		t.Errorf("%v, want a page that is too slow", err)
	}
	for n := 1; n < d.Pages(); n++ {
		if p, err := d.Decode(t.Context(), n); err != nil || p.Warning != Incomplete {
			t.Errorf("page %d: %v, want a warning that it is incomplete", n, err)
		}
	}
}

// TestWholeFormHasNoWarning of a form that was drawn.
func TestWholeFormHasNoWarning(t *testing.T) {
	data, err := os.ReadFile("pdf/testdata/forms.pdf")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), data, Limits{}, Decoding{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if p, err := d.Decode(t.Context(), 0); err != nil || p.Warning != "" {
		t.Errorf("%v, or a warning", err)
	}
}
