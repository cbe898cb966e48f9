package main

import (
	"fmt"

	"edged/web"

	"github.com/spf13/cobra"
)

func newLabel() *cobra.Command {
	var daemon daemonFlags
	command := &cobra.Command{
		Use:   "label LABEL",
		Short: "Have the daemon keep what the camera sees now, under a label",
		Args:  takes("LABEL"),
		RunE: func(command *cobra.Command, arguments []string) error {
			c, err := daemon.load()
			if err != nil {
				return err
			}
			done, err := web.NewClient(c.Socket()).Carry(command.Context(), "label:"+arguments[0])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(command.OutOrStdout(), done)
			return err
		},
	}
	daemon.add(command)
	return command
}
