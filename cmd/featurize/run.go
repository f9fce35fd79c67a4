package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/listing"
	"cutpoint/cmd/internal/reading"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/engine"
	"cutpoint/pipeline/corpus"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/trunk"
	"cutpoint/schemas"
	"cutpoint/store"
)

func storeFlag() cli.Flag {
	return &cli.StringFlag{Name: "store", Aliases: []string{"s"}, Usage: "`FOLDER`: the store", EnvVars: []string{"CUTPOINT_STORE"}}
}

// Topics of the help: what lists are, and how runs resume, retry and share a corpus.
const (
	listsTopic = "lists"
	runsTopic  = "runs"
)

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "write a machine-readable summary to standard output"}
}

func runFlags() []cli.Flag {
	return append([]cli.Flag{
		vgg19.WeightsFlag(),
		&cli.StringFlag{Name: "cuts", Aliases: []string{"c"}, Usage: "`CUTS`: comma-separated cuts, such as fc2,pool5,pool3-avg", Value: "fc2,pool5"},
		storeFlag(),
		dtypeFlag(),
		vgg19.PrecisionFlag(), vgg19.DeviceFlag(), vgg19.KernelFlag(), vgg19.BatchFlag(),
		&cli.IntFlag{Name: "limit", Usage: "`N`: compute at most n pages; the next run goes on (0: no limit)", Category: runsTopic},
		&cli.IntFlag{Name: "part-pages", Usage: "`N`: commit after n pages, the most that a crash can cost (0: 512, with a GPU 8192)", Category: runsTopic},
		&cli.BoolFlag{Name: "retry-failed", Usage: "try documents again that failed in an earlier run", Category: runsTopic},
		&cli.BoolFlag{Name: "rehash", Usage: "read every file, even if its size and modification time are as recorded", Category: runsTopic},
		&cli.StringFlag{Name: "shard", Usage: "`K/N`: take the K-th of N shares of the corpus, so that N machines fill one store", Category: runsTopic},
		reading.ColumnFlag(listsTopic),
		lockWaitFlag(), dryRunFlag(), jsonFlag(), quietFlag(),
	}, slices.Concat(listing.Flags(), vgg19.PresetFlags(), reading.Flags())...)
}

// runOptions are the typed flags of a run.
type runOptions struct {
	weights, store      string
	settings            trunk.Settings
	device              engine.Options
	cuts                []model.Cut
	corpus              []string
	list                corpus.Options
	run                 featurize.Options
	lockWait            time.Duration
	shard               shard
	dryRun, json, quiet bool
}

func parseRun(c *cli.Context) (runOptions, error) {
	o := runOptions{
		weights: c.String("weights"), store: c.String("store"), corpus: c.Args().Slice(),
		lockWait: c.Duration("lock-wait"), dryRun: c.Bool("dry-run"), json: c.Bool("json"), quiet: c.Bool("quiet"),
	}
	switch {
	case len(o.corpus) == 0:
		return o, command.Usagef("no corpus is named; give a folder of scans, a file, a manifest, or - for paths on standard input")
	case o.weights == "":
		return o, command.Usagef("--weights is missing; give a file (./scripts/fetch-weights gets Keras's), or random:SEED to try the program")
	case o.store == "":
		return o, command.Usagef("--store is missing; name the folder for the feature tables")
	}
	for _, name := range []string{"limit", "part-pages"} {
		if c.Int(name) < 0 {
			return o, command.Usagef("--%s cannot be negative", name)
		}
	}
	part, err := parseShard(c.String("shard"))
	if err != nil {
		return o, err
	}
	o.shard = part
	cuts, err := model.ParseCuts(c.String("cuts"))
	if err != nil {
		return o, &command.ExitError{Code: command.Usage, Err: err}
	}
	o.cuts = cuts
	if o.settings.DType, err = parseDType(c.String("dtype")); err != nil {
		return o, err
	}
	if o.settings.Preparation, err = vgg19.ParsePreset(c); err != nil {
		return o, err
	}
	if o.settings.Precision, err = vgg19.ParsePrecision(c); err != nil {
		return o, err
	}
	read, err := reading.Parse(c)
	if err != nil {
		return o, err
	}
	if o.list, err = listing.Parse(c); err != nil {
		return o, err
	}
	if o.device, err = vgg19.ParseDevice(c, o.settings.Precision); err != nil {
		return o, err
	}
	o.settings.Preparation.Fonts = read.Fonts
	o.run = featurize.Options{
		Cuts: cuts, DType: o.settings.DType, Preparation: o.settings.Preparation, Batch: o.device.Batch, Limit: c.Int("limit"),
		Workers: read.Workers, Pages: read.Pages, Limits: read.Limits,
		PartPages: cmp.Or(c.Int("part-pages"), partPages(o.device)), RetryFailed: c.Bool("retry-failed"), Rehash: c.Bool("rehash"),
	}
	return o, nil
}

// partPages is after how many pages a run commits: some 30 seconds' work of a CPU, a
// second's of a GPU.
func partPages(device engine.Options) int {
	if device.GPUs != nil {
		return 8192
	}
	return 512
}

func runAction(c *cli.Context) error {
	o, err := parseRun(c)
	if err != nil {
		return err
	}
	return runOver(c, o, nil)
}

