package main

import (
	"fmt"
	"path/filepath"

	"edged/storage"

	"github.com/spf13/cobra"
)

func newConvert() *cobra.Command {
	precision := choice{"auto", precisions}
	command := &cobra.Command{
		Use:   "convert MODEL OUT",
		Short: "Write a model in edged's own form",
		Long:  "convert reads a model in any form that edged knows and writes it as the folder OUT.",
		Args:  takes("MODEL", "OUT"),
		RunE: func(command *cobra.Command, arguments []string) error {
			m, err := storage.Load(arguments[0], storage.LoadOptions{})
			if err != nil {
				return err
			}
			var options storage.CommitOptions
			if precision.value != "auto" {
				options.Precision = storage.Precision(precision.value)
			}
			m.Tool = "edged " + version
			out := filepath.Clean(arguments[1])
			if err := storage.Commit(out, m, options); err != nil {
				return err
			}
			fmt.Fprintln(command.OutOrStdout(), out)
			return nil
		},
	}
	command.Flags().Var(&precision, "precision", "of the weights: auto, float32 or float16; auto is the model's own")
	return command
}
