package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"edged/publish/outputs"
	"edged/storage"
	"edged/web"

	"github.com/spf13/cobra"
)

func newStatus() *cobra.Command {
	var (
		daemon daemonFlags
		asJSON bool
	)
	command := &cobra.Command{
		Use:   "status",
		Short: "Tell what the daemon is doing",
		Args:  takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			c, err := daemon.load()
			if err != nil {
				return err
			}
			status, err := web.NewClient(c.Socket()).Status(command.Context())
			if err != nil {
				return fmt.Errorf("%w: start one by `edged run`, or name its state folder by --state", err)
			}
			if asJSON {
				return json.NewEncoder(command.OutOrStdout()).Encode(status)
			}
			return printStatus(command.OutOrStdout(), status)
		},
	}
	daemon.add(command)
	command.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return command
}

func printStatus(w io.Writer, s *web.Status) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(name, format string, values ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(format, values...))
	}
	line("daemon", "edged %s, process %d, up %v, %.1f MB resident", s.Version, s.PID,
		time.Since(s.Started).Round(time.Second), float64(s.RSS)/1e6)
	if m := s.Model; m == nil {
		line("model", "none yet: copy one into the watched folder")
	} else {
		line("model", "%s since %s, %d labels, input %s", m.Name, m.Since.Local().Format(time.DateTime), m.Labels, m.Input)
		line("network", "%s on %s", m.Precision, strings.Join(m.Steps, ", "))
	}
	line("camera", "%s", describeCamera(s.Camera))
	line("frames", "%d received: %d predicted, %d skipped for newer ones, %d without a model",
		s.Frames.Received, s.Frames.Predicted, s.Frames.Skipped, s.Frames.Unanswered)
	if r := s.Result; r != nil {
		line("result", "%s, score %.2f, since %s", r.Label, r.Score, r.Since.Local().Format(time.DateTime))
	}
	for _, o := range s.Outputs {
		line("output", "%s", describeOutput(o))
	}
	line("latency", "%s", describePercentiles(s.Latency))
	line("predict", "%s", describePercentiles(s.Predict))
	for _, p := range s.Ports {
		line("labels", "%s", describePort(p))
	}
	switch {
	case s.CapturesError != "":
		line("captures", "%s", s.CapturesError)
	case s.Captures != nil:
		line("captures", "%d of %d labels, %.1f MB, %d look like an earlier one; %.1f GB free", s.Captures.Count, len(s.Captures.Labels), float64(s.Captures.Bytes)/1e6, s.Captures.Similar, float64(s.Captures.Free)/1e9)
	}
	line("fit", "%s", describeFit(s.Fit))
	if w := s.Shadow; w != nil {
		line("shadow", "%s: %s since %s, %d samples, score %.2f, before %.2f: %s", w.Model, w.State, w.Since.Local().Format(time.DateTime), w.Samples, w.Newer, w.Older, w.Reason)
	}
	for _, sink := range s.Sinks {
		line("events", "%s", describeSink(sink.Name, sink.Written, sink.Dropped, sink.Failed, sink.Error))
	}
	for _, m := range s.Models {
		if m.State == storage.Rejected || m.State == storage.Incomplete {
			line(string(m.State), "%s: %s", m.Name, modelRemark(m))
		}
	}
	return table.Flush()
}

func describeCamera(c web.CameraStatus) string {
	text := fmt.Sprintf("%s: %s", c.Source, c.State)
	if c.Width > 0 {
		text += fmt.Sprintf(", %dx%d, %.1f frames/s", c.Width, c.Height, c.FPS)
	}
	if c.Restarts > 0 {
		text += fmt.Sprintf(", started again %d times", c.Restarts)
	}
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	return text
}

func describePort(p web.PortStatus) string {
	text := fmt.Sprintf("%s: %s", p.Port, p.State)
	if p.Path != "" && p.Path != p.Port {
		text += " as " + p.Path
	}
	text += fmt.Sprintf(", %d orders, %d lines refused", p.Orders, p.Refused)
	for _, reason := range []string{p.Reason, p.Error} {
		if reason != "" {
			text += ": " + reason
		}
	}
	return text
}

func describeOutput(o outputs.Status) string {
	text := fmt.Sprintf("%s: %s, changed %d times", o.Output, o.State, o.Shown)
	if o.Label != "" {
		text += ", shows " + o.Label
	}
	if o.Reason != "" {
		text += ": " + o.Reason
	}
	return text
}

func describeFit(f web.FitStatus) string {
	text := fmt.Sprintf("%s, %d new captures", f.State, f.New)
	if f.Progress != "" {
		text += ", " + f.Progress
	}
	if !f.Next.IsZero() {
		text += ", next at " + f.Next.Local().Format(time.DateTime)
	}
	if f.Result == "" {
		return text
	}
	text += fmt.Sprintf("; the last one %s after %.1f s", f.Result, f.Seconds)
	for _, more := range []string{f.Model, f.Reason} {
		if more != "" {
			text += ": " + more
		}
	}
	return text
}

func describePercentiles(p web.Percentiles) string {
	return fmt.Sprintf("%.1f ms in the median, %.1f ms at 90 %%, %.1f ms at 99 %%, %.1f ms at most", p.P50, p.P90, p.P99, p.Max)
}

func describeSink(name string, written, dropped, failed uint64, reason string) string {
	text := fmt.Sprintf("%s: %d written, %d dropped, %d failed", name, written, dropped, failed)
	if reason != "" {
		text += ": " + reason
	}
	return text
}
