package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"edged/storage"

	"github.com/spf13/cobra"
)

func newModels() *cobra.Command {
	var daemon daemonFlags
	command := group(&cobra.Command{
		Use:   "models",
		Short: "List the models in the watched folder, choose one, check one",
	},
		newModelsList(&daemon),
		newModelsOrder(&daemon, "use NAME", "Serve this model until told otherwise", func(ctx context.Context, o modelOwner, names []string) (string, error) {
			return o.Use(ctx, names[0])
		}),
		newModelsOrder(&daemon, "unpin", "Serve the newest model again after `use`", func(ctx context.Context, o modelOwner, _ []string) (string, error) {
			return o.Unpin(ctx)
		}),
		newModelsOrder(&daemon, "rollback", "Go back to the model that served before", func(ctx context.Context, o modelOwner, _ []string) (string, error) {
			return o.Rollback(ctx)
		}),
		newModelsVerify(&daemon),
	)
	daemon.add(command)
	return command
}

func newModelsList(daemon *daemonFlags) *cobra.Command {
	var asJSON bool
	command := &cobra.Command{
		Use:   "list",
		Short: "List the models, the latest arrival first",
		Args:  takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return withModels(command.Context(), daemon, func(ctx context.Context, o modelOwner) error {
				list, err := o.List(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return json.NewEncoder(command.OutOrStdout()).Encode(list)
				}
				return printModels(command.OutOrStdout(), list)
			})
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return command
}

func newModelsOrder(daemon *daemonFlags, use, short string, do func(context.Context, modelOwner, []string) (string, error)) *cobra.Command {
	command := &cobra.Command{
		Use:   use,
		Short: short,
		Args:  takes(namesIn(use)...),
		RunE: func(command *cobra.Command, names []string) error {
			return withModels(command.Context(), daemon, func(ctx context.Context, o modelOwner) error {
				version, err := do(ctx, o, names)
				if err != nil {
					return err
				}
				fmt.Fprintln(command.OutOrStdout(), version)
				return nil
			})
		},
	}
	return command
}

func newModelsVerify(daemon *daemonFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "verify NAME",
		Short: "Check that a model is complete, loads and answers",
		Args:  takes("NAME"),
		RunE: func(command *cobra.Command, names []string) error {
			return withModels(command.Context(), daemon, func(ctx context.Context, o modelOwner) error {
				if err := o.Verify(ctx, names[0]); err != nil {
					return err
				}
				fmt.Fprintf(command.OutOrStdout(), "%s is complete and answers\n", names[0])
				return nil
			})
		},
	}
}

func printModels(w io.Writer, list []storage.Status) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "MODEL\tSTATE\tARRIVED\tSIZE\tREMARK")
	for _, m := range list {
		fmt.Fprintf(table, "%s\t%s\t%s\t%.1f MB\t%s\n", m.Name, modelState(m), arrived(m), float64(m.Size)/1e6, modelRemark(m))
	}
	return table.Flush()
}

func modelState(m storage.Status) string {
	state := string(m.State)
	if m.Active {
		state = "active"
	}
	if m.Chosen && !m.Active {
		state += ", chosen"
	}
	if m.Pinned {
		state += ", pinned"
	}
	return state
}

func arrived(m storage.Status) string {
	if m.Arrived == nil {
		return "-"
	}
	return m.Arrived.Local().Format(time.DateTime)
}

func modelRemark(m storage.Status) string {
	switch {
	case m.File != "":
		return m.File + ": " + m.Reason
	case m.Reason != "":
		return m.Reason
	case m.Withdrawn:
		return "rolled back"
	default:
		return ""
	}
}
