package delta_test

import (
	"errors"
	"fmt"
	"log"

	"cutpoint/store/delta"
	"cutpoint/store/files"
	"cutpoint/store/files/filestest"
)

type measurement struct {
	Station string  `parquet:"station"`
	Note    *string `parquet:"note,optional"`
	Wind    int32   `parquet:"wind"`
}

// Two writers add a part each. Both looked at version 0, so the second must look
// again.
func Example() {
	folder := files.On(filestest.NewDisk()) // or files.Open(dir)
	columns, err := delta.Schema[measurement]()
	if err != nil {
		log.Fatal(err)
	}
	one, other := delta.New(folder, "weather"), delta.New(folder, "weather")
	info := delta.CommitInfo{Operation: "WRITE"}
	for _, l := range []*delta.Log{one, other} {
		if err := l.Create(columns, nil, info); err != nil {
			log.Fatal(err)
		}
	}

	add := func(l *delta.Log, part delta.Part) error {
		return l.Commit(l.Version()+1, []delta.Action{delta.AddPart(part)}, info)
	}
	fmt.Println("one:", add(one, delta.Part{Path: "a.parquet", Rows: 3, Bytes: 900}))
	err = add(other, delta.Part{Path: "b.parquet", Rows: 5, Bytes: 950})
	fmt.Println("other:", err)
	if errors.Is(err, delta.ErrConflict) {
		if err := other.Refresh(); err != nil {
			log.Fatal(err)
		}
		fmt.Println("other again:", add(other, delta.Part{Path: "b.parquet", Rows: 5, Bytes: 950}))
	}

	now := other.Snapshot()
	fmt.Println("version", now.Version, "has", now.Rows, "rows")
	then, err := delta.At(folder, "weather", 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("version 1 had", then.Snapshot().Rows)

	// Output:
	// one: <nil>
	// other: another writer committed first
	// other again: <nil>
	// version 2 has 8 rows
	// version 1 had 3
}
