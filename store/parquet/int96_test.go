package parquet

import (
	"bytes"
	"errors"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"cutpoint/schemas"
)

// int96Of is a time as Spark writes it.
func int96Of(t time.Time) deprecated.Int96 {
	micros := t.UnixMicro()
	day := micros / dayMicros
	if micros%dayMicros < 0 {
		day--
	}
	nanos := uint64(micros-day*dayMicros) * 1000
	return deprecated.Int96{uint32(nanos), uint32(nanos >> 32), uint32(day + julian1970)}
}

// timesRow has the times of a Failure as Spark writes them.
type timesRow struct {
	DocumentID string            `parquet:"document_id"`
	Modified   *deprecated.Int96 `parquet:"modified,optional"`
	FailedAt   deprecated.Int96  `parquet:"failed_at"`
}

// readFailures writes rows to a file and reads them as Failures.
func readFailures[R any](t *testing.T, rows []R) ([]schemas.Failure, error) {
	t.Helper()
	var b bytes.Buffer
	if err := pq.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	return scan[schemas.Failure](new(File), b.Bytes())
}

// TestTimesOfSpark reads INT96. Noon of the first day of 2000 begins Julian day
// 2451545, which is how the days are numbered (the epoch J2000 of astronomy).
func TestTimesOfSpark(t *testing.T) {
	noon := time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)
	if got := int96Of(noon); got[2] != 2451545 {
		t.Fatalf("noon of 2000-01-01 is in Julian day %d", got[2])
	}
	times := []time.Time{
		time.Unix(0, 0).UTC(), noon, time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(1900, 1, 1, 0, 0, 0, 1000, time.UTC), time.Date(2261, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2026, 11, 23, 18, 42, 8, 663_886_000, time.UTC),
	}
	var rows []timesRow
	for i, at := range times {
		earlier := int96Of(at)
		rows = append(rows, timesRow{string(rune('a' + i)), &earlier, int96Of(at)})
	}
	got, err := readFailures(t, rows)
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range times {
		if !got[i].FailedAt.Equal(at) || !got[i].Modified.Equal(at) || got[i].DocumentID != string(rune('a'+i)) {
			t.Errorf("%v reads as %v and %v of %q", at, got[i].FailedAt, got[i].Modified, got[i].DocumentID)
		}
	}
	for name, bad := range map[string]deprecated.Int96{
		"day 0": {0, 0, 0}, "day of year 10000": {0, 0, julianMax + 1}, "last day": {0, 0, 1<<32 - 1},
		"25 hours": {0, 25 * 60 * 60 * 1_000_000_000 >> 32, julian1970}, "most": {1<<32 - 1, 1<<32 - 1, julian1970},
	} {
		if _, err := readFailures(t, []timesRow{{"a", nil, bad}}); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: error %v, want %v", name, err, ErrDamaged)
		}
	}
}

// TestTimesInOtherUnits reads milliseconds and nanoseconds.
func TestTimesInOtherUnits(t *testing.T) {
	type row struct {
		DocumentID string    `parquet:"document_id"`
		Modified   time.Time `parquet:"modified,timestamp(millisecond)"`
		FailedAt   time.Time `parquet:"failed_at,timestamp(nanosecond)"`
	}
	at := time.Date(2026, 11, 23, 18, 42, 8, 663_000_000, time.UTC)
	got, err := readFailures(t, []row{{"a", at, at}})
	if err != nil {
		t.Fatal(err)
	}
	if !got[0].Modified.Equal(at) || !got[0].FailedAt.Equal(at) {
		t.Errorf("%v reads as %v and %v", at, got[0].Modified, got[0].FailedAt)
	}
}
