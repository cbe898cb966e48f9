package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"edged/train"

	"github.com/spf13/cobra"
)

func newEvaluate() *cobra.Command {
	var (
		model          modelFlags
		top, mistakes  int
		asJSON, strict bool
		plots          string
	)
	command := &cobra.Command{
		Use:   "evaluate --model MODEL DIR",
		Short: "Measure how well a model answers for labelled pictures",
		Long: "evaluate predicts the pictures of a folder of class folders, each named as a label of\n" +
			"the model, and prints loss, accuracy, precision and recall of each class, the confusion\n" +
			"matrix and the worst mistakes. A picture that can't be read is named and left out.",
		Args: takes("DIR"),
		RunE: func(command *cobra.Command, arguments []string) error {
			e, err := newEvaluator(&model)
			if err != nil {
				return err
			}
			e.Top, e.Mistakes = top, mistakes
			samples, err := train.ListFolder(arguments[0], e.Labels)
			if err != nil {
				return err
			}
			result, err := e.Evaluate(command.Context(), samples)
			if err != nil {
				return fmt.Errorf("%s: %w", model.model, err)
			}
			for _, s := range result.Skipped {
				fmt.Fprintln(os.Stderr, "edged:", printable(s.Reason))
			}
			if result.Samples == 0 {
				return fmt.Errorf("%s: none of the pictures could be read", arguments[0])
			}
			if err := report(command.OutOrStdout(), result, asJSON); err != nil {
				return err
			}
			if plots != "" {
				if err := plotConfusion(plots, result); err != nil {
					return err
				}
			}
			return unread(result, strict)
		},
	}
	model.add(command)
	model.addPreprocessing(command)
	flags := command.Flags()
	flags.IntVar(&top, "top", 0, "count a picture as found if its class is among the `K` best scores (default 5, or 2 for a few classes)")
	flags.IntVar(&mistakes, "mistakes", 10, "how many of the worst mistakes to list")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	flags.StringVar(&plots, "plots", "", "write confusion.svg into this `DIR`")
	flags.BoolVar(&strict, "strict", false, "fail if a picture can't be read")
	return command
}

func newEvaluator(flags *modelFlags) (*train.Evaluator, error) {
	m, plan, err := flags.compile(false)
	if err != nil {
		return nil, err
	}
	return &train.Evaluator{
		Plan: plan, Preprocessing: m.Preprocessing, Labels: m.Labels,
		Threads: flags.threads, Progress: newProgress("evaluating"),
	}, nil
}

// unread is the error about pictures that were left out, if it matters.
func unread(e *train.Evaluation, strict bool) error {
	if skipped := len(e.Skipped); strict && skipped > 0 {
		return fmt.Errorf("%d of %d pictures could not be read", skipped, skipped+e.Samples)
	}
	return nil
}

func plotConfusion(dir string, e *train.Evaluation) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(dir, "confusion.svg"))
	if err != nil {
		return err
	}
	if err := e.PlotConfusion(file); err != nil {
		file.Close()
		os.Remove(file.Name())
		return fmt.Errorf("%s: %w", file.Name(), err)
	}
	return file.Close()
}

func report(w io.Writer, e *train.Evaluation, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(w).Encode(e)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%d pictures, %d classes\n", e.Samples, len(e.Classes))
	loss := "none, as the model's outputs are no probabilities"
	if e.Loss != nil {
		loss = fmt.Sprintf("%.4f", *e.Loss)
	}
	fmt.Fprintf(&text, "loss: %s\naccuracy: %.4f\ntop-%d accuracy: %.4f\n\n", loss, e.Accuracy, e.Top.K, e.Top.Accuracy)
	classTable(&text, e)
	confusionTable(&text, e)
	for i, m := range e.Mistakes {
		if i == 0 {
			fmt.Fprintln(&text, "\nworst mistakes")
		}
		fmt.Fprintf(&text, "%s: %s %.4f, taken for %s %.4f\n", printable(m.File), m.Label, m.Score, m.Predicted, m.PredictedScore)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

func classTable(w io.Writer, e *train.Evaluation) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "class\tprecision\trecall\tf1\tsupport")
	for _, c := range e.Classes {
		fmt.Fprintf(table, "%s\t%.4f\t%.4f\t%.4f\t%d\n", c.Label, c.Precision, c.Recall, c.F1, c.Support)
	}
	_ = table.Flush()
}

// maxColumns is how many classes a confusion matrix in text can have.
const maxColumns = 40

func confusionTable(w io.Writer, e *train.Evaluation) {
	if len(e.Classes) > maxColumns {
		fmt.Fprintf(w, "\nconfusion: %d classes are too many to print, see --json or --plots\n", len(e.Classes))
		return
	}
	fmt.Fprintln(w, "\nconfusion (rows: class, columns: what it was taken for)")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, c := range e.Classes {
		fmt.Fprintf(table, "\t%s", c.Label)
	}
	fmt.Fprintln(table, "\t")
	for i, row := range e.Confusion {
		fmt.Fprint(table, e.Classes[i].Label)
		for _, n := range row {
			fmt.Fprint(table, "\t", strconv.Itoa(n))
		}
		fmt.Fprintln(table, "\t")
	}
	_ = table.Flush()
}
