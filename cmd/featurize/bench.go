package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/cpu"
)

func benchCommand() *cli.Command {
	return &cli.Command{
		Name: "bench", Usage: "measure how fast this machine computes, layer by layer, beside what it could do at most",
		UsageText: "featurize bench [--precision bfloat16] [--cpu-kernel NAME] [--batch N] [--cuts fc2] [--rounds N] [--json]",
		Description: `Computes a batch of made-up pages again and again, and says how many pages a second
the network takes to the deepest of the cuts; documents are not read. A round is
as many batches as fill a second. The peak is what the kernel's multiply-adds do
in registers alone on the same cores, measured before every round, best of all. A
page's operations are counted as direct sums have them, 39.3 GFLOP to fc2; since
convolutions are computed with a quarter of these multiplications (Winograd's
F(4×4, 3×3)), their rate can reach four times the peak. The rate is the median
of the rounds, with the slowest and the fastest: other work on the machine spreads
them. A layer's time is that of all threads for one page; a pool is computed inside
the convolution before it.

Weights of any values take the same time: the default makes some up. GOMAXPROCS=N
computes on N cores.

` + vgg19.PrecisionHelp,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "cuts", Aliases: []string{"c"}, Usage: "comma-separated `CUTS`", Value: "fc2"},
			&cli.IntFlag{Name: "batch", Usage: "`N` pages computed together", Value: 16},
			&cli.IntFlag{Name: "rounds", Usage: "measure `N` times", Value: 5},
			vgg19.PrecisionFlag(), vgg19.KernelFlag(),
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
	m := measurement{machine: thisMachine(), Batch: b.batch, Weights: b.weights}
	for _, cut := range b.cuts {
		m.Cuts = append(m.Cuts, cut.String())
	}
	engine, err := b.load(c.Context, &m)
	if err != nil {
		return err
	}
	defer engine.Close()
	profile, rounds, err := b.measure(c.Context, engine)
	if err != nil {
		return err
	}
	m.sum(engine.Threads(), b.cuts, rounds, profile)
	if c.Bool("json") {
		return writeJSON(c.App.Writer, m)
	}
	return m.print(c.App.Writer)
}

// bench is what is asked for.
type bench struct {
	cuts     []model.Cut
	batch    int
	rounds   int
	weights  string
	kernel   string
	settings vgg19.Settings
	progress func(round int, r round)
}

func parseBench(c *cli.Context) (b bench, err error) {
	if c.NArg() > 0 {
		return b, command.Usagef("bench takes no documents, and was given %d arguments; it makes its pages up", c.NArg())
	}
	if b.cuts, err = model.ParseCuts(c.String("cuts")); err != nil {
		return b, &command.ExitError{Code: command.Usage, Err: err}
	}
	if b.batch = c.Int("batch"); b.batch < 1 || b.batch > maxBenchBatch {
		return b, command.Usagef("--batch %d is not between 1 and %d", b.batch, maxBenchBatch)
	}
	if b.rounds = c.Int("rounds"); b.rounds < 1 || b.rounds > maxBenchRounds {
		return b, command.Usagef("--rounds %d is not between 1 and %d", b.rounds, maxBenchRounds)
	}
	if err := b.settings.ParsePrecision(c); err != nil {
		return b, err
	}
	if b.kernel, err = b.settings.Kernel(c); err != nil {
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
func (b bench) load(ctx context.Context, m *measurement) (*cpu.Engine, error) {
	start := time.Now()
	w, err := vgg19.Open(ctx, b.weights, b.cuts)
	if err != nil {
		return nil, err
	}
	m.ReadSeconds = time.Since(start).Seconds()
	start = time.Now()
	engine, err := cpu.New(w, cpu.Options{Precision: b.settings.Precision, Kernel: b.kernel})
	if err != nil {
		return nil, err
	}
	m.PackSeconds, m.Engine = time.Since(start).Seconds(), engine.Name()
	return engine, nil
}

// round is one measurement of the rate and of the machine.
type round struct {
	pages int
	took  time.Duration
	peak  float64 // FLOP/s
}

func (r round) pagesPerSecond() float64 { return float64(r.pages) / r.took.Seconds() }

// roundTime is the least that a round takes.
const roundTime = time.Second

// measure runs one batch that does not count, in which memory is made, then the rounds.
func (b bench) measure(ctx context.Context, engine *cpu.Engine) (*cpu.Profile, []round, error) {
	pixels, dst := madeUp(b.batch), make([][]float32, len(b.cuts))
	for i, cut := range b.cuts {
		dst[i] = make([]float32, b.batch*cut.Dim())
	}
	if err := engine.Forward(ctx, pixels, b.cuts, dst); err != nil {
		return nil, nil, err
	}
	runtime.GC() // of the weights that the engine has packed
	profile, rounds := cpu.NewProfile(), []round(nil)
	for range b.rounds {
		r := round{peak: engine.Peak()}
		for start := time.Now(); r.took < roundTime; r.took = time.Since(start) {
			if err := engine.Measure(ctx, pixels, b.cuts, dst, profile); err != nil {
				return nil, nil, err
			}
			r.pages += b.batch
		}
		rounds = append(rounds, r)
		b.progress(len(rounds), r)
	}
	return profile, rounds, nil
}

// madeUp returns pages of noise, which no arithmetic is faster for.
func madeUp(pages int) []uint8 {
	random := rand.New(rand.NewPCG(1, 0))
	pixels := make([]uint8, pages*model.InputShape().Len())
	for i := range pixels {
		pixels[i] = uint8(random.Uint32())
	}
	return pixels
}

// spread is a figure's median between its least and greatest value.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf sorts the values, of which there is one at least.
func spreadOf(values []float64) spread {
	slices.Sort(values)
	n := len(values)
	return spread{Median: (values[(n-1)/2] + values[n/2]) / 2, Min: values[0], Max: values[n-1]}
}
