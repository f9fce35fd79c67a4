package cpu

import (
	"context"
	"strings"
	"testing"

	"cutpoint/model"
)

// TestForwardFrom derives every cut from every cut that it is a function of, and
// compares with the direct computation bit for bit.
func TestForwardFrom(t *testing.T) {
	if testing.Short() {
		t.Skip("computes the whole network")
	}
	ctx, e := context.Background(), newEngine(t, whole(), Options{Threads: 2})
	const pages = 3 // for two threads: one page is shared by both
	cuts := model.AllCuts()
	direct := forward(t, e, testPages(pages), cuts)
	pool3 := cutNamed(t, "pool3").Layer()
	pairs := 0
	for i, from := range cuts {
		if from.Layer() < pool3 {
			continue // most of the network again; TestBFloat16ForwardFrom begins at pool1
		}
		var wanted []model.Cut
		var want [][]float32
		for j, c := range cuts {
			if c.From(from) {
				wanted, want = append(wanted, c), append(want, direct[j])
			}
		}
		got := poisoned(wanted, pages)
		if err := e.ForwardFrom(ctx, from, direct[i], wanted, got); err != nil {
			t.Fatal(err)
		}
		for j := range wanted {
			sameBits(t, wanted[j].String()+" from "+from.String(), got[j], want[j])
		}
		pairs += len(wanted)
	}
	if pairs != 27 {
		t.Errorf("%d pairs of cuts were compared, want 27", pairs)
	}
}

func TestForwardFromRefuses(t *testing.T) {
	ctx, e := context.Background(), newEngine(t, whole(), Options{})
	pool5, fc1, avg := cutNamed(t, "pool5"), cutNamed(t, "fc1"), cutNamed(t, "pool5-avg")
	for _, c := range []struct {
		from, cut model.Cut
		x         int
		want      string
	}{
		{fc1, pool5, 4096, "no function"}, {avg, fc1, 512, "no function"}, {pool5, pool5, pool5.Dim(), "no function"},
		{pool5, fc1, pool5.Dim() + 1, "whole number"}, {model.Cut{}, fc1, 0, "no function"},
	} {
		err := e.ForwardFrom(ctx, c.from, make([]float32, c.x), []model.Cut{c.cut}, [][]float32{make([]float32, c.cut.Dim())})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("forward to %s from %s: error %v, want %q", c.cut, c.from, err, c.want)
		}
	}
	if err := e.ForwardFrom(ctx, pool5, nil, []model.Cut{fc1}, [][]float32{nil}); err != nil {
		t.Errorf("no page: %v", err)
	}
}

func cutNamed(t *testing.T, name string) model.Cut {
	t.Helper()
	c, err := model.ParseCut(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
