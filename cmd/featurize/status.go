package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/pipeline/featurize"
	"cutpoint/pipeline/printable"
	"cutpoint/pipeline/quantity"
	"cutpoint/schemas"
	"cutpoint/store"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name: "status", Usage: "print what a store holds, and what could not be read",
		Flags: []cli.Flag{storeFlag(), jsonFlag()},
		Action: func(c *cli.Context) error {
			s, err := openStore(c)
			if err != nil {
				return err
			}
			st, err := readStatus(c.Context, s)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				return command.WriteJSON(c.App.Writer, st)
			}
			return st.print(printable.NewWriter(c.App.Writer))
		},
	}
}

// openStore opens the store that the flag names, refusing stray arguments.
func openStore(c *cli.Context) (*store.Store, error) {
	if c.Args().Present() {
		return nil, command.Usagef("%s takes no arguments, got %q", c.Command.Name, c.Args().First())
	}
	if c.String("store") == "" {
		return nil, command.Usagef("--store is missing; name the folder of the feature tables")
	}
	return store.Open(c.String("store"))
}

// status is what a store holds.
type status struct {
	Store       string              `json:"store"`
	Description schemas.Description `json:"description"`
	Fingerprint string              `json:"fingerprint"`
	Documents   int                 `json:"documents"` // without replaced ones, as Pages, Labels and Warnings
	Pages       int                 `json:"pages"`
	Labels      map[string]int      `json:"labels"` // pages of each; "" counts those without
	Replaced    replaced            `json:"replaced"`
	Cuts        []cutStatus         `json:"cuts"`

	Warnings    map[string]int `json:"warnings"`     // pages that may not look as a person sees them, by the reason
	WarnedPages []warnedPage   `json:"warned_pages"` // by path and page

	FailuresByClass map[string]int `json:"failures_by_class"`
	Failures        []failure      `json:"failures"`
}

// replaced counts documents whose path holds another one now, and their pages.
type replaced struct {
	Documents int `json:"documents"`
	Pages     int `json:"pages"`
}

type warnedPage struct {
	Path    string `json:"path"`
	Page    int32  `json:"page"`
	Warning string `json:"warning"`
}

type cutStatus struct {
	schemas.CutInfo
	Pages   int64 `json:"pages"`
	Parts   int   `json:"parts"`
	Bytes   int64 `json:"bytes"`
	Version int64 `json:"version"`
}

type failure struct {
	Path     string `json:"path"`
	Page     *int32 `json:"page,omitempty"` // absent if it concerns the whole document
	Stage    string `json:"stage"`
	Class    string `json:"class"`
	Message  string `json:"message"`
	Attempts int32  `json:"attempts"`
}

func readStatus(ctx context.Context, s *store.Store) (status, error) {
	st := status{
		Store: s.Dir(), Description: s.Description(), Fingerprint: s.Description().Fingerprint(),
		Labels: map[string]int{}, Cuts: []cutStatus{}, Warnings: map[string]int{}, WarnedPages: []warnedPage{},
		FailuresByClass: map[string]int{}, Failures: []failure{},
	}
	if err := st.readDocuments(ctx, s); err != nil {
		return st, err
	}
	failures, err := allRows(ctx, s.Failures())
	if err != nil {
		return st, err
	}
	slices.SortFunc(failures, func(a, b schemas.Failure) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Page, b.Page))
	})
	for _, f := range failures {
		row := failure{Path: f.Path, Stage: f.Stage, Class: f.Class, Message: f.Message, Attempts: f.Attempts}
		if f.Page != schemas.WholeDocument {
			row.Page = &f.Page
		}
		st.Failures = append(st.Failures, row)
		st.FailuresByClass[f.Class]++
	}
	return st, st.readCuts(s)
}

func (st *status) readDocuments(ctx context.Context, s *store.Store) error {
	ids, old := map[string]bool{}, map[string]bool{}
	err := s.Documents().Scan(ctx, func(rows []schemas.Document) error {
		for _, r := range rows {
			if r.ReplacedBy != nil {
				old[r.DocumentID] = true
				st.Replaced.Pages++
				continue
			}
			ids[r.DocumentID] = true
			st.Pages++
			st.Labels[schemas.Text(r.Label)]++
			if r.Warning != nil {
				st.Warnings[*r.Warning]++
				st.WarnedPages = append(st.WarnedPages, warnedPage{r.Path, r.Page, *r.Warning})
			}
		}
		return nil
	})
	st.Documents, st.Replaced.Documents = len(ids), len(old)
	slices.SortFunc(st.WarnedPages, func(a, b warnedPage) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Page, b.Page))
	})
	return err
}

