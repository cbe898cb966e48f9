package nn

import "fmt"

// Cropping2D removes rows and columns: Cropping is {{top, bottom}, {left, right}}.
type Cropping2D struct {
	Base
	Cropping [2][2]int
}

// Class returns "Cropping2D".
func (*Cropping2D) Class() string { return "Cropping2D" }

// Build returns the smaller shape.
func (l *Cropping2D) Build(in []Shape) (Shape, error) {
	s, err := picture(in)
	if err != nil {
		return nil, err
	}
	if err := checkEdges("cropping", l.Cropping); err != nil {
		return nil, err
	}
	out := Shape{s[0] - l.Cropping[0][0] - l.Cropping[0][1], s[1] - l.Cropping[1][0] - l.Cropping[1][1], s[2]}
	if out[0] < 1 || out[1] < 1 {
		return nil, fmt.Errorf("cropping %v leaves nothing of its input %v", l.Cropping, s)
	}
	return out, nil
}

func (l *Cropping2D) fields(c *config) {
	c.edges("cropping", &l.Cropping, 0)
	c.channelsLast()
}
