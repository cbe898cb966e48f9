package main

import (
	"fmt"
	"os"
	"slices"

	"edged/kernels"
	"edged/nn"
	"edged/storage/safetensors"

	"github.com/spf13/cobra"
)

func newActivations() *cobra.Command {
	var (
		model         modelFlags
		input, output string
	)
	command := &cobra.Command{
		Use:   "activations --model MODEL --input IN.safetensors --output OUT.safetensors",
		Short: "Write every layer's output for given inputs",
		Long: "activations reads the tensor \"input\", a batch of what the network takes (so after\n" +
			"preprocessing), and writes every layer's output as \"layerNN.Class\", and \"output\".",
		Args: takes(),
		RunE: func(*cobra.Command, []string) error {
			_, plan, err := model.compile(true)
			if err != nil {
				return err
			}
			batch, samples, err := readInput(input, plan.InputShape())
			if err != nil {
				return err
			}
			workers := kernels.NewWorkers(model.threads)
			defer workers.Close()
			return writeTensors(output, activations(plan.NewRunner(workers), batch, samples))
		},
	}
	model.add(command)
	command.Flags().StringVar(&input, "input", "", "`FILE` with the tensor \"input\"")
	command.Flags().StringVar(&output, "output", "", "`FILE` to write")
	_ = command.MarkFlagRequired("input")
	_ = command.MarkFlagRequired("output")
	return command
}

// readInput reads a batch of samples of the given shape.
func readInput(path string, shape nn.Shape) (values []float32, samples int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	tensors, err := safetensors.Open(file, info.Size())
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	found, ok := tensors.Lookup("input")
	if !ok {
		return nil, 0, fmt.Errorf("%s: there is no tensor \"input\" in it", path)
	}
	if len(found.Shape) != len(shape)+1 || !slices.Equal(found.Shape[1:], shape) {
		return nil, 0, fmt.Errorf("%s: input has shape %v and the network takes %v", path, found.Shape, shape)
	}
	values, err = tensors.Float32s("input")
	return values, found.Shape[0], err
}

// activations predicts each sample and collects what every layer gave.
func activations(runner *nn.Runner, batch []float32, samples int) []safetensors.Tensor {
	plan := runner.Plan()
	layers := plan.LayerOutputs()
	values := make([][]float32, len(layers)+1)
	size := plan.InputShape().Size()
	for i := range samples {
		copy(runner.Input(), batch[i*size:(i+1)*size])
		values[len(layers)] = append(values[len(layers)], runner.Predict()...)
		for j := range layers {
			values[j] = append(values[j], runner.LayerOutput(j)...)
		}
	}
	tensors := make([]safetensors.Tensor, 0, len(values))
	for j, layer := range layers {
		tensors = append(tensors, safetensors.Float32(fmt.Sprintf("layer%02d.%s", j, layer.Class), batched(samples, layer.Shape), values[j]))
	}
	return append(tensors, safetensors.Float32("output", batched(samples, plan.OutputShape()), values[len(layers)]))
}

func batched(samples int, shape nn.Shape) []int {
	return append([]int{samples}, shape...)
}

func writeTensors(path string, tensors []safetensors.Tensor) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := safetensors.Write(file, tensors, nil); err != nil {
		file.Close()
		os.Remove(path)
		return fmt.Errorf("%s: %w", path, err)
	}
	return file.Close()
}
