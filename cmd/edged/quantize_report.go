package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// noiseTable prints what each layer adds to the error.
func noiseTable(w io.Writer, layers []layerNoise) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "layer\tclass\tprecision\tsignal to noise")
	for _, l := range layers {
		noise := "exact"
		if l.Decibels != nil {
			noise = fmt.Sprintf("%.1f dB", *l.Decibels)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", l.Layer, l.Class, l.Precision, noise)
	}
	_ = table.Flush()
}
