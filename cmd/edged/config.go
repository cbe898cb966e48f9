package main

import (
	"fmt"

	"edged/cmd/edged/config"

	"github.com/spf13/cobra"
)

// newConfig prints the sample, or checks a file.
func newConfig() *cobra.Command {
	return &cobra.Command{
		Use:   "config [FILE]",
		Short: "Print a configuration file with every key, or check one",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, arguments []string) error {
			if len(arguments) == 0 {
				_, err := fmt.Fprint(command.OutOrStdout(), config.Sample)
				return err
			}
			_, err := config.Load(arguments[0])
			return err
		},
	}
}

// daemonFlags say which daemon a command is about.
type daemonFlags struct{ file, state string }

func (f *daemonFlags) add(command *cobra.Command) {
	flags := command.PersistentFlags()
	flags.StringVar(&f.file, "config", "", "configuration `FILE` (default "+config.Path+" if there is one)")
	flags.StringVar(&f.state, "state", "", "state `DIR` of the daemon, over the configuration's")
}

func (f *daemonFlags) load() (*config.Config, error) {
	c, err := config.Load(f.file)
	if err != nil {
		return nil, err
	}
	if f.state != "" {
		c.State = f.state
	}
	return c, nil
}
