package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
)

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name: "verify", Usage: "check every table, part and row of a store",
		UsageText: "featurize verify --store features [--json]",
		Description: `Checks that each table's log has no gap, that every part is there with the
size and SHA-256 recorded at its commit, that row counts, keys and vector
lengths are right, that no value is NaN or infinite, and that every feature
has its document. Exit code 1 if anything is wrong.`,
		Flags: []cli.Flag{storeFlag(), jsonFlag()},
		Action: func(c *cli.Context) error {
			s, err := openStore(c)
			if err != nil {
				return err
			}
			report, err := s.Verify(c.Context)
			if err != nil {
				return err
			}
			if c.Bool("json") {
				if err := writeJSON(c.App.Writer, report); err != nil {
					return err
				}
			} else {
				fmt.Fprint(c.App.Writer, report)
			}
			if len(report.Problems) > 0 {
				return &command.ExitError{Code: command.Fatal}
			}
			return nil
		},
	}
}
