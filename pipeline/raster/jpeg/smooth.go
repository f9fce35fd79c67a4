package jpeg

// estimated is how many coefficients, in zigzag order with DC, libjpeg-turbo estimates
// where a progressive file has not brought them in full.
const estimated = 10

// precision is what scans have brought of a component's first coefficients: of each how
// many low bits are missing, -1 if all are.
type precision [estimated]int

// progress notes what a scan is about to bring (jdphuff.c, start_pass_phuff_decoder).
func (d *decoder) progress(s scan) {
	for _, c := range s.components {
		if d.scans == 0 {
			c.before = precision{}
		} else {
			from := min(s.start, 1)
			copy(c.before[from:], c.now[from:])
		}
		for k := s.start; k <= min(s.end, estimated-1); k++ {
			c.now[k] = s.low
		}
	}
	d.scans++
}

// smooths reports whether blocks are to be smoothed: where the file is progressive, DC is
// known at least in part, and some other coefficient is not (jdcoefct.c, smoothing_ok).
func (d *decoder) smooths() bool {
	if !d.progressive {
		return false
	}
	useful := false
	for i := range d.components {
		c := &d.components[i]
		for k := range estimated {
			if c.quant[natural[k]] == 0 {
				return false
			}
			useful = useful || k > 0 && c.now[k] != 0
		}
		if c.now[0] < 0 {
			return false
		}
		if d.scans < 2 {
			c.before = absent
		}
	}
	return useful
}

var absent = precision{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1}

// window has the DC coefficients around a block: 2 rows and 2 columns on each side.
type window [5][5]int

// estimates are made of windows: the sum of DC coefficients by their weights, divided by
// 256, has the scale of a coefficient. In zigzag order from the second coefficient.
type weights [5][5]int

// fromNeighbours holds where some AC coefficients are known (jdcoefct.c,
// decompress_smooth_data).
var fromNeighbours = [estimated]*weights{
	1: {2: {-7, 50, 0, -50, 7}},
	2: {{2: -7}, {2: 50}, {}, {2: -50}, {2: 7}},
	3: {{2: -1}, {2: 13}, {2: -24}, {2: 13}, {2: -1}},
	4: {{1: -1, 3: 1}, {-1, 10, 0, -10, 1}, {}, {1, -10, 0, 10, -1}, {1: 1, 3: -1}},
	5: {2: {-1, 13, -24, 13, -1}},
}

// fromAll holds where nothing but DC is known, which is smoothed then, too.
var fromAll = [estimated]*weights{
	0: {{-2, -6, -8, -6, -2}, {-6, 6, 42, 6, -6}, {-8, 42, 152, 42, -8}, {-6, 6, 42, 6, -6}, {-2, -6, -8, -6, -2}},
	1: {{-1, -1, 0, 1, 1}, {-3, 13, 0, -13, 3}, {-3, 38, 0, -38, 3}, {-3, 13, 0, -13, 3}, {-1, -1, 0, 1, 1}},
	2: {{-1, -3, -3, -3, -1}, {-1, 13, 38, 13, -1}, {}, {1, -13, -38, -13, 1}, {1, 3, 3, 3, 1}},
	3: {{2: 1}, {1: 2, 2: 7, 3: 2}, {1: -5, 2: -14, 3: -5}, {1: 2, 2: 7, 3: 2}, {2: 1}},
	4: {{-1, 0, 0, 0, 1}, {1: 9, 3: -9}, {}, {1: -9, 3: 9}, {1, 0, 0, 0, -1}},
	5: {{}, {1: 2, 2: -5, 3: 2}, {1, 7, -14, 7, 1}, {1: 2, 2: -5, 3: 2}, {}},
	6: {{}, {1: 1, 3: -1}, {1: 2, 3: -2}, {1: 1, 3: -1}, {}},
	7: {{}, {1: 1, 2: -3, 3: 1}, {}, {1: -1, 2: 3, 3: -1}, {}},
	8: {{}, {1: 1, 3: -1}, {1: -3, 3: 3}, {1: 1, 3: -1}, {}},
	9: {{}, {1: 1, 2: 2, 3: 1}, {}, {1: -1, 2: -2, 3: -1}, {}},
}

// smoothRow makes the samples of the by-th row of blocks of row y of MCUs.
func (d *decoder) smoothRow(c *component, y, by int) {
	known := c.now
	if y > d.lastGood { // of a scan that broke off
		known = c.before
	}
	kernels := &fromNeighbours
	if nothingBut(known) {
		kernels = &fromAll
	}
	rows := d.neighbours(c, y, by)
	for x := range c.blocksX {
		b := rows[2][x]
		c.estimate(&b.coef, windowAt(rows, x, c.blocksX-1), known, kernels)
		c.transform(x, by, &b.coef, max(b.last(), estimated-1))
	}
}

func nothingBut(known precision) bool {
	for _, missing := range known[1:] {
		if missing != -1 {
			return false
		}
	}
	return true
}

// neighbours returns five rows of blocks, the middle one the by-th of row y of MCUs. At
// the edges rows are repeated, and where the last row of MCUs is not full, what counts as
// an edge is libjpeg's.
func (d *decoder) neighbours(c *component, y, by int) (rows [5][]block) {
	height := c.v
	if rest := c.blocksY % c.v; y == d.mcusY-1 && rest != 0 {
		height = rest
	}
	at, end := y*height+by, height*d.mcusY
	row := func(n int) []block { return c.blocks[(y*c.v+by+n)*c.strideX:][:c.strideX] }
	rows = [5][]block{2: row(0)}
	rows[1], rows[3] = rows[2], rows[2]
	if at > 0 {
		rows[1] = row(-1)
	}
	if at < end-1 {
		rows[3] = row(1)
	}
	rows[0], rows[4] = rows[1], rows[3]
	if at > 1 {
		rows[0] = row(-2)
	}
	if at < end-2 {
		rows[4] = row(2)
	}
	return rows
}

func windowAt(rows [5][]block, x, last int) (w window) {
	for i, row := range rows {
		for j := range w[i] {
			w[i][j] = int(row[min(max(x+j-2, 0), last)].coef[0])
		}
	}
	return w
}

// estimate fills in the coefficients that are zero and not known to be, and with fromAll
// DC.
func (c *component) estimate(coef *[64]int16, w window, known precision, kernels *[estimated]*weights) {
	for k := estimated - 1; k >= 0; k-- {
		at := natural[k]
		if kernels[k] == nil || k > 0 && (known[k] == 0 || coef[at] != 0) {
			continue
		}
		sum := 0
		for i, row := range kernels[k] {
			for j, weight := range row {
				sum += weight * w[i][j]
			}
		}
		most := 1 << 30 // an estimate of what later scans bring has no more bits than they
		if k > 0 && known[k] > 0 {
			most = 1<<known[k] - 1
		}
		num, q := int(c.quant[0])*sum, int(c.quant[at])
		if num < 0 {
			coef[at] = int16(-min((q<<7-num)/(q<<8), most))
		} else {
			coef[at] = int16(min((q<<7+num)/(q<<8), most))
		}
	}
}
