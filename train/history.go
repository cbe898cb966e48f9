package train

import (
	"fmt"
	"math"
	"strings"
)

// Epoch is what one epoch of a fit came to, with Keras's names. Loss and
// accuracy are means over the pictures, each scored before the step that it was
// part of.
type Epoch struct {
	Epoch        int      `json:"epoch"` // from 1
	Batches      int      `json:"batches"`
	Seconds      float64  `json:"seconds"`
	LearningRate float64  `json:"lr"`
	Loss         float64  `json:"loss"`
	Accuracy     float64  `json:"accuracy"`
	ValLoss      *float64 `json:"val_loss,omitempty"` // nil without validation
	ValAccuracy  *float64 `json:"val_accuracy,omitempty"`
}

// String is the line that Keras's fit prints with verbose=2.
func (e *Epoch) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d/%d - %.0fs - loss: %s - accuracy: %s", e.Batches, e.Batches, e.Seconds, metric(e.Loss), metric(e.Accuracy))
	if e.ValLoss != nil && e.ValAccuracy != nil {
		fmt.Fprintf(&text, " - val_loss: %s - val_accuracy: %s", metric(*e.ValLoss), metric(*e.ValAccuracy))
	}
	return text.String()
}

// metric writes a number as Keras's progress bar does.
func metric(v float64) string {
	if math.Abs(v) > 1e-3 {
		return fmt.Sprintf("%.4f", v)
	}
	return fmt.Sprintf("%.4e", v)
}

// monitored is the loss that tells which epoch is best.
func (e *Epoch) monitored() float64 {
	if e.ValLoss != nil {
		return *e.ValLoss
	}
	return e.Loss
}

// How far validation's accuracy may stay behind training's: little once nearly
// all is learned, and never more than wideGap.
const (
	overfitGap = 0.1
	wideGap    = 0.25
	learned    = 0.8
)

// Overfitting says in words what a history tells of learning by heart, or
// nothing. It is the history up to the epoch whose weights are kept.
func Overfitting(history []Epoch) string {
	if len(history) == 0 {
		return ""
	}
	last, best := history[len(history)-1], history[0]
	if last.ValLoss == nil {
		return ""
	}
	for _, e := range history {
		if e.ValLoss != nil && *e.ValLoss < *best.ValLoss {
			best = e
		}
	}
	const advice = "more pictures, --augment, dropout or fewer epochs (--patience stops in time) help"
	if gap := last.Accuracy - *last.ValAccuracy; gap > wideGap || gap > overfitGap && last.Accuracy >= learned {
		return fmt.Sprintf("the network overfits: accuracy %.2f on the pictures it was trained on and %.2f on the others: it learns them by heart; %s", last.Accuracy, *last.ValAccuracy, advice)
	}
	if last.Epoch-best.Epoch >= 3 && *last.ValLoss > 1.1**best.ValLoss && last.Loss < best.Loss {
		return fmt.Sprintf("the network begins to overfit: val_loss was best in epoch %d (%.4f) and is %.4f now, while loss went on falling; %s", best.Epoch, *best.ValLoss, *last.ValLoss, advice)
	}
	return ""
}
