package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
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

// runsTopic of the help teaches how runs resume, retry and share a corpus.
const runsTopic = "runs"

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
		lockWaitFlag(), dryRunFlag(), jsonFlag(), quietFlag(),
	}, append(vgg19.PresetFlags(), reading.Flags()...)...)
}

// runOptions are the typed flags of a run.
type runOptions struct {
	weights, store      string
	settings            trunk.Settings
	device              engine.Options
	cuts                []model.Cut
	corpus              []string
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
		return o, command.Usagef("no corpus is named; give a folder of scans, a file, a CSV manifest, or - for paths on standard input")
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
	listing, err := corpus.List(c.Context, o.corpus, corpus.Options{Stdin: c.App.Reader, Exclude: o.store})
	if err != nil {
		return err
	}
	log.Info("corpus listed", "files", len(listing.Entries), "skipped_links", listing.Skipped.Links,
		"skipped_special", listing.Skipped.Special, "skipped_hidden", listing.Skipped.Hidden)
	listing.Entries = o.shard.filter(listing.Entries)
	if keep != nil {
		if err := only(&listing, keep); err != nil {
			return err
		}
	}
	w, err := loadWeights(c.Context, o.weights, o.cuts, log)
	if err != nil {
		return err
	}
	t := network{w, trunk.Describe(w, o.settings), o.device}
	result, err := t.featurize(c, o, listing, log)
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

func (t *network) featurize(c *cli.Context, o runOptions, listing corpus.Listing, log *slog.Logger) (*result, error) {
	run := t.run
	if o.dryRun {
		run = t.dryRun
	}
	summary, err := run(c, o, listing.Entries, log)
	r := &result{
		Summary: summary, Skipped: listing.Skipped, Store: o.store, Weights: t.description.Weights.Source,
		Fingerprint: t.description.Fingerprint(), DryRun: o.dryRun, Interrupted: errors.Is(err, featurize.ErrStopped),
	}
	for _, cut := range o.cuts {
		r.Cuts = append(r.Cuts, cut.String())
	}
	return r, err
}

func (t *network) dryRun(c *cli.Context, o runOptions, entries []corpus.Entry, _ *slog.Logger) (featurize.Summary, error) {
	stored, err := openStored(o.store, t.description)
	if err != nil {
		return featurize.Summary{}, err
	}
	return featurize.DryRun(c.Context, featurize.Job{Entries: entries, Stored: stored}, o.run)
}

func (t *network) run(c *cli.Context, o runOptions, entries []corpus.Entry, log *slog.Logger) (featurize.Summary, error) {
	tables, release, err := openTables(c.Context, o, t.description)
	if err != nil {
		return featurize.Summary{}, err
	}
	defer release()
	stop := make(chan struct{})
	job := featurize.Job{
		Entries: entries, Stored: tables, Sink: featurize.TableSink{Tables: tables}, NewEngine: t.newEngine,
		Progress: &featurize.Progress{}, Stop: stop,
	}
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
		out := json.NewEncoder(c.App.Writer)
		out.SetIndent("", "  ")
		if err := out.Encode(r); err != nil {
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

// sentence says what was done, for people.
func (r *result) sentence() string {
	var b strings.Builder
	switch {
	case r.DryRun && r.Read+r.Left == 0:
		fmt.Fprintf(&b, "Nothing to do: all %d documents are up to date in %s", r.UpToDate, r.Store)
	case r.DryRun:
		fmt.Fprintf(&b, "Would read %d documents and featurize at least %d pages into %s; %d are up to date", r.Left, r.PlannedPages, r.Store, r.UpToDate)
	case r.Pages == 0 && r.Failed == 0 && r.Left == 0:
		fmt.Fprintf(&b, "Nothing new: %d documents are up to date in %s (%.1f s)", r.UpToDate+r.Copies+r.Read, r.Store, r.Seconds)
	default:
		fmt.Fprintf(&b, "Featurized %d pages of %d documents into %s in %.1f s (%.1f pages/s); %d were up to date",
			r.Pages, r.Read, r.Store, r.Seconds, r.PagesPerSecond, r.UpToDate)
	}
	for _, also := range []struct {
		n    int
		what string
	}{
		{r.Copies, "copies of other documents"}, {r.Moved, "moved"}, {r.LabelConflicts, "copies with another label"},
		{r.Failed, "failed"}, {r.FailedBefore, "failed before and were not tried again (--retry-failed does)"}, {r.Left, "left for the next run"},
	} {
		if also.n > 0 && !(r.DryRun && also.what == "left for the next run") {
			fmt.Fprintf(&b, "; %d %s", also.n, also.what)
		}
	}
	b.WriteString(".")
	if limit := r.LimitSentence(); limit != "" {
		b.WriteString(" " + strings.ToUpper(limit[:1]) + limit[1:] + ".")
	}
	if r.AnyFailed() {
		fmt.Fprintf(&b, " See: featurize status --store %s", r.Store)
	}
	return b.String()
}
