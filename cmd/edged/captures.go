package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"edged/cmd/edged/config"
	"edged/storage"

	"github.com/spf13/cobra"
)

func newCaptures() *cobra.Command {
	var daemon daemonFlags
	command := group(&cobra.Command{
		Use:   "captures",
		Short: "List labelled pictures, relabel or delete one, export or import many",
	},
		newCapturesList(&daemon),
		newCapturesRelabel(&daemon),
		newCapturesDelete(&daemon),
		newCapturesExport(&daemon),
		newCapturesImport(&daemon),
	)
	daemon.add(command)
	return command
}

func newCapturesList(daemon *daemonFlags) *cobra.Command {
	var asJSON bool
	var label string
	command := &cobra.Command{
		Use:   "list",
		Short: "List the captures in the order of their arrival",
		Args:  takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			return withCaptures(command.Context(), daemon, func(ctx context.Context, o captureOwner, _ *config.Config) error {
				list, err := o.Captures(ctx)
				if err != nil {
					return err
				}
				list = labelledWith(list, label)
				if asJSON {
					return json.NewEncoder(command.OutOrStdout()).Encode(list)
				}
				return printCaptures(command.OutOrStdout(), list)
			})
		},
	}
	command.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	command.Flags().StringVar(&label, "label", "", "only those of this `LABEL`")
	return command
}

// labelledWith picks the captures of a label; all of them for "".
func labelledWith(list []storage.Capture, label string) []storage.Capture {
	picked := []storage.Capture{}
	for _, p := range list {
		if label == "" || p.Label == label {
			picked = append(picked, p)
		}
	}
	return picked
}

func printCaptures(w io.Writer, list []storage.Capture) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CAPTURE\tTAKEN\tSIZE\tBY\tMODEL SAID\tUSE")
	for _, p := range list {
		said, use := "-", "training"
		if len(p.Scores) > 0 {
			said = fmt.Sprintf("%s %.2f", p.Scores[0].Label, p.Scores[0].Score)
		}
		if storage.HeldOut(p.Name) {
			use = "held out"
		}
		fmt.Fprintf(table, "%s\t%s\t%.0f kB\t%s\t%s\t%s\n", p.Path(), p.Time.Local().Format(time.DateTime), float64(p.Bytes)/1e3, p.Port, said, use)
	}
	return table.Flush()
}

func newCapturesRelabel(daemon *daemonFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "relabel CAPTURE LABEL",
		Short: "Give a capture, named as `list` does, another label",
		Args:  takes("CAPTURE", "LABEL"),
		RunE: func(command *cobra.Command, arguments []string) error {
			return withCaptures(command.Context(), daemon, func(ctx context.Context, o captureOwner, _ *config.Config) error {
				p, err := o.Relabel(ctx, arguments[0], arguments[1])
				if err == nil {
					fmt.Fprintln(command.OutOrStdout(), p.Path())
				}
				return err
			})
		},
	}
}

func newCapturesDelete(daemon *daemonFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "delete CAPTURE...",
		Short: "Move captures out, to the folder of removed ones",
		Args:  takes("CAPTURE..."),
		RunE: func(command *cobra.Command, names []string) error {
			return withCaptures(command.Context(), daemon, func(ctx context.Context, o captureOwner, _ *config.Config) error {
				for _, name := range names {
					p, err := o.Remove(ctx, name)
					if err != nil {
						return err
					}
					fmt.Fprintln(command.OutOrStdout(), p.Path())
				}
				return nil
			})
		},
	}
}
