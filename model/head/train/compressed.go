package train

import (
	"math"

	"cutpoint/model/cpu/kernel"
	"cutpoint/model/head"
	"cutpoint/model/internal/parallel"
)

// compressed is a view's rows without their zeros, in blocks of features. Every
// pass over the data works through it: after ReLU and max-pool 60 to 95 % of the
// values are zero. Nothing is standardised: that would fill the zeros in.
type compressed struct {
	n, dim int
	blocks []span           // of features
	parts  []*kernel.Sparse // (n, block) one for each block
	kernel kernel.Float32
	length []float64 // (n) factor of each row, 1/‖x‖; nil for 1
}

// blockWidth divides the features so that cores share the work and a block's
// part of the weights stays in the second-level cache. It depends on the number
// of features alone, and so do the sums.
func blockWidth(dim int) int {
	const least, most = 64, 2048
	return min(max(dim/8, least), most)
}

// compress reads the view and leaves its zeros out.
func compress(x head.Matrix, normalize bool) (*compressed, error) {
	k, err := kernel.Select("")
	if err != nil {
		return nil, err
	}
	c := &compressed{n: x.Len(), dim: x.Dim, blocks: spans(x.Dim, blockWidth(x.Dim)), kernel: k}
	c.parts = make([]*kernel.Sparse, len(c.blocks))
	parallel.For(len(c.blocks), func(b int) {
		s := c.blocks[b]
		c.parts[b] = kernel.NewSparse(c.n, s.len(), func(i int) []float32 { return x.Row(i)[s.lo:s.hi] })
	})
	if normalize {
		c.length = make([]float64, c.n)
		parallel.For(c.n, func(i int) { c.length[i] = head.InverseLength(x.Row(i)) })
	}
	return c, nil
}

// nonZero returns the number of values that are not zero.
func (c *compressed) nonZero() int {
	n := 0
	for _, p := range c.parts {
		n += p.Len()
	}
	return n
}

// factor returns what row i is multiplied by.
func (c *compressed) factor(i int) float64 {
	if c.length == nil {
		return 1
	}
	return c.length[i]
}

// moments returns every feature's mean and standard deviation (divisor N) over
// some rows, (D) each.
func (c *compressed) moments(rows []int) (mean, sd []float64) {
	mean, sd = make([]float64, c.dim), make([]float64, c.dim)
	n := float64(len(rows))
	parallel.For(len(c.blocks), func(b int) {
		s := c.blocks[b]
		mean, sd := mean[s.lo:s.hi], sd[s.lo:s.hi]
		count := make([]int, s.len())
		for _, r := range rows {
			index, value := c.parts[b].Row(r)
			f := c.factor(r)
			for i, j := range index {
				mean[j] += float64(value[i]) * f
			}
		}
		for j := range mean {
			mean[j] /= n
		}
		for _, r := range rows {
			index, value := c.parts[b].Row(r)
			f := c.factor(r)
			for i, j := range index {
				d := float64(value[i])*f - mean[j]
				sd[j] += d * d
				count[j]++
			}
		}
		for j := range sd { // the zeros deviate by the mean
			sd[j] = math.Sqrt((sd[j] + float64(len(rows)-count[j])*mean[j]*mean[j]) / n)
		}
	})
	return mean, sd
}
