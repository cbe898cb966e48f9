package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"edged/kernels"
	"edged/nn"
	"edged/storage/picture"

	"github.com/spf13/cobra"
)

func newPredict() *cobra.Command {
	var (
		model  modelFlags
		top    int
		asJSON bool
	)
	command := &cobra.Command{
		Use:   "predict --model MODEL PATH...",
		Short: "Say what pictures show",
		Long: "predict reads pictures, and folders of pictures, and prints label, score and file of\n" +
			"each. A picture that can't be read is named and left out.",
		Args: takes("PATH..."),
		RunE: func(command *cobra.Command, paths []string) error {
			workers, err := model.workers()
			if err != nil {
				return err
			}
			defer workers.Close()
			p, err := newPredictor(&model, workers)
			if err != nil {
				return err
			}
			p.print = printTable
			if asJSON {
				p.print = printJSON
			}
			p.top, p.out = top, command.OutOrStdout()
			if top <= 0 && asJSON {
				p.top = len(p.labels)
			}
			return p.predictAll(paths)
		},
	}
	model.add(command)
	model.addBigCores(command)
	model.addPreprocessing(command)
	command.Flags().IntVar(&top, "top", 0, "print the N best scores (default 1, with --json all)")
	command.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return command
}

// predictor predicts pictures one after the other.
type predictor struct {
	picture *nn.Preprocessor
	runner  *nn.Runner
	labels  []string
	top     int
	out     io.Writer
	print   func(io.Writer, answer) error
	failed  int
	done    int
}

func newPredictor(flags *modelFlags, workers *kernels.Workers) (*predictor, error) {
	m, runner, err := flags.runner(false, workers)
	if err != nil {
		return nil, err
	}
	preprocessor, err := nn.NewPreprocessor(m.Preprocessing, runner.Plan().InputShape())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flags.model, err)
	}
	return &predictor{picture: preprocessor, runner: runner, labels: m.Labels}, nil
}

// predictAll predicts what the paths name. Pictures that can't be read are told
// at once and counted in the error.
func (p *predictor) predictAll(paths []string) error {
	for _, path := range paths {
		files, err := picture.List(path)
		if err != nil {
			p.fail(err)
			continue
		}
		for _, file := range files {
			if err := p.predict(file); err != nil {
				return err
			}
		}
	}
	switch {
	case p.failed > 0:
		return fmt.Errorf("%d of %d pictures could not be read", p.failed, p.failed+p.done)
	case p.done == 0:
		return errors.New("there are no pictures in these folders")
	default:
		return nil
	}
}

// predict prints the answer for one file. The error is that of printing.
func (p *predictor) predict(file string) error {
	image, err := picture.Read(file)
	if err == nil {
		err = p.picture.Fill(p.runner, image)
	}
	if err != nil {
		p.fail(err)
		return nil
	}
	p.done++
	return p.print(p.out, newAnswer(file, p.runner.Predict(), p.labels, p.top))
}

func (p *predictor) fail(err error) {
	fmt.Fprintln(os.Stderr, "edged:", printable(err.Error()))
	p.failed++
}
