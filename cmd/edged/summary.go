package main

import (
	"bytes"
	"fmt"
	"os"

	"edged/nn"
	"edged/storage"

	"github.com/spf13/cobra"
)

func newSummary() *cobra.Command {
	var plot string
	command := &cobra.Command{
		Use:   "summary MODEL",
		Short: "Print Keras's table of a model's layers, or draw them",
		Args:  takes("MODEL"),
		RunE: func(command *cobra.Command, arguments []string) error {
			m, err := storage.Load(arguments[0], storage.LoadOptions{})
			if err != nil {
				return err
			}
			if plot != "" {
				if err := plotNetwork(plot, m.Network); err != nil {
					return err
				}
			}
			_, err = fmt.Fprint(command.OutOrStdout(), m.Network.Summary())
			return err
		},
	}
	command.Flags().StringVar(&plot, "plot", "", "also draw the network as an SVG picture in `FILE`, as keras.utils.plot_model does")
	return command
}

// plotNetwork draws the network and then writes the file, so that a failure
// leaves no half picture.
func plotNetwork(path string, network *nn.Model) error {
	var picture bytes.Buffer
	if err := network.PlotSVG(&picture); err != nil {
		return err
	}
	return os.WriteFile(path, picture.Bytes(), 0o644)
}