// runOver featurizes the documents of the corpus that keep holds for; nil keeps all.
func runOver(c *cli.Context, o runOptions, keep func(corpus.Entry) bool) error {
	log := command.Logger(c.App.ErrWriter, o.quiet)
	o.run.Log = log
	all, err := listing.List(c.Context, o.corpus, o.list, log)
	if err != nil {
		return err
	}
	entries := o.shard.filter(all.Entries)
	if keep != nil {
		if entries, err = only(entries, keep); err != nil {
			return err
		}
	}
	w, err := loadWeights(c.Context, o.weights, o.cuts, log)
	if err != nil {
		return err
	}
	t := network{w, trunk.Describe(w, o.settings), o.device}
	result, err := t.featurize(c, o, featurize.Job{Entries: entries, Listing: all}, log)
	return conclude(c, o, result, err)
}

func loadWeights(ctx context.Context, source string, cuts []model.Cut, log *slog.Logger) (*model.Weights, error) {
	start := time.Now()
	w, err := vgg19.Open(ctx, source, cuts)
	if err != nil {
		return nil, err
	}
	log.Info("weights loaded", "source", w.Source, "seconds", fmt.Sprintf("%.1f", time.Since(start).Seconds()))
	return w, nil
}

// network is what turns pixels into numbers in this run.
type network struct {
	weights     *model.Weights // nil once the engine has packed them
	description schemas.Description
	device      engine.Options
}

func (t *network) newEngine() (model.Engine, error) {
	w := t.weights
	t.weights = nil
	return engine.Open(w, t.device)
}

// result is the summary as --json writes it.
type result struct {
	featurize.Summary
	Skipped     corpus.Skipped `json:"skipped"`
	Store       string         `json:"store"`
	Cuts        []string       `json:"cuts"`
	Weights     string         `json:"weights"`
	Fingerprint string         `json:"fingerprint"`
	DryRun      bool           `json:"dry_run"`
	Interrupted bool           `json:"interrupted"`
}

func (t *network) featurize(c *cli.Context, o runOptions, job featurize.Job, log *slog.Logger) (*result, error) {
	run := t.run
	if o.dryRun {
		run = t.dryRun
	}
	summary, err := run(c, o, job, log)
	r := &result{
		Summary: summary, Skipped: job.Listing.Skipped, Store: o.store, Weights: t.description.Weights.Source,
		Fingerprint: t.description.Fingerprint(), DryRun: o.dryRun, Interrupted: errors.Is(err, featurize.ErrStopped),
	}
	for _, cut := range o.cuts {
		r.Cuts = append(r.Cuts, cut.String())
	}
	return r, err
}

func (t *network) dryRun(c *cli.Context, o runOptions, job featurize.Job, _ *slog.Logger) (featurize.Summary, error) {
	var err error
	if job.Stored, err = openStored(o.store, t.description); err != nil {
		return featurize.Summary{}, err
	}
	return featurize.DryRun(c.Context, job, o.run)
}

func (t *network) run(c *cli.Context, o runOptions, job featurize.Job, log *slog.Logger) (featurize.Summary, error) {
	tables, release, err := openTables(c.Context, o, t.description)
	if err != nil {
		return featurize.Summary{}, err
	}
	defer release()
	stop := make(chan struct{})
	job.Stored, job.Sink, job.NewEngine = tables, featurize.TableSink{Tables: tables}, t.newEngine
	job.Progress, job.Stop = &featurize.Progress{}, stop
	once := sync.OnceFunc(func() {
		log.Warn("interrupted: finishing the part at hand; press Ctrl-C again to leave at once")
		close(stop)
	})
	defer command.OnInterrupt(once)()
	defer command.ShowProgress("featurize", job.Progress.Counts, o.quiet, log)()
	summary, err := featurize.Run(c.Context, job, o.run)
	if summary.OutOfRange > 0 {
		log.Warn("values are beyond float16; another store, of --dtype float32, can hold them", "pages", summary.OutOfRange)
	}
	return summary, err
}

// openTables opens the store for writing; release unlocks it.
func openTables(ctx context.Context, o runOptions, d schemas.Description) (t *tables, release func(), err error) {
	s, err := store.Create(o.store, d)
	if err != nil {
		return nil, nil, err
	}
	release, err = lockStore(ctx, s, o.shard, o.lockWait)
	if err != nil {
		return nil, nil, err
	}
	return newTables(s, o.cuts, uuid.NewString(), o.shard.writer()), release, nil
}

// conclude prints the summary and chooses the exit code.
func conclude(c *cli.Context, o runOptions, r *result, err error) error {
	if err != nil && !r.Interrupted {
		return err
	}
	if o.json {
		if err := command.WriteJSON(c.App.Writer, r); err != nil {
			return fmt.Errorf("write the summary: %w", err)
		}
	}
	if !o.quiet {
		fmt.Fprintln(c.App.ErrWriter, r.sentence())
	}
	switch {
	case r.Interrupted:
		return &command.ExitError{Code: command.Interrupted}
	case r.AnyFailed() && !o.dryRun:
		return &command.ExitError{Code: command.SomeFailed}
	}
	return nil
}
