package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"edged/storage"

	"github.com/spf13/cobra"
)

const convertLong = `convert reads a model in any form that edged knows and writes it as OUT. The
ending of OUT, or --format, says how:

  NAME.keras   a file of Keras 3
  NAME.h5      a file that Keras 2 and Keras 3 load
  NAME.tflite  a file of TensorFlow Lite, in any precision
  else         a folder in edged's own form, or, with --format savedmodel, one as
               Keras 2 writes it

Keras's forms hold the network, its weights in float32 and what model.compile
said. A .keras, .h5 or .tflite file has no room for labels and preprocessing.`

func newConvert() *cobra.Command {
	precision := choice{"auto", precisions}
	format := choice{"auto", []string{"auto", "edged", "keras", "h5", "savedmodel", "tflite"}}
	command := &cobra.Command{
		Use:   "convert MODEL OUT",
		Short: "Write a model in edged's own form, one of Keras's or TensorFlow Lite's",
		Long:  convertLong,
		Args:  takes("MODEL", "OUT"),
		RunE: func(command *cobra.Command, arguments []string) error {
			m, err := storage.Load(arguments[0], storage.LoadOptions{})
			if err != nil {
				return err
			}
			out := filepath.Clean(arguments[1])
			form := storage.ExportFormatOf(out)
			if format.value != "auto" {
				form = storage.ExportFormat(format.value)
			}
			if form == "" || form == "edged" {
				err = commit(out, m, stored(precision.value))
			} else {
				err = export(command, out, m, form, stored(precision.value))
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(command.OutOrStdout(), out)
			return nil
		},
	}
	command.Flags().Var(&precision, "precision", "of the weights: auto, float32, float16, or int8 of a quantized model; auto is the model's own")
	command.Flags().Var(&format, "format", "of OUT: auto (by its ending), edged, keras, h5, savedmodel or tflite")
	return command
}

// stored is the precision to store weights in; empty where a choice says auto.
func stored(choice string) storage.Precision {
	if choice == "auto" {
		return ""
	}
	return storage.Precision(choice)
}

// commit writes m in edged's own form.
func commit(out string, m *storage.Model, precision storage.Precision) error {
	m.Tool = "edged " + version
	exemplars, err := m.Exemplars()
	if err != nil {
		return err
	}
	return storage.Commit(out, m, storage.CommitOptions{Precision: precision, Exemplars: exemplars})
}

// export writes m in a form of others, and says what it has no room for.
func export(command *cobra.Command, out string, m *storage.Model, form storage.ExportFormat, precision storage.Precision) error {
	if err := storage.Export(out, m, storage.ExportOptions{Format: form, Precision: precision}); err != nil {
		return err
	}
	if form != storage.ExportSavedModel && slices.ContainsFunc(m.Labels, func(label string) bool { return !number(label) }) {
		fmt.Fprintf(command.ErrOrStderr(), "%s has no labels in it: put labels.txt beside it\n", out)
	}
	return nil
}

func number(label string) bool {
	_, err := strconv.Atoi(label)
	return err == nil
}
