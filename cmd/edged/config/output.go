package config

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"edged/capture"
	"edged/cmd/edged/results"
	"edged/publish/outputs"
)

// Line is a line of a GPIO chip: its number, which may be written as one, or its
// name.
type Line string

// UnmarshalTOML reads 17 or "GPIO17".
func (l *Line) UnmarshalTOML(value any) error {
	switch v := value.(type) {
	case int64:
		*l = Line(strconv.FormatInt(v, 10))
	case string:
		*l = Line(v)
	default:
		return fmt.Errorf("%v is neither the number nor the name of a line", value)
	}
	return nil
}

// The kinds of outputs.
const (
	outputSerial = "serial"
	outputGPIO   = "gpio"
)

// maxHold bounds how long a label is held.
const maxHold = time.Hour

// Device is what the output leads to.
func (o *Output) Device() outputs.Device {
	if o.Kind == outputGPIO {
		return outputs.GPIO{Chip: o.Chip, Line: string(o.Line), ActiveLow: o.ActiveLow}
	}
	return outputs.Serial{Port: o.Path, Mode: o.Mode()}
}

// checkOutputs returns the first mistake among the outputs, or nil.
func (c *Config) checkOutputs() *mistake {
	seen := map[string]bool{}
	for _, p := range c.Labels.Ports {
		seen[outputs.Serial{Port: p.Path}.String()] = true
	}
	for i := range c.Outputs {
		o := &c.Outputs[i]
		if m := cmp.Or(o.check(), o.checkLabels(), lasting("outputs.hold", o.Hold, 0, maxHold)); m != nil {
			return m
		}
		name := o.Device().String()
		if seen[name] {
			return &mistake{"outputs", fmt.Sprintf("%s has another use: an output needs one of its own", name)}
		}
		seen[name] = true
	}
	return nil
}

// check looks for what the other kind would need, too: it would be in vain.
func (o *Output) check() *mistake {
	switch o.Kind {
	case outputSerial:
		if o.Chip != "" || o.Line != "" || o.ActiveLow {
			return &mistake{"outputs.kind", "a serial output has no chip, line or active_low"}
		}
		if err := capture.CheckPort(o.Path); err != nil {
			return &mistake{"outputs.path", err.Error()}
		}
		if err := o.Mode().Check(); err != nil {
			return &mistake{"outputs", err.Error()}
		}
		return nil
	case outputGPIO:
		if o.Port != (Port{}) {
			return &mistake{"outputs.kind", "a gpio output has no path and no speed"}
		}
		if _, err := strconv.Atoi(string(o.Line)); o.Line == "" || err == nil && o.Chip == "" {
			return &mistake{"outputs.line", "needs a number and a chip, or a name"}
		}
		return nil
	}
	return oneOf("outputs.kind", o.Kind, outputSerial, outputGPIO)
}

func (o *Output) checkLabels() *mistake {
	if i := slices.Index(o.Labels, ""); i >= 0 {
		return &mistake{"outputs.labels", fmt.Sprintf("label %d is empty: name one, %q or %q", i+1, outputs.Known, results.Unknown)}
	}
	return nil
}
