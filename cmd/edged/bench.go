package main

import (
	"encoding/json"
	"errors"
	"time"

	"edged/kernels"

	"github.com/spf13/cobra"
)

func newBench() *cobra.Command {
	var (
		model    modelFlags
		duration time.Duration
		perLayer bool
		asJSON   bool
	)
	command := &cobra.Command{
		Use:   "bench --model MODEL",
		Short: "Measure how fast a model predicts",
		Long: "bench predicts one and the same random input again and again and prints how long that\n" +
			"takes, how many operations a second that makes, and which share it is of what the cores can\n" +
			"do at most, which a short loop of multiply-adds measures: of the highest such peak by the\n" +
			"fastest run, and in the median of the peak that each run had beside it. Operations are those\n" +
			"of the layers' definition: a kernel that needs fewer, as Winograd's, may exceed the peak.",
		Args: takes(),
		RunE: func(command *cobra.Command, _ []string) error {
			if duration <= 0 {
				return errors.New("the time to measure must be positive: give --time 2s, for example")
			}
			b, err := newBenchmark(&model)
			if err != nil {
				return err
			}
			defer b.workers.Close()
			if err := b.run(command.Context(), duration, perLayer); err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(command.OutOrStdout()).Encode(b.result)
			}
			return b.result.print(command.OutOrStdout())
		},
	}
	model.add(command)
	model.addBigCores(command)
	flags := command.Flags()
	flags.DurationVar(&duration, "time", 2*time.Second, "how `long` to measure")
	flags.BoolVar(&perLayer, "per-layer", false, "also measure every step")
	flags.BoolVar(&asJSON, "json", false, "print one JSON object")
	return command
}

// newBenchmark loads and compiles the model and notes how long that takes.
func newBenchmark(flags *modelFlags) (*benchmark, error) {
	begin := time.Now()
	_, plan, err := flags.compile(false)
	if err != nil {
		return nil, err
	}
	loaded := time.Since(begin)
	table, err := kernels.Select(plan.Kernels())
	if err != nil {
		return nil, err
	}
	workers, err := flags.workers()
	if err != nil {
		return nil, err
	}
	b := &benchmark{table: table, workers: workers, runner: plan.NewRunner(workers)}
	b.result = benchResult{
		Model: flags.model, Precision: plan.Precision().String(), Kernels: plan.Kernels(), Threads: workers.Count(),
		LoadMS: milliseconds(loaded), WeightBytes: plan.WeightBytes(), ArenaBytes: plan.ArenaBytes(),
		WorkspaceBytes: plan.WorkspaceBytes(workers.Count()),
	}
	return b, nil
}
