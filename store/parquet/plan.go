package parquet

import "cutpoint/schemas"

const (
	// pageBytes is about what a page's values take before compression. A row
	// is never split, so that one that takes more has a page of its own.
	pageBytes = 1 << 20
	// groupBytes bounds a row group before compression, and so what a reader
	// must hold at once.
	groupBytes = 64 << 20
	// RowBytes is what a row takes besides its vector, generously.
	RowBytes = 512
	// MaxDim is the longest vector: a page counts its bytes in 31 bits.
	MaxDim = 1 << 28
)

// RowsPerGroup is how many rows with vectors of dim values a row group takes.
func RowsPerGroup(dim int) int { return max(1, groupBytes/(4*dim+RowBytes)) }

// RowsPerPage is how many rows' vectors of dim values a page takes.
func RowsPerPage(dim int) int { return max(1, pageBytes/(4*max(1, dim))) }

// pagePlan says where a page's rows come from and where it goes.
type pagePlan struct {
	group, column int // column len(columns) is the vectors
	from, to      int // rows
	first         bool
}

// planPages lays the rows out: row groups, in each its columns, in each its pages.
func planPages(rows []schemas.Feature, dim int, columns []column) (plan []pagePlan, groups [][2]int) {
	for from := 0; from < len(rows); {
		to := min(from+RowsPerGroup(dim), len(rows))
		g := len(groups)
		groups = append(groups, [2]int{from, to})
		for c := range columns {
			plan = planColumn(plan, rows, pagePlan{group: g, column: c, from: from, to: to}, &columns[c])
		}
		for r := from; r < to; r += RowsPerPage(dim) {
			plan = append(plan, pagePlan{g, len(columns), r, min(r+RowsPerPage(dim), to), r == from})
		}
		from = to
	}
	return plan, groups
}

// planColumn cuts the rows of a chunk of a small column by their bytes.
func planColumn(plan []pagePlan, rows []schemas.Feature, chunk pagePlan, c *column) []pagePlan {
	page := chunk
	page.first = true
	size := 0
	for r := chunk.from; r < chunk.to; r++ {
		n := c.size(&rows[r])
		if size+n > pageBytes && r > page.from {
			page.to = r
			plan = append(plan, page)
			page.from, page.first, size = r, false, 0
		}
		size += n
	}
	page.to = chunk.to
	return append(plan, page)
}
