package nn

import "fmt"

// Augmentation is one of Keras's layers that change pictures at random while
// training (RandomFlip, RandomRotation, RandomZoom ...) and are the identity at
// inference.
type Augmentation struct {
	Base
	Kind string // the class, as "RandomFlip"
	// Settings are what its configuration says of the change, as JSON gives it:
	// "mode", "factor", "height_factor".
	Settings map[string]any
}

// augmentationKeys are the settings of each kind that Keras 2 and 3 share; of
// the other kinds Keras 2 knows nothing.
var augmentationKeys = map[string][]string{
	"RandomFlip":        {"mode"},
	"RandomRotation":    {"factor", "fill_mode", "interpolation", "fill_value"},
	"RandomZoom":        {"height_factor", "width_factor", "fill_mode", "interpolation", "fill_value"},
	"RandomTranslation": {"height_factor", "width_factor", "fill_mode", "interpolation", "fill_value"},
	"RandomContrast":    {"factor"},
	"RandomBrightness":  {"factor", "value_range"},
	"RandomCrop":        {"height", "width"},
}

// Class returns the Kind.
func (l *Augmentation) Class() string { return l.Kind }

// Build returns its input's shape. A RandomCrop must leave its input as it is:
// Keras would crop the middle out when predicting.
func (l *Augmentation) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	if l.Kind == "RandomCrop" {
		height, _ := integer(l.Settings["height"])
		width, _ := integer(l.Settings["width"])
		if len(s) != 3 || s[0] != height || s[1] != width {
			return nil, fmt.Errorf("it crops its input %v to %dx%d, which is not supported when predicting", s, height, width)
		}
	}
	return s.Clone(), nil
}

func (l *Augmentation) fields(c *config) {
	keys, both := augmentationKeys[l.Kind]
	if c.writing && !both && l.restKeras != c.keras {
		c.err = fmt.Errorf("this class may be unknown to Keras %d: remove the layer, it does nothing when predicting", c.keras)
		return
	}
	if !c.writing {
		l.Settings = map[string]any{}
	}
	for _, key := range keys {
		if c.writing {
			if v, ok := l.Settings[key]; ok {
				c.values[key] = v
			}
		} else if v, ok := c.take(key); ok {
			l.Settings[key] = v
		}
	}
}
