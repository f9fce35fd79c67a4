package cudatest

// These make builders of scalar instructions out of functions of a lane.

// one32 is d = f(a) in registers of 16 or 32 bits.
func one32(class class, f func(uint32) uint32) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(class, class)
		if err != nil {
			return nil, err
		}
		d, a := r[0], r[1]
		return func(w *warp, m uint32) { each1(&w.narrow[d], &w.narrow[a], m, f) }, nil
	}
}

// two32 is d = f(a, b) in registers of 16 or 32 bits.
func two32(class class, f func(a, b uint32) uint32) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(class, class, class)
		if err != nil {
			return nil, err
		}
		d, a, b := r[0], r[1], r[2]
		return func(w *warp, m uint32) { each2(&w.narrow[d], &w.narrow[a], &w.narrow[b], m, f) }, nil
	}
}

// shift32 is two32 whose second operand is always of 32 bits.
func shift32(class class, f func(a, n uint32) uint32) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(class, class, single)
		if err != nil {
			return nil, err
		}
		d, a, b := r[0], r[1], r[2]
		return func(w *warp, m uint32) { each2(&w.narrow[d], &w.narrow[a], &w.narrow[b], m, f) }, nil
	}
}

// three32 is d = f(a, b, c) in registers of 16 or 32 bits.
func three32(class class, f func(a, b, c uint32) uint32) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(class, class, class, class)
		if err != nil {
			return nil, err
		}
		d, a, b, e := r[0], r[1], r[2], r[3]
		return func(w *warp, m uint32) {
			each3(&w.narrow[d], &w.narrow[a], &w.narrow[b], &w.narrow[e], m, f)
		}, nil
	}
}

// one64 is d = f(a) in registers of 64 bits.
func one64(f func(uint64) uint64) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(double, double)
		if err != nil {
			return nil, err
		}
		d, a := r[0], r[1]
		return func(w *warp, m uint32) { each1(&w.wide[d], &w.wide[a], m, f) }, nil
	}
}

// two64 is d = f(a, b) in registers of 64 bits.
func two64(f func(a, b uint64) uint64) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(double, double, double)
		if err != nil {
			return nil, err
		}
		d, a, b := r[0], r[1], r[2]
		return func(w *warp, m uint32) { each2(&w.wide[d], &w.wide[a], &w.wide[b], m, f) }, nil
	}
}

// shift64 is d = f(a, n), n of 32 bits.
func shift64(f func(a uint64, n uint32) uint64) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(double, double, single)
		if err != nil {
			return nil, err
		}
		d, a, b := r[0], r[1], r[2]
		return func(w *warp, m uint32) { each2(&w.wide[d], &w.wide[a], &w.narrow[b], m, f) }, nil
	}
}

// three64 is d = f(a, b, c) in registers of 64 bits.
func three64(f func(a, b, c uint64) uint64) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(double, double, double, double)
		if err != nil {
			return nil, err
		}
		d, a, b, e := r[0], r[1], r[2], r[3]
		return func(w *warp, m uint32) {
			each3(&w.wide[d], &w.wide[a], &w.wide[b], &w.wide[e], m, f)
		}, nil
	}
}

// widening is d = f(a, b), d of 64 bits, a and b of 32.
func widening(f func(a, b uint32) uint64) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(double, single, single)
		if err != nil {
			return nil, err
		}
		d, a, b := r[0], r[1], r[2]
		return func(w *warp, m uint32) { each2(&w.wide[d], &w.narrow[a], &w.narrow[b], m, f) }, nil
	}
}

// wideningAdd is d = f(a, b) + c, d and c of 64 bits, a and b of 32.
func wideningAdd(f func(a, b uint32) uint64) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(double, single, single, double)
		if err != nil {
			return nil, err
		}
		d, a, b, e := r[0], r[1], r[2], r[3]
		sum := func(x, y uint32, z uint64) uint64 { return f(x, y) + z }
		return func(w *warp, m uint32) {
			each3(&w.wide[d], &w.narrow[a], &w.narrow[b], &w.wide[e], m, sum)
		}, nil
	}
}

// narrowing is d = f(a), d of 32 bits, a of 64.
func narrowing(f func(a uint64) uint32) builder {
	return func(c *compiler) (operation, error) {
		r, err := c.registers(single, double)
		if err != nil {
			return nil, err
		}
		d, a := r[0], r[1]
		return func(w *warp, m uint32) { each1(&w.narrow[d], &w.wide[a], m, f) }, nil
	}
}

// registers compiles a result and its sources.
func (c *compiler) registers(classes ...class) ([]int, error) {
	if err := c.count(len(classes)); err != nil {
		return nil, err
	}
	out := make([]int, len(classes))
	for i, class := range classes {
		compile := c.source
		if i == 0 {
			compile = c.destination
		}
		var err error
		if out[i], err = compile(c.s.args[i], class); err != nil {
			return nil, err
		}
	}
	return out, nil
}
