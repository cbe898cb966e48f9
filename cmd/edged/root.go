package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newRoot() *cobra.Command {
	root := group(&cobra.Command{
		Use:   "edged",
		Short: "Say what a camera sees, with a Keras-style network",
		Long: "edged looks through a camera, says what it sees with a Keras-style network and\n" +
			"picks up new models while it runs. Nothing leaves the board.",
		Version:           version,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: start,
	},
		newRun(),
		newSummary(),
		newPredict(),
		newEvaluate(),
		newFit(),
		newActivations(),
		newQuantize(),
		newConvert(),
		newBench(),
		newModels(),
		newCaptures(),
		newLabel(),
		newStatus(),
		newDoctor(),
		newConfig(),
		newVersion(),
		newMan(),
	)
	root.SetVersionTemplate("edged {{.Version}}\n")
	root.SetFlagErrorFunc(advise)
	return root
}

// group makes command one that only has subcommands.
func group(command *cobra.Command, subcommands ...*cobra.Command) *cobra.Command {
	command.AddCommand(subcommands...)
	command.SuggestionsMinimumDistance = 2
	command.Args = func(command *cobra.Command, arguments []string) error {
		if len(arguments) == 0 {
			return nil
		}
		err := fmt.Errorf("`%s` has no command %q", command.CommandPath(), arguments[0])
		if near := command.SuggestionsFor(arguments[0]); len(near) > 0 {
			return fmt.Errorf("%w; did you mean %q?", err, near[0])
		}
		return advise(command, err)
	}
	command.RunE = func(command *cobra.Command, _ []string) error { return command.Help() }
	return command
}

// takes checks the number of arguments that a command takes; names are as in
// its usage line. A last name that ends in "..." stands for one or more.
func takes(names ...string) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		more := len(names) > 0 && strings.HasSuffix(names[len(names)-1], "...")
		switch {
		case len(arguments) == len(names) || more && len(arguments) > len(names):
			return nil
		case len(names) == 0:
			return advise(command, fmt.Errorf("`%s` takes no arguments", command.CommandPath()))
		default:
			return advise(command, fmt.Errorf("`%s` takes %s", command.CommandPath(), strings.Join(names, " ")))
		}
	}
}

func advise(command *cobra.Command, err error) error {
	return fmt.Errorf("%w; try `%s --help`", err, command.CommandPath())
}

// started marks a command whose flags and arguments were understood.
const started = "started"

// start runs before every command.
func start(command *cobra.Command, _ []string) error {
	if err := command.ValidateRequiredFlags(); err != nil {
		return advise(command, err)
	}
	command.Annotations = map[string]string{started: ""}
	return nil
}

func hasStarted(command *cobra.Command) bool {
	_, found := command.Annotations[started]
	return found
}
