package nn

import "fmt"

// TrainState is what a Trainer needs besides the model's weights to go on with
// the same numbers. The slots' values are the Trainer's own: write or copy them
// before the next step.
type TrainState struct {
	// Iterations is the number of steps done.
	Iterations int
	// LearningRate is the current one; a Schedule overrides it.
	LearningRate float64
	// Slots are the optimizer's variables, as "conv2d/kernel/m", in a fixed order.
	Slots []*Weight
}

// State returns the state.
func (t *Trainer) State() TrainState {
	s := TrainState{Iterations: t.step.iterations, LearningRate: t.step.rate}
	for _, v := range t.variables {
		s.Slots = append(s.Slots, v.slots...)
	}
	return s
}

// SetState goes on from a state that a Trainer of the same model and optimizer
// was in.
func (t *Trainer) SetState(s TrainState) error {
	own := t.State().Slots
	if len(own) != len(s.Slots) {
		return fmt.Errorf("the state has %d variables and the optimizer %d: it is of another optimizer or model", len(s.Slots), len(own))
	}
	for i, w := range own {
		if g := s.Slots[i]; g.Name != w.Name || len(g.Value) != len(w.Value) {
			return fmt.Errorf("the state has %s with %d values where %s with %d belongs: it is of another model", g.Name, len(g.Value), w.Name, len(w.Value))
		}
	}
	for i, w := range own {
		copy(w.Value, s.Slots[i].Value)
	}
	t.step.iterations, t.step.rate = s.Iterations, s.LearningRate
	return nil
}

// Iterations is the number of steps done.
func (t *Trainer) Iterations() int { return t.step.iterations }

// LearningRate is that of the next step.
func (t *Trainer) LearningRate() float64 { return t.step.current() }

// SetLearningRate changes the learning rate from the next step on, where there
// is no Schedule.
func (t *Trainer) SetLearningRate(rate float64) { t.step.rate = rate }
