package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/model/weights"
	"cutpoint/pipeline/printable"
	"cutpoint/pipeline/quantity"
	"cutpoint/schemas"
)

func weightsCommand() *cli.Command {
	return &cli.Command{
		Name: "weights", Usage: "inspect or convert a file of weights",
		Subcommands: []*cli.Command{inspectCommand(), convertCommand()},
	}
}

func inspectCommand() *cli.Command {
	return &cli.Command{
		Name: "inspect", Usage: "print what a file of weights holds and whether it can be used",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "write JSON"}},
		Action: inspectAction,
	}
}

func inspectAction(c *cli.Context) error {
	if c.NArg() != 1 {
		return command.Usagef("weights inspect takes one file, and was given %d", c.NArg())
	}
	path := c.Args().First()
	in, err := weights.Inspect(c.Context, path)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		err = command.WriteJSON(c.App.Writer, in)
	} else {
		err = printInspection(printable.NewWriter(c.App.Writer), path, in)
	}
	if err != nil {
		return fmt.Errorf("write what was found: %w", err)
	}
	if in.Refused != "" {
		return fmt.Errorf("weights %s do not serve: %s", path, in.Refused)
	}
	return nil
}

func printInspection(w io.Writer, path string, in *weights.Inspection) error {
	fmt.Fprintf(w, "%s: %s, %s, %d tensors\n", path, in.Format, quantity.Bytes(in.Bytes), len(in.Tensors))
	for _, t := range in.Tensors {
		serves := t.Serves
		if serves == "" {
			serves = "(not used)"
		}
		fmt.Fprintf(w, "  %-40s %-5s %-20s %s\n", printable.Line(t.Name), t.Type, fmt.Sprint(t.Shape), serves)
	}
	if in.Refused != "" {
		return nil
	}
	top := "with the fully connected layers"
	if !in.Top {
		top = "without the fully connected layers: it serves pool1 to pool5"
	}
	fmt.Fprintf(w, "VGG19 in %s's names, %s\nColours  %s: %s\nSHA-256  %s\n", in.Library, top, in.Colors, in.Because, in.SHA256)
	for _, l := range in.Layers {
		_, err := fmt.Fprintf(w, "  %-14s kernel %9.3g … %-9.3g mean %9.2e sd %-9.3g bias %9.3g … %.3g\n", l.Name,
			l.Kernel.Least, l.Kernel.Greatest, l.Kernel.Mean, l.Kernel.Deviation, l.Bias.Least, l.Bias.Greatest)
		if err != nil {
			return err
		}
	}
	return nil
}

func convertCommand() *cli.Command {
	return &cli.Command{
		Name: "convert", Usage: "write weights of any format as a safetensors file",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "force", Usage: "replace OUT if it exists"}},
		Action: convertAction,
	}
}

func convertAction(c *cli.Context) error {
	if c.NArg() != 2 {
		return command.Usagef("weights convert takes two files, the weights and the one to write, and was given %d", c.NArg())
	}
	in, out := c.Args().Get(0), c.Args().Get(1)
	switch {
	case filepath.Ext(out) != ".safetensors":
		return command.Usagef("%s does not end in .safetensors, which is what is written", out)
	case !c.Bool("force") && exists(out):
		return command.Usagef("%s is there already; --force replaces it", out)
	}
	w, err := weights.Open(c.Context, in)
	if err != nil {
		return err
	}
	sum := w.SHA256()
	metadata := map[string]string{"source": w.Source, "sha256": sum, "tool": schemas.Tool()}
	if err := command.ReplaceFile(out, func(to io.Writer) error { return weights.Write(to, w, metadata) }); err != nil {
		return err
	}
	fmt.Fprintf(c.App.ErrWriter, "%s has the weights of %s, SHA-256 of the values %.12s.\n", out, in, sum)
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
