package train

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// CSVLog writes Keras's CSVLogger's file: a line for each epoch, counted from 0,
// with the metrics in the order of their names. Without a file it does nothing.
// The file is written as a whole each time, so that a kill leaves no part of a
// line, and a fit that goes on no gap.
type CSVLog struct {
	File string

	history []Epoch
}

// csvHeader is how the files begin.
const csvHeader = "epoch,accuracy,loss"

// Check refuses a file that is there and no log: it would be overwritten.
func (c *CSVLog) Check() error {
	if c.File == "" {
		return nil
	}
	info, err := regular(c.File)
	if err != nil || info == nil || info.Size() == 0 {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	start := make([]byte, len(csvHeader))
	if _, err := io.ReadFull(file, start); err != nil || string(start) != csvHeader {
		return fmt.Errorf("%s: is there already and no log of a fit", c.File)
	}
	return nil
}

// Add adds epochs.
func (c *CSVLog) Add(epochs ...Epoch) error {
	if c.File == "" {
		return nil
	}
	c.history = append(c.history, epochs...)
	if err := writeAtomically(c.File, c.write); err != nil {
		return fmt.Errorf("log %s: %w", c.File, err)
	}
	return nil
}

func (c *CSVLog) write(w io.Writer) error {
	var text bytes.Buffer
	text.WriteString(csvHeader)
	if len(c.history) > 0 && c.history[0].ValLoss != nil {
		text.WriteString(",val_accuracy,val_loss")
	}
	for _, e := range c.history {
		fmt.Fprintf(&text, "\n%d,%v,%v", e.Epoch-1, e.Accuracy, e.Loss)
		if e.ValLoss != nil {
			fmt.Fprintf(&text, ",%v,%v", *e.ValAccuracy, *e.ValLoss)
		}
	}
	text.WriteByte('\n')
	_, err := text.WriteTo(w)
	return err
}