func (st *status) readCuts(s *store.Store) error {
	infos, err := s.Cuts()
	if err != nil {
		return err
	}
	for _, info := range infos {
		table, _, err := s.Cut(info.Cut)
		if err != nil {
			return err
		}
		snap, err := table.Snapshot()
		if err != nil {
			return err
		}
		st.Cuts = append(st.Cuts, cutStatus{info, snap.Rows, len(snap.Parts), snap.Bytes, snap.Version})
	}
	return nil
}

func (st status) print(w io.Writer) error {
	d := st.Description
	fmt.Fprintf(w, "Store        %s\n", st.Store)
	fmt.Fprintf(w, "Trunk        %s, weights %s (%.12s), preset %s (%s, %s), %s, stored as %s\n",
		d.Model, printable.Line(d.Weights.Source), d.Weights.SHA256, d.Preset.Name, d.Preset.Resize, d.Preset.Filter, d.Precision, d.ValueType())
	fmt.Fprintf(w, "Fingerprint  %.12s\n", st.Fingerprint)
	fmt.Fprintf(w, "Documents    %d with %s\n", st.Documents, quantity.Plural(st.Pages, "page"))
	for _, label := range slices.Sorted(maps.Keys(st.Labels)) {
		name := printable.Line(label)
		if name == "" {
			name = "(no label)"
		}
		fmt.Fprintf(w, "             %-20s %s\n", name, quantity.Plural(st.Labels[label], "page"))
	}
	if n := st.Replaced; n.Documents > 0 {
		fmt.Fprintf(w, "Replaced     %d with %s: other files are at their paths now, and fit leaves them out\n", n.Documents, quantity.Plural(n.Pages, "page"))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\ncut\tshape\tpages\tparts\tMB\tversion\t\n")
	for _, c := range st.Cuts {
		fmt.Fprintf(t, "%s\t%v\t%d\t%d\t%.1f\t%d\t\n", c.Cut, c.Shape, c.Pages, c.Parts, float64(c.Bytes)/1e6, c.Version)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := st.printWarnings(w); err != nil {
		return err
	}
	return st.printFailures(w)
}

// listedWarnings is how many pages are listed of each warning; --json has all.
const listedWarnings = 10

func (st status) printWarnings(w io.Writer) error {
	if len(st.WarnedPages) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s may not look as a person sees them: %s\n", quantity.Plural(len(st.WarnedPages), "page"), quantity.Classes(st.Warnings))
	listed := map[string]int{}
	for _, p := range st.WarnedPages {
		if listed[p.Warning]++; listed[p.Warning] > listedWarnings {
			continue
		}
		if _, err := fmt.Fprintf(w, "  %s page %d: %s\n", printable.Line(p.Path), p.Page, p.Warning); err != nil {
			return err
		}
	}
	for _, class := range slices.Sorted(maps.Keys(listed)) {
		if more := listed[class] - listedWarnings; more > 0 {
			if _, err := fmt.Fprintf(w, "  and %d more %s (--json lists all)\n", more, class); err != nil {
				return err
			}
		}
	}
	return nil
}

func (st status) printFailures(w io.Writer) error {
	if len(st.Failures) == 0 {
		_, err := fmt.Fprintln(w, "\nNo failures.")
		return err
	}
	fmt.Fprintf(w, "\n%s: %s\n", quantity.Plural(len(st.Failures), "failure"), quantity.Classes(st.FailuresByClass))
	for _, f := range st.Failures {
		page := ""
		if f.Page != nil {
			page = fmt.Sprintf(" page %d", *f.Page)
		}
		if _, err := fmt.Fprintf(w, "  %s%s: %s (%s, attempt %d)\n", printable.Line(f.Path), page, printable.Line(f.Message), f.Class, f.Attempts); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(st.Failures, func(f failure) bool { return f.Class == featurize.ClassOutOfRange }) {
		_, err := fmt.Fprintln(w, "Another store, of --dtype float32, can hold the pages whose values are out of range.")
		return err
	}
	return nil
}
