package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"github.com/google/uuid"
	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/engine"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/featurize/derive"
	"cutpoint/pipeline/trunk"
	"cutpoint/schemas"
	"cutpoint/store"
)

func deriveCommand() *cli.Command {
	return &cli.Command{
		Name: "derive", Usage: "compute further cuts from stored ones, without the documents",
		Flags: []cli.Flag{
			storeFlag(),
			&cli.StringFlag{Name: "from", Usage: "`CUT`: the stored cut to compute from", Value: "pool5"},
			&cli.StringFlag{Name: "cuts", Aliases: []string{"c"}, Usage: "`CUTS`: comma-separated cuts to compute"},
			vgg19.WeightsFlag(), vgg19.DeviceFlag(), vgg19.KernelFlag(), lockWaitFlag(), jsonFlag(), quietFlag(),
		},
		Action: deriveAction,
	}
}

func deriveAction(c *cli.Context) error {
	switch {
	case c.String("cuts") == "":
		return command.Usagef("--cuts is missing; name what to compute, as in --cuts fc2,pool5-avg")
	case c.String("weights") == "":
		return command.Usagef("--weights is missing; name the weights that the store's features were computed with")
	}
	from, err := model.ParseCut(c.String("from"))
	if err != nil {
		return &command.ExitError{Code: command.Usage, Err: err}
	}
	cuts, err := model.ParseCuts(c.String("cuts"))
	if err == nil {
		err = derive.Check(from, cuts)
	}
	if err != nil {
		return &command.ExitError{Code: command.Usage, Err: err}
	}
	s, err := openStore(c)
	if err != nil {
		return err
	}
	summary, err := deriveCuts(c, s, from, cuts)
	stopped := errors.Is(err, derive.ErrStopped)
	if err != nil && !stopped {
		return err
	}
	if c.Bool("json") {
		if err := command.WriteJSON(c.App.Writer, summary); err != nil {
			return err
		}
	}
	if !c.Bool("quiet") {
		fmt.Fprintf(c.App.ErrWriter, "Derived %d pages from %s in %.1f s (%.1f pages/s); %d were up to date.\n",
			summary.Pages, from, summary.Seconds, summary.PagesPerSecond, summary.UpToDate)
	}
	if stopped {
		return &command.ExitError{Code: command.Interrupted}
	}
	return nil
}

// openTrunk checks that device, source and weights go together with the store.
func openTrunk(c *cli.Context, s *store.Store, from model.Cut, cuts []model.Cut, log *slog.Logger) (w *model.Weights, device engine.Options, err error) {
	settings, err := storedSettings(s)
	if err != nil {
		return nil, device, err
	}
	if device, err = vgg19.ParseDevice(c, settings.Precision); err != nil {
		return nil, device, err
	}
	if d := s.Description().ValueType(); d != schemas.Float32 {
		return nil, device, fmt.Errorf("store %s holds %s values: cuts computed from rounded numbers are not those of a run; featurize the documents at these cuts", s.Dir(), d)
	}
	if _, _, err := s.Cut(from.String()); err != nil {
		return nil, device, err
	}
	if w, err = loadWeights(c.Context, c.String("weights"), cuts, log); err != nil {
		return nil, device, err
	}
	return w, device, s.CheckFingerprint(trunk.Describe(w, settings))
}

// deriveCuts runs the job.
func deriveCuts(c *cli.Context, s *store.Store, from model.Cut, cuts []model.Cut) (derive.Summary, error) {
	log := command.Logger(c.App.ErrWriter, c.Bool("quiet"))
	w, device, err := openTrunk(c, s, from, cuts, log)
	if err != nil {
		return derive.Summary{}, err
	}
	release, err := lockStore(c.Context, s, shard{}, c.Duration("lock-wait"))
	if err != nil {
		return derive.Summary{}, err
	}
	defer release()
	stop := make(chan struct{})
	once := sync.OnceFunc(func() {
		log.Warn("interrupted: committing what is computed; press Ctrl-C again to leave at once")
		close(stop)
	})
	defer command.OnInterrupt(once)()
	progress := &derive.Progress{}
	defer command.ShowProgress("featurize", func() featurize.Counts {
		done, planned := progress.Pages()
		return featurize.Counts{Pages: done, PlannedPages: planned}
	}, c.Bool("quiet"), log)()
	return derive.Run(c.Context, derive.Job{
		From: from, Cuts: cuts, Progress: progress, Stop: stop,
		Tables: derivedTables{newTables(s, cuts, uuid.NewString(), "featurize derive")},
		NewEngine: func() (model.Engine, error) {
			packed := w
			w = nil // the engine has its own
			return engine.Open(packed, device)
		},
	})
}

// derivedTables lets a derivation read and write a store.
type derivedTables struct{ *tables }

func (t derivedTables) Features(ctx context.Context, cut string, yield func([]schemas.Feature) error) error {
	return storedTables{t.store}.Features(ctx, cut, yield)
}

func (t derivedTables) Keys(ctx context.Context, cut string) (derive.Keys, error) {
	if _, derived := t.cuts[cut]; derived {
		table, err := t.create(cut)
		if err != nil {
			return nil, err
		}
		return table.Keys(ctx)
	}
	table, _, err := t.store.Cut(cut)
	if err != nil {
		return nil, err
	}
	return table.Keys(ctx)
}

func (t derivedTables) AppendFeatures(ctx context.Context, cut string, rows []schemas.Feature) error {
	table, err := t.create(cut)
	if err != nil {
		return err
	}
	_, err = table.Append(ctx, rows, t.info("DERIVE"))
	return err
}
