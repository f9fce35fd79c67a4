package command

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseBytes reads a size such as 256MB, 1.5GiB or 4096.
func ParseBytes(text string) (int64, error) {
	for _, unit := range []struct {
		suffix string
		bytes  float64
	}{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"B", 1}, {"", 1},
	} {
		digits, ok := strings.CutSuffix(text, unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || !(n >= 1) || n*unit.bytes >= 1<<62 {
			break
		}
		return int64(n * unit.bytes), nil
	}
	return 0, fmt.Errorf("%q is no size; sizes are written like 256MB or 1GiB", text)
}
