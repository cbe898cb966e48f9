package train

import (
	"fmt"
	"os"
)

// CSVLog writes Keras's CSVLogger's file: a line for each epoch, counted from 0,
// with the metrics in the order of their names. Without a file it does nothing.
type CSVLog struct {
	File string
}

// Add appends a line, after a header if the fit has just begun.
func (c *CSVLog) Add(e Epoch) error {
	if c.File == "" {
		return nil
	}
	how, text := os.O_APPEND, ""
	if e.Epoch == 1 {
		how, text = os.O_TRUNC, "epoch,accuracy,loss\n"
		if e.ValLoss != nil {
			text = "epoch,accuracy,loss,val_accuracy,val_loss\n"
		}
	}
	text += fmt.Sprintf("%d,%v,%v", e.Epoch-1, e.Accuracy, e.Loss)
	if e.ValLoss != nil {
		text += fmt.Sprintf(",%v,%v", *e.ValAccuracy, *e.ValLoss)
	}
	file, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|how, 0o644)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.WriteString(text + "\n"); err != nil {
		return err
	}
	return file.Close()
}
