package main

import (
	"context"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/reading"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/engine"
	"cutpoint/pipeline/featurize/recompute"
	"cutpoint/pipeline/printable"
	"cutpoint/pipeline/raster"
	"cutpoint/pipeline/trunk"
	"cutpoint/schemas"
	"cutpoint/store"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name: "verify", Usage: "check every table, part and row of a store",
		Flags: []cli.Flag{
			storeFlag(), jsonFlag(),
			&cli.IntFlag{Name: "recompute", Usage: "`N`: compute n random pages again and compare"},
			&cli.Uint64Flag{Name: "seed", Usage: "`NUMBER`: seed of the choice of pages", Value: 1},
			vgg19.WeightsFlag(), vgg19.DeviceFlag(), vgg19.KernelFlag(), reading.FontsFlag(),
		},
		Action: verifyAction,
	}
}

// verified is what --json writes.
type verified struct {
	store.VerifyReport
	Recomputed *recompute.Report `json:"recomputed,omitempty"`
}

func verifyAction(c *cli.Context) error {
	if c.Int("recompute") < 0 {
		return command.Usagef("--recompute cannot be negative")
	}
	if c.Int("recompute") > 0 && c.String("weights") == "" {
		return command.Usagef("--recompute needs --weights: those that the store's features were computed with")
	}
	s, err := openStore(c)
	if err != nil {
		return err
	}
	var settings trunk.Settings
	var device engine.Options
	if c.Int("recompute") > 0 { // what would fail is told before an hour of checks
		if settings, err = storedSettings(s); err != nil {
			return err
		}
		if device, err = vgg19.ParseDevice(c, settings.Precision); err != nil {
			return err
		}
		given, err := reading.ParseFonts(c)
		if err != nil {
			return err
		}
		if err := reading.UseFonts(&settings.Preparation, given); err != nil {
			return fmt.Errorf("store %s: %w", s.Dir(), err)
		}
	}
	var v verified
	if v.VerifyReport, err = s.Verify(c.Context); err != nil {
		return err
	}
	// Of a damaged table there is nothing to compare.
	if c.Int("recompute") > 0 && len(v.Problems) > 0 {
		v.Notes = append(v.Notes, "no page was computed again, because of the problems")
	} else if c.Int("recompute") > 0 {
		report, err := recomputePages(c, s, settings, device)
		if err != nil {
			return err
		}
		v.Recomputed = &report
		v.Problems = append(v.Problems, report.Problems...)
	}
	if c.Bool("json") {
		if err := command.WriteJSON(c.App.Writer, v); err != nil {
			return err
		}
	} else {
		v.print(printable.NewWriter(c.App.Writer))
	}
	if len(v.Problems) > 0 {
		return &command.ExitError{Code: command.Fatal}
	}
	return nil
}

func (v verified) print(w io.Writer) {
	if r := v.Recomputed; r != nil {
		for _, u := range r.Unchecked {
			fmt.Fprintf(w, "not computed again: %s\n", printable.Line(u))
		}
		fmt.Fprintf(w, "%d of %d pages computed again: %d of %d vectors the same bit for bit, greatest relative RMS difference %.2g\n",
			r.Pages, r.Asked, r.Identical, r.Vectors, r.Greatest)
	}
	fmt.Fprint(w, v.VerifyReport)
}

// storedSettings returns what the store's features were computed with.
func storedSettings(s *store.Store) (trunk.Settings, error) {
	settings, err := trunk.SettingsOf(s.Description())
	if err != nil {
		return settings, fmt.Errorf("read what store %s holds: %w; a newer program may be needed", s.Dir(), err)
	}
	return settings, nil
}

// recomputePages checks pages against their documents.
func recomputePages(c *cli.Context, s *store.Store, settings trunk.Settings, device engine.Options) (recompute.Report, error) {
	infos, err := s.Cuts()
	if err != nil {
		return recompute.Report{}, err
	}
	job := recompute.Job{
		Pages: c.Int("recompute"), Seed: c.Uint64("seed"), Batch: device.Batch,
		Preparation: settings.Preparation, Limits: raster.DefaultLimits(),
		Float16: s.Description().ValueType() == schemas.Float16, Tables: storedTables{s},
	}
	if settings.Precision == model.BFloat16 {
		job.Tolerance = recompute.ToleranceBFloat16
	}
	for _, info := range infos {
		cut, err := model.ParseCut(info.Cut)
		if err != nil {
			return recompute.Report{}, err
		}
		job.Cuts = append(job.Cuts, cut)
	}
	w, err := loadWeights(c.Context, c.String("weights"), job.Cuts, command.Logger(c.App.ErrWriter, true))
	if err != nil {
		return recompute.Report{}, err
	}
	if err := s.CheckFingerprint(trunk.Describe(w, settings)); err != nil {
		return recompute.Report{}, err
	}
	job.NewEngine = func() (model.Engine, error) {
		packed := w
		w = nil // the engine has its own
		return engine.Open(packed, device)
	}
	return recompute.Run(c.Context, job)
}

// storedTables reads a store.
type storedTables struct{ *store.Store }

func (t storedTables) Documents(ctx context.Context, yield func([]schemas.Document) error) error {
	return t.Store.Documents().ScanUnordered(ctx, yield)
}

func (t storedTables) Features(ctx context.Context, cut string, yield func([]schemas.Feature) error) error {
	table, _, err := t.Cut(cut)
	if err != nil {
		return err
	}
	return table.Scan(ctx, yield)
}
