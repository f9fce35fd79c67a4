package compare

import (
	"cmp"
	"math"
)

// million is the number of pages that costs are given for.
const million = 1_000_000

// price sets what follows from the rate of the trunk and the measured time of
// the head.
func (e *Entry) price(rate Rate) {
	c := &e.Costs
	c.MillionBytes = million * c.size()
	if rate.FLOPsPerSecond <= 0 {
		return
	}
	seconds := float64(c.TrunkFLOPs)/rate.FLOPsPerSecond + e.PredictMicros.Mean/1e6
	c.PagesPerSecond = 1 / seconds
	c.MillionHours = million * seconds / 3600
}

// size is what a page takes on disk, as far as that is known.
func (c Costs) size() int64 { return cmp.Or(c.StoredBytesPage, c.BytesAPage) }

// storedBytesPage is the table's size divided by its pages, rounded up.
func (t *table) storedBytesPage() int64 {
	if t.pages == 0 {
		return 0
	}
	return int64(math.Ceil(float64(t.stored) / float64(t.pages)))
}
