package nn

// Flatten makes a vector of a tensor, the last axis running fastest.
type Flatten struct{ Base }

// Class returns "Flatten".
func (*Flatten) Class() string { return "Flatten" }

// Build returns the vector's length.
func (l *Flatten) Build(in []Shape) (Shape, error) {
	s, err := single(in)
	if err != nil {
		return nil, err
	}
	return Shape{s.Size()}, nil
}

func (l *Flatten) fields(c *config) {
	c.channelsLast()
}
