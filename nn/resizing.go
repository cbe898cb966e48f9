package nn

import "fmt"

// Resizing resizes pictures to Height and Width as tf.image.resize does, with
// half-pixel centres.
type Resizing struct {
	Base
	Height, Width int
	Interpolation string // bilinear (or empty), nearest, area, bicubic ...
	AntiAlias     bool
}

// Class returns "Resizing".
func (*Resizing) Class() string { return "Resizing" }

// Build returns the new shape.
func (l *Resizing) Build(in []Shape) (Shape, error) {
	s, err := picture(in)
	if err != nil {
		return nil, err
	}
	if l.Interpolation == "" {
		l.Interpolation = "bilinear"
	}
	if l.Interpolation != "bilinear" && l.Interpolation != "nearest" {
		return nil, fmt.Errorf("interpolation is %q and must be bilinear or nearest", l.Interpolation)
	}
	if l.AntiAlias {
		return nil, fmt.Errorf("resizing with antialias inside a model is not supported: resize before the model")
	}
	if err := checkSizes("height and width", l.Height, l.Width); err != nil {
		return nil, err
	}
	out := Shape{l.Height, l.Width, s[2]}
	return out, out.check(maxElements)
}

func (l *Resizing) fields(c *config) {
	c.integer("height", &l.Height)
	c.integer("width", &l.Width)
	c.text("interpolation", &l.Interpolation, "bilinear")
	if c.keras == 3 {
		c.boolean("antialias", &l.AntiAlias, false)
		c.channelsLast()
	}
	if !c.writing {
		c.only("crop_to_aspect_ratio", false, "only stretching is supported")
		c.only("pad_to_aspect_ratio", false, "only stretching is supported")
	}
}
