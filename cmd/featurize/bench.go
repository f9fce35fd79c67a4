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
		Name: "bench", Usage: "measure the speed of each layer, and the machine's peak",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "cuts", Aliases: []string{"c"}, Usage: "`CUTS`: comma-separated cuts", Value: "fc2"},
			vgg19.BatchFlag(),
			&cli.IntFlag{Name: "rounds", Usage: "`N`: number of rounds", Value: 5},
			vgg19.PrecisionFlag(), vgg19.DeviceFlag(), vgg19.KernelFlag(),
			&cli.StringFlag{Name: "weights", Aliases: []string{"w"}, Usage: "`FILE`: VGG19's weights, or random:SEED", Value: "random:1"},
			&cli.BoolFlag{Name: "json", Usage: "write JSON"}, quietFlag(),
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
		return command.WriteJSON(c.App.Writer, m)
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
