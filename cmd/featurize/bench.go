package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/engine"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name: "bench", Usage: "measure how fast this machine computes, layer by layer, beside what it could do at most",
		UsageText: "featurize bench [--device cuda] [--precision bfloat16] [--cpu-kernel NAME] [--batch N] [--cuts fc2] [--rounds N] [--json]",
		Description: `Computes a batch of made-up pages again and again, and says how many pages a second
the network takes to the deepest of the cuts; documents are not read. A round is
as many batches as fill a second. The rate is the median of the rounds, with the
slowest and the fastest: other work on the machine spreads them. The peak is what
the kernel's multiply-adds do with numbers that are at hand already (in registers,
or in a GPU's shared memory), measured before every round, best of all. A page's
operations are counted as direct sums have them, 39.3 GFLOP to fc2.

On the CPU a layer's time is that of all threads for one page, and a pool is
computed inside the convolution before it. Convolutions are computed with a quarter
of these multiplications (Winograd's F(4×4, 3×3)), so that their rate can reach four
times the peak. With AMX they are direct sums in bfloat16, and in float32 six bfloat16
products stand for each of Winograd's: the peak is that of bfloat16, and once or two
thirds of it are the most. GOMAXPROCS=N computes on N cores.

On GPUs batches go through as many at a time as a run sends; their copies and the
results' count. Layers are timed by the GPU, of a batch that is alone. The peak is that
of the tensor cores in bfloat16: in float32 a multiplication takes three of theirs, so
that a third of it is the most.

Weights of any values take the same time: the default makes some up.

` + vgg19.PrecisionHelp + `

` + vgg19.DeviceHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "cuts", Aliases: []string{"c"}, Usage: "comma-separated `CUTS`", Value: "fc2"},
			vgg19.BatchFlag(),
			&cli.IntFlag{Name: "rounds", Usage: "measure `N` times", Value: 5},
			vgg19.PrecisionFlag(), vgg19.DeviceFlag(), vgg19.KernelFlag(),
			&cli.StringFlag{Name: "weights", Aliases: []string{"w"}, Usage: "VGG19's weights: a `FILE`, or random:SEED", Value: "random:1"},
			&cli.BoolFlag{Name: "json", Usage: "write it as JSON"}, quietFlag(),
		},
		Action: benchAction,
	}
}

// benchLimits keep a slip of the keyboard from asking for all memory.
const maxBenchBatch, maxBenchRounds = 1024, 1000

func benchAction(c *cli.Context) error {
	b, err := parseBench(c)
	if err != nil {
		return err
	}
	m := measurement{machine: thisMachine(), Batch: b.device.Batch, Weights: b.weights}
	for _, cut := range b.cuts {
		m.Cuts = append(m.Cuts, cut.String())
	}
	e, err := b.load(c.Context, &m)
	if err != nil {
		return err
	}
	defer e.Close()
	measuring := newMeasuring(b, e)
	rounds, err := measuring.all(c.Context)
	if err != nil {
		return err
	}
	m.sum(measuring, rounds)
	if c.Bool("json") {
		return writeJSON(c.App.Writer, m)
	}
	return m.print(c.App.Writer)
}

// bench is what is asked for.
type bench struct {
	cuts     []model.Cut
	rounds   int
	weights  string
	device   engine.Options
	progress func(round int, r round)
}

func parseBench(c *cli.Context) (b bench, err error) {
	if c.NArg() > 0 {
		return b, command.Usagef("bench takes no documents, and was given %d arguments; it makes its pages up", c.NArg())
	}
	if b.cuts, err = model.ParseCuts(c.String("cuts")); err != nil {
		return b, &command.ExitError{Code: command.Usage, Err: err}
	}
	if n := c.Int("batch"); n < 0 || n > maxBenchBatch {
		return b, command.Usagef("--batch %d is not between 1 and %d", n, maxBenchBatch)
	}
	if b.rounds = c.Int("rounds"); b.rounds < 1 || b.rounds > maxBenchRounds {
		return b, command.Usagef("--rounds %d is not between 1 and %d", b.rounds, maxBenchRounds)
	}
	precision, err := vgg19.ParsePrecision(c)
	if err != nil {
		return b, err
	}
	if b.device, err = vgg19.ParseDevice(c, precision); err != nil {
		return b, err
	}
	b.weights = c.String("weights")
	b.progress = func(int, round) {}
	if !c.Bool("quiet") && term.IsTerminal(int(os.Stderr.Fd())) {
		b.progress = func(i int, r round) {
			fmt.Fprintf(c.App.ErrWriter, "round %d of %d: %.2f pages/s\n", i, b.rounds, r.pagesPerSecond())
		}
	}
	return b, nil
}

// load starts the engine as a run does, and says how long that took.
func (b bench) load(ctx context.Context, m *measurement) (model.Profiler, error) {
	start := time.Now()
	w, err := vgg19.Open(ctx, b.weights, b.cuts)
	if err != nil {
		return nil, err
	}
	m.ReadSeconds = time.Since(start).Seconds()
	start = time.Now()
	e, err := engine.Open(w, b.device)
	if err != nil {
		return nil, err
	}
	m.PackSeconds, m.Engine = time.Since(start).Seconds(), e.Name()
	return e, nil
}
