package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// version is set when edged is built by make.
var version = "unknown"

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print edged's version",
		Args:  takes(),
		Run: func(command *cobra.Command, _ []string) {
			fmt.Fprintf(command.OutOrStdout(), "edged %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}
