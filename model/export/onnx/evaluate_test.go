package onnx

import (
	"cmp"
	"math"
	"slices"
	"testing"
)

// evaluate computes a head's nodes as ONNX defines the operators
// (https://onnx.ai/onnx/operators/), in float64, for features (N, D).
func (d *decoded) evaluate(t testing.TB, features array) map[string]array {
	t.Helper()
	values := map[string]array{Features: features}
	for name, a := range d.initializers {
		values[name] = a
	}
	for _, o := range d.nodes {
		in := make([]array, len(o.inputs))
		for i, name := range o.inputs {
			a, there := values[name]
			if !there {
				t.Fatalf("%v: nothing gives %s before it", o, name)
			}
			in[i] = a
		}
		for i, out := range o.apply(t, in) {
			if _, twice := values[o.outputs[i]]; twice {
				t.Fatalf("%v: %s is there already", o, o.outputs[i])
			}
			values[o.outputs[i]] = out
		}
	}
	return values
}

func (o operation) apply(t testing.TB, in []array) []array {
	t.Helper()
	x := in[0]
	switch o.op {
	case "Sub":
		return []array{broadcast(x, in[1], func(a, b float64) float64 { return a - b })}
	case "Mul":
		return []array{broadcast(x, in[1], func(a, b float64) float64 { return a * b })}
	case "Div":
		return []array{broadcast(x, in[1], func(a, b float64) float64 { return a / b })}
	case "Add":
		return []array{broadcast(x, in[1], func(a, b float64) float64 { return a + b })}
	case "Max":
		return []array{broadcast(x, in[1], math.Max)}
	case "Abs":
		return []array{each(x, math.Abs)}
	case "Log":
		return []array{each(x, math.Log)}
	case "Relu":
		return []array{each(x, func(v float64) float64 { return math.Max(v, 0) })}
	case "ReduceMax":
		return []array{rows(x, 1, func(row, to []float64) { to[0] = slices.Max(row) })}
	case "ReduceL2":
		return []array{rows(x, 1, func(row, to []float64) {
			for _, v := range row {
				to[0] += float64(float32(v) * float32(v)) // overflows and vanishes as in a runtime
			}
			to[0] = math.Sqrt(to[0])
		})}
	case "Gemm":
		return []array{broadcast(product(x, in[1]), in[2], func(a, b float64) float64 { return a + b })}
	case "MatMul":
		return []array{product(x, in[1])}
	case "Softmax":
		return []array{each(rows(x, x.dims[1], logSoftmax), math.Exp)}
	case "LogSoftmax":
		return []array{rows(x, x.dims[1], logSoftmax)}
	case "ArgMax":
		a := rows(x, 1, func(row, to []float64) { to[0] = float64(slices.Index(row, slices.Max(row))) })
		return []array{{a.dims[:1], a.values}}
	case "TopK":
		return topK(x, int(in[1].values[0]))
	case "Gather":
		return []array{each(in[1], func(i float64) float64 { return x.values[int(i)] })}
	case "OneHot":
		return []array{oneHot(x, int(in[1].values[0]), in[2].values)}
	case "ReduceSum":
		return []array{sumMiddle(x)}
	}
	t.Fatalf("operator %s is not known here", o.op)
	return nil
}

func each(x array, f func(float64) float64) array {
	y := array{x.dims, make([]float64, len(x.values))}
	for i, v := range x.values {
		y.values[i] = f(v)
	}
	return y
}

// broadcast joins (N, D) with (N, D), (D), (N, 1) or (1).
func broadcast(x, y array, f func(a, b float64) float64) array {
	n, d := x.dims[0], x.dims[1]
	out := array{x.dims, make([]float64, n*d)}
	for i := range n {
		for j := range d {
			at := j
			switch {
			case len(y.values) == 1:
				at = 0
			case slices.Equal(y.dims, []int{n, 1}):
				at = i
			case slices.Equal(y.dims, []int{n, d}):
				at = i*d + j
			}
			out.values[i*d+j] = f(x.values[i*d+j], y.values[at])
		}
	}
	return out
}

// rows applies f to each row of (N, D) for one of (N, width).
func rows(x array, width int, f func(row, to []float64)) array {
	n, d := x.dims[0], x.dims[1]
	out := array{[]int{n, width}, make([]float64, n*width)}
	for i := range n {
		f(x.values[i*d:(i+1)*d], out.values[i*width:(i+1)*width])
	}
	return out
}

func logSoftmax(row, to []float64) {
	top, sum := slices.Max(row), 0.0
	for _, v := range row {
		sum += math.Exp(v - top)
	}
	for k, v := range row {
		to[k] = v - top - math.Log(sum)
	}
}

func product(x, y array) array {
	d, k := y.dims[0], y.dims[1]
	return rows(x, k, func(row, to []float64) {
		for i := range d {
			for j := range k {
				to[j] += row[i] * y.values[i*k+j]
			}
		}
	})
}

// topK gives the k greatest values of each row and their nearest; of equal ones
// the first.
func topK(x array, k int) []array {
	d := x.dims[1]
	nearest := rows(x, k, func(row, to []float64) {
		order := make([]int, d)
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(row[b], row[a]) })
		for i := range to {
			to[i] = float64(order[i])
		}
	})
	return []array{{nearest.dims, nil}, nearest}
}

func oneHot(x array, depth int, offOn []float64) array {
	y := array{append(slices.Clone(x.dims), depth), make([]float64, len(x.values)*depth)}
	for i := range y.values {
		y.values[i] = offOn[0]
	}
	for i, v := range x.values {
		y.values[i*depth+int(v)] = offOn[1]
	}
	return y
}

// sumMiddle sums (N, M, K) to (N, K).
func sumMiddle(x array) array {
	n, m, k := x.dims[0], x.dims[1], x.dims[2]
	y := array{[]int{n, k}, make([]float64, n*k)}
	for i := range x.values {
		y.values[i/(m*k)*k+i%k] += x.values[i]
	}
	return y
}
