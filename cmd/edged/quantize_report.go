package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"

	"edged/nn"
)

// decibels is what was measured of a layer; nil without noise.
func decibels(l nn.LayerNoise) *float64 {
	db := l.Decibels()
	if math.IsNaN(db) || math.IsInf(db, 0) {
		return nil
	}
	return &db
}

// inDecibels is a measured signal to noise in words.
func inDecibels(db *float64) string {
	if db == nil {
		return "exact"
	}
	return fmt.Sprintf("%.1f dB", *db)
}

// noiseTable prints what each layer adds to the error.
func noiseTable(w io.Writer, layers []layerNoise) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "layer\tclass\tprecision\tsignal to noise")
	for _, l := range layers {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", l.Layer, l.Class, l.Precision, inDecibels(l.Decibels))
	}
	_ = table.Flush()
}
