package quantity

import (
	"math"
	"testing"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Points(0.8434), "84.3"}, {Percent(1), "100.0 %"}, {Fixed(-0.5, 1), "-0.5"}, {Fixed(math.NaN(), 1), Unknown}, {Short(math.Inf(1)), Unknown},
		{P(0.0004), "<0.001"}, {P(0.25), "0.250"}, {P(math.NaN()), Unknown},
		{GFLOP(39_284_000_000), "39.3"},
		{Bytes(0), "0 B"}, {Bytes(999), "999 B"}, {Bytes(1000), "1.0 kB"}, {Bytes(16384), "16.4 kB"}, {Bytes(999_949), "999.9 kB"}, {Bytes(999_960), "1.0 MB"},
		{Bytes(25e8), "2.5 GB"}, {Bytes(3e15), "3000.0 TB"},
		{Count(999), "999"}, {Count(1280), "1.3k"}, {Count(999_960), "1.0M"}, {Count(119_586_826), "119.6M"}, {Count(2_500_000_000), "2.5G"},
		{Short(0.00012), "0.0001"}, {Short(0.0123), "0.012"}, {Short(0.21), "0.21"}, {Short(0.996), "1.0"}, {Short(28.83), "28.8"}, {Short(99.94), "99.9"}, {Short(99.96), "100"}, {Short(2230.4), "2230"},
		{Grouped(1234567, "\u202f"), "1\u202f234\u202f567"}, {Grouped(-123, ","), "-123"}, {Grouped(-1234, ","), "-1,234"}, {Grouped(999, ","), "999"},
		{Classes(nil), ""}, {Classes(map[string]int{"corrupt": 3, "unsupported": 9, "too-slow": 3}), "9 unsupported, 3 corrupt, 3 too-slow"},
		{Plural(1, "page"), "1 page"}, {Plural(0, "page"), "0 pages"}, {Plural(2000, "page"), "2000 pages"},
	} {
		if c.got != c.want {
			t.Errorf("formatted %q, want %q", c.got, c.want)
		}
	}
}
