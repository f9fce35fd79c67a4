package resample

import "testing"

// TestNeeds: what is asked for depends on the pixels that its windows have, and on no
// others, and all their weights are within the table.
func TestNeeds(t *testing.T) {
	for _, f := range Filters()[1:] {
		for _, a := range []axis{
			{in: 100, out: 7, from: 2, to: 5}, {in: 7, out: 100, from: 30, to: 31}, {in: 50, out: 49, to: 49}, {in: 9, out: 3, from: 1, to: 2},
		} {
			scale, reach, _ := a.scale(f)
			first, last := a.in, 0
			for i := a.from; i < a.to; i++ {
				_, from, to := a.window(i, scale, reach)
				first, last = min(first, from), max(last, to)
			}
			if from, to := a.needs(f); from != first || to != last {
				t.Errorf("%s of %+v needs pixels %d to %d, want %d to %d", f, a, from, to, first, last)
			}
		}
	}
}

// TestTaps: windows are filled up to what the kernel takes at once, or it is never used.
func TestTaps(t *testing.T) {
	for _, c := range []struct {
		in, out, want int
	}{
		{100, 50, 8}, // windows of 5
		{100, 10, 24},
		{80, 20, 8}, // windows of 8
		{16, 3, 16}, // windows of 10
		{12, 2, 9},  // 16 would be more than there are
	} {
		got := newTable(axis{in: c.in, out: c.out, to: c.out}, Bilinear, 8, c.in)
		if got.taps != c.want || len(got.weight) != c.out*c.want {
			t.Errorf("%d pixels to %d: %d taps and %d weights, want %d and %d", c.in, c.out, got.taps, len(got.weight), c.want, c.out*c.want)
		}
	}
}

func TestParseFilter(t *testing.T) {
	for _, f := range Filters() {
		if got, err := ParseFilter(string(f)); got != f || err != nil {
			t.Errorf("ParseFilter(%q) = %q, %v", f, got, err)
		}
	}
	if got, err := ParseFilter("sharp"); err == nil {
		t.Errorf("ParseFilter(sharp) = %q, want an error", got)
	}
}
