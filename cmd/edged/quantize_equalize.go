package main

import (
	"context"
	"fmt"
	"io"

	"edged/nn"
)

// equalized says what scaling channels between layers does to the signal to
// noise of the network's output.
type equalized struct {
	Used    bool               `json:"used"`
	Pairs   []nn.EqualizedPair `json:"pairs"`
	Without *float64           `json:"output_db_without"`
	With    *float64           `json:"output_db_with"`
}

// tooNoisy is the signal to noise in dB below which int8 answers at random.
const tooNoisy = 10.0

// judgeOutput measures what int8 does to the network's output, and goes on from
// the calibration of an equalized network where that is wanted.
func (w *quantizer) judgeOutput(ctx context.Context) error {
	if w.outcome.Precision != "int8" {
		return nil
	}
	var err error
	if w.outcome.Output, err = w.outputNoise(ctx, w.calibration); err != nil {
		return err
	}
	if w.equalize.value != "off" {
		if err := w.equalizeLayers(ctx); err != nil {
			return err
		}
	}
	if db := w.outcome.Output; db != nil && *db < tooNoisy {
		fmt.Fprintf(w.command.ErrOrStderr(), "edged: the output in int8 has %.1f dB of signal to noise, which is too little: try another --observer or more pictures\n", *db)
	}
	return nil
}

func (w *quantizer) equalizeLayers(ctx context.Context) error {
	flat, pairs, err := w.calibration.Equalize()
	if err != nil || flat == nil {
		return err
	}
	scaled, err := nn.NewCalibration(flat, w.observer.value, w.workers)
	if err != nil {
		return err
	}
	if _, err := w.each(ctx, "calibrating", w.files, scaled.Input(), scaled.Observe); err != nil {
		return err
	}
	with, err := w.outputNoise(ctx, scaled)
	if err != nil {
		return err
	}
	e := &equalized{Pairs: pairs, Without: w.outcome.Output, With: with}
	better := with == nil || e.Without != nil && *with > *e.Without
	if e.Used = better || w.equalize.value == "on"; e.Used {
		w.flat, w.calibration, w.outcome.Output = flat, scaled, with
	}
	w.outcome.Equalized = e
	return nil
}

// outputNoise is the signal to noise of what the calibration makes, against the
// network as it is; nil without noise.
func (w *quantizer) outputNoise(ctx context.Context, c *nn.Calibration) (*float64, error) {
	network, err := c.Quantize()
	if err != nil {
		return nil, err
	}
	meter, err := w.calibration.NewOutputMeter(network)
	if err != nil {
		return nil, err
	}
	if _, err := w.each(ctx, "comparing", spread(w.files, noisePictures), w.calibration.Input(), meter.Measure); err != nil {
		return nil, err
	}
	return decibels(meter.Layers()[0]), nil
}

// print says it in a line, with details one for each pair.
func (e *equalized) print(out io.Writer, details bool) {
	what := "equalized"
	if !e.Used {
		what = "not equalized:"
	}
	fmt.Fprintf(out, "%s %s of layers: the output has %s with it, %s without\n", what, plural(len(e.Pairs), "pair"), inDecibels(e.With), inDecibels(e.Without))
	if details && e.Used {
		for _, p := range e.Pairs {
			fmt.Fprintf(out, "  %s and %s: %.1f dB expected\n", p.From, p.To, p.Decibels)
		}
	}
}
