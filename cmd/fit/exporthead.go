package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/urfave/cli/v2"

	"cutpoint/cmd/internal/command"
	"cutpoint/cmd/internal/vgg19"
	"cutpoint/model"
	"cutpoint/model/head"
	"cutpoint/pipeline/export"
	"cutpoint/pipeline/trunk"
)

func exportHeadCommand() *cli.Command {
	return &cli.Command{
		Name: "export-head", Usage: "write a trained head for ONNX or PyTorch, with or without VGG19",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "head", Usage: "`FILE`: head that fit wrote"},
			&cli.StringFlag{Name: "format", Usage: "`FORMAT`: onnx, or safetensors for PyTorch", Value: formatONNX},
			&cli.BoolFlag{Name: "with-trunk", Usage: "include VGG19 up to the head's cut; needs --weights"},
			vgg19.WeightsFlag(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FILE`: file to write"},
			&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "print nothing but errors"},
		},
		Action: exportHeadAction,
	}
}

// Formats of a head for other programs.
const (
	formatONNX        = "onnx"
	formatSafetensors = "safetensors"
)

// exportHeadOptions are the typed flags.
type exportHeadOptions struct {
	head, weights, output string
	format                string
	trunk                 bool
}

func parseExportHead(c *cli.Context) (exportHeadOptions, error) {
	o := exportHeadOptions{head: c.String("head"), weights: c.String("weights"), output: c.String("output"),
		format: c.String("format"), trunk: c.Bool("with-trunk")}
	switch {
	case c.Args().Present():
		return o, command.Usagef("export-head takes no arguments, got %q", c.Args().First())
	case o.head == "":
		return o, command.Usagef("--head is missing; name a file that fit wrote")
	case o.output == "":
		return o, command.Usagef("--output is missing; name the file to write, as in -o head.%s", formatONNX)
	case o.format != formatONNX && o.format != formatSafetensors:
		return o, command.Usagef("unknown format %q; a head is written as %s or as %s", o.format, formatONNX, formatSafetensors)
	case o.trunk && o.weights == "":
		return o, command.Usagef("--with-trunk needs --weights: those that the head's features were computed with")
	}
	return o, o.refuseInputs()
}

// refuseInputs keeps a file from being replaced by what is made of it.
func (o exportHeadOptions) refuseInputs() error {
	out, err := os.Stat(o.output)
	if err != nil {
		return nil // it is to be made
	}
	for _, in := range []string{o.head, o.weights} {
		if info, err := os.Stat(in); err == nil && os.SameFile(info, out) {
			return command.Usagef("--output %s is the file to read; name another one", o.output)
		}
	}
	return nil
}

func exportHeadAction(c *cli.Context) error {
	o, err := parseExportHead(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(c.Context)
	defer cancel()
	defer command.OnInterrupt(cancel)()
	f, err := head.Load(o.head)
	if err != nil {
		return err
	}
	trunk, err := o.openTrunk(ctx, f)
	if err != nil {
		return err
	}
	module := ""
	err = command.ReplaceFile(o.output, func(w io.Writer) (err error) {
		if w = (interruptible{ctx, w}); o.format == formatONNX {
			return export.WriteONNX(w, f, trunk)
		}
		module, err = export.WritePyTorch(w, f, trunk)
		return err
	})
	if err == nil && module != "" && !c.Bool("quiet") {
		fmt.Fprintf(c.App.ErrWriter, "%s\nnet.load_state_dict(safetensors.torch.load_file(%q))\n", module, o.output)
	}
	return err
}

// openTrunk returns nil if the head is to stand alone.
func (o exportHeadOptions) openTrunk(ctx context.Context, f *head.File) (*export.Trunk, error) {
	if !o.trunk {
		return nil, nil
	}
	cut, err := model.ParseCut(f.Cut)
	if err != nil {
		return nil, fmt.Errorf("head %s: %w", o.head, err)
	}
	w, err := vgg19.Open(ctx, o.weights, []model.Cut{cut})
	if err != nil {
		return nil, err
	}
	d, _, err := trunk.DescribeFor(f, w)
	if err != nil {
		return nil, fmt.Errorf("head %s: %w", o.head, err)
	}
	return &export.Trunk{Weights: w, Description: d}, nil
}

// interruptible fails once its context is done, so that what was begun is
// removed.
type interruptible struct {
	ctx context.Context
	w   io.Writer
}

func (w interruptible) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}
