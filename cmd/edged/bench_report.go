package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"edged/nn"
)

// benchTimes are the times of runs, in milliseconds, what the fastest achieved
// beside the highest peak, and the median of what each achieved beside the peak of
// its moment.
type benchTimes struct {
	Runs            int     `json:"runs"`
	MinMS           float64 `json:"min_ms"`
	MedianMS        float64 `json:"median_ms"`
	P90MS           float64 `json:"p90_ms"`
	P99MS           float64 `json:"p99_ms"`
	GFLOPS          float64 `json:"gflops"`
	PeakShare       float64 `json:"peak_share"`
	MedianPeakShare float64 `json:"median_peak_share"`
}

// benchResult is what bench prints.
type benchResult struct {
	Model     string `json:"model"`
	Precision string `json:"precision"`
	Kernels   string `json:"kernels"`
	Threads   int    `json:"threads"`
	benchTimes
	FLOPs          int         `json:"flops"`
	PeakGFLOPS     float64     `json:"peak_gflops"` // of all threads
	CopyGBPS       float64     `json:"copy_gbps"`   // of one thread, read and written
	LoadMS         float64     `json:"load_ms"`
	WeightBytes    int         `json:"weight_bytes"`
	ArenaBytes     int         `json:"arena_bytes"`
	WorkspaceBytes int         `json:"workspace_bytes"`
	Steps          []benchStep `json:"steps,omitempty"`
}

// benchStep is one kernel call.
type benchStep struct {
	Layers []string `json:"layers"`
	Kernel string   `json:"kernel"`
	Shape  nn.Shape `json:"shape"`
	FLOPs  int      `json:"flops"`
	Bytes  int      `json:"bytes"`
	GBPS   float64  `json:"gbps"`
	benchTimes
}

func (r *benchResult) print(w io.Writer) error {
	fmt.Fprintf(w, "%s: %s, kernels %s, %s\n", r.Model, r.Precision, r.Kernels, plural(r.Threads, "thread"))
	fmt.Fprintf(w, "loaded in %.1f ms; weights %.1f MB, tensors %.1f MB, workspace %.1f MB\n",
		r.LoadMS, megabytes(r.WeightBytes), megabytes(r.ArenaBytes), megabytes(r.WorkspaceBytes))
	fmt.Fprintf(w, "min %.3f ms, median %.3f ms, 90 %% %.3f ms, 99 %% %.3f ms of %s\n",
		r.MinMS, r.MedianMS, r.P90MS, r.P99MS, plural(r.Runs, "run"))
	fmt.Fprintf(w, "%.1f GFLOP/s at best, %.0f %% of the peak of %.1f GFLOP/s (median %.0f %% of the peak beside it); a copy moves %.1f GB/s\n",
		r.GFLOPS, 100*r.PeakShare, r.PeakGFLOPS, 100*r.MedianPeakShare, r.CopyGBPS)
	if len(r.Steps) == 0 {
		return nil
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "\nmin us\tmedian us\tGFLOP/s\tpeak\tmedian\tGB/s\t  layers\n")
	for _, s := range r.Steps {
		fmt.Fprintf(table, "%.1f\t%.1f\t%.1f\t%.0f %%\t%.0f %%\t%.1f\t  %s: %s, %s\n",
			1000*s.MinMS, 1000*s.MedianMS, s.GFLOPS, 100*s.PeakShare, 100*s.MedianPeakShare, s.GBPS, strings.Join(s.Layers, "+"), s.Kernel, s.Shape)
	}
	return table.Flush()
}

func megabytes(n int) float64 { return float64(n) / 1e6 }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
