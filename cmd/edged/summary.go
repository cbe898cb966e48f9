package main

import (
	"fmt"

	"edged/storage"

	"github.com/spf13/cobra"
)

func newSummary() *cobra.Command {
	return &cobra.Command{
		Use:   "summary MODEL",
		Short: "Print Keras's table of a model's layers",
		Args:  takes("MODEL"),
		RunE: func(command *cobra.Command, arguments []string) error {
			m, err := storage.Load(arguments[0], storage.LoadOptions{})
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(command.OutOrStdout(), m.Network.Summary())
			return err
		},
	}
}
