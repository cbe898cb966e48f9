package nn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ParseOptimizer reads an optimizer and settings by Keras's names, as
// "sgd,momentum=0.9,nesterov". What is not said has Keras's defaults. The
// learning rate is none of the settings.
func ParseOptimizer(text string) (Optimizer, error) {
	name, rest, more := strings.Cut(text, ",")
	o, err := NewOptimizer(strings.TrimSpace(name))
	if err != nil {
		return o, err
	}
	settings := o.settings()
	for more {
		var part string
		part, rest, more = strings.Cut(rest, ",")
		key, value, given := strings.Cut(strings.TrimSpace(part), "=")
		setting, ok := settings[key]
		if !ok {
			return o, fmt.Errorf("%s has no setting %q: choose %s", o.Name, key, strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
		}
		if err := setting(value, given); err != nil {
			return o, fmt.Errorf("%s's %s is %q and must be %w", o.Name, key, value, err)
		}
	}
	return o, o.Check()
}

// settings are the functions that read the optimizer's settings.
func (o *Optimizer) settings() map[string]func(value string, given bool) error {
	number := func(to *float64) func(string, bool) error {
		return func(value string, _ bool) (err error) {
			if *to, err = strconv.ParseFloat(value, 64); err != nil {
				err = errors.New("a number")
			}
			return err
		}
	}
	flag := func(to *bool) func(string, bool) error {
		return func(value string, given bool) (err error) {
			*to = true
			if given {
				*to, err = strconv.ParseBool(value)
			}
			if err != nil {
				err = errors.New("true or false")
			}
			return err
		}
	}
	settings := map[string]func(string, bool) error{
		"weight_decay": number(&o.WeightDecay), "clipnorm": number(&o.ClipNorm),
		"global_clipnorm": number(&o.GlobalClipNorm), "clipvalue": number(&o.ClipValue),
	}
	switch o.Name {
	case "SGD":
		settings["momentum"], settings["nesterov"] = number(&o.Momentum), flag(&o.Nesterov)
	case "RMSprop":
		settings["momentum"], settings["rho"], settings["epsilon"] = number(&o.Momentum), number(&o.Rho), number(&o.Epsilon)
		settings["centered"] = flag(&o.Centered)
	default:
		settings["beta_1"], settings["beta_2"], settings["epsilon"] = number(&o.Beta1), number(&o.Beta2), number(&o.Epsilon)
		settings["amsgrad"] = flag(&o.AMSGrad)
	}
	return settings
}
