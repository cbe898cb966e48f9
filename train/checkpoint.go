package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"edged/nn"
	"edged/storage/safetensors"
)

// checkpoint is what a checkpoint's metadata says; the tensors beside it are the
// weights, the best weights and the optimizer's variables.
type checkpoint struct {
	Identity     string   `json:"identity"`
	Iterations   int      `json:"iterations"`
	LearningRate float64  `json:"learning_rate"`
	Progress     progress `json:"progress"`
}

// checkpointKey is the entry of the metadata that holds the checkpoint.
const checkpointKey = "edged.checkpoint"

// save writes the checkpoint so that a kill or a power cut at any moment leaves
// this one or the one before.
func (f *Fit) save(s *progress) error {
	state := f.Trainer.State()
	text, err := json.Marshal(checkpoint{f.Identity, state.Iterations, state.LearningRate, *s})
	if err != nil {
		return err
	}
	var tensors []safetensors.Tensor
	for i, w := range f.Trainer.Model().Weights() {
		tensors = append(tensors, safetensors.Float32(fmt.Sprintf("weight/%d", i), w.Shape, w.Value))
		if s.best != nil {
			tensors = append(tensors, safetensors.Float32(fmt.Sprintf("best/%d", i), w.Shape, s.best[i]))
		}
	}
	for i, w := range state.Slots {
		tensors = append(tensors, safetensors.Float32(fmt.Sprintf("slot/%d/%s", i, w.Name), w.Shape, w.Value))
	}
	if err := writeAtomically(f.Checkpoint, func(w io.Writer) error {
		return safetensors.Write(w, tensors, map[string]string{checkpointKey: string(text)})
	}); err != nil {
		return fmt.Errorf("checkpoint %s: %w", f.Checkpoint, err)
	}
	return nil
}

// resume goes on from the checkpoint, if there is one.
func (f *Fit) resume(s *progress) error {
	info, err := regular(f.Checkpoint)
	if err != nil || info == nil {
		return err
	}
	file, err := os.Open(f.Checkpoint)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := f.restore(s, file, info.Size()); err != nil {
		return fmt.Errorf("checkpoint %s: %w; remove it to start anew", f.Checkpoint, err)
	}
	return nil
}

func (f *Fit) restore(s *progress, r io.ReaderAt, size int64) error {
	file, err := safetensors.Open(r, size)
	if err != nil {
		return err
	}
	var c checkpoint
	if err := json.Unmarshal([]byte(file.Metadata()[checkpointKey]), &c); err != nil {
		return fmt.Errorf("it is none: %w", err)
	}
	if c.Identity != f.Identity {
		return errors.New("it is of a fit with other pictures or settings")
	}
	if !c.Progress.whole() {
		return errors.New("it has no epochs")
	}
	weights := f.Trainer.Model().Weights()
	current, best := snapshot(nil, weights), snapshot(nil, weights)
	for i := range weights {
		if err := file.ReadFloat32s(fmt.Sprintf("weight/%d", i), current[i]); err != nil {
			return err
		}
		if err := file.ReadFloat32s(fmt.Sprintf("best/%d", i), best[i]); err != nil {
			return err
		}
	}
	state := f.Trainer.State()
	state.Iterations, state.LearningRate = c.Iterations, c.LearningRate
	state.Slots = slices.Clone(state.Slots)
	for i, w := range state.Slots {
		slot := &nn.Weight{Name: w.Name, Shape: w.Shape, Value: make([]float32, len(w.Value))}
		if err := file.ReadFloat32s(fmt.Sprintf("slot/%d/%s", i, w.Name), slot.Value); err != nil {
			return err
		}
		state.Slots[i] = slot
	}
	if err := f.Trainer.SetState(state); err != nil {
		return err
	}
	for i, w := range weights {
		copy(w.Value, current[i])
	}
	*s = c.Progress
	s.best = best
	return nil
}
