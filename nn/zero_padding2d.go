package nn

import "fmt"

// ZeroPadding2D adds rows and columns of zeros: Padding is
// {{top, bottom}, {left, right}}.
type ZeroPadding2D struct {
	Base
	Padding [2][2]int
}

// Class returns "ZeroPadding2D".
func (*ZeroPadding2D) Class() string { return "ZeroPadding2D" }

// Build returns the larger shape.
func (l *ZeroPadding2D) Build(in []Shape) (Shape, error) {
	s, err := picture(in)
	if err != nil {
		return nil, err
	}
	if err := checkEdges("padding", l.Padding); err != nil {
		return nil, err
	}
	out := Shape{s[0] + l.Padding[0][0] + l.Padding[0][1], s[1] + l.Padding[1][0] + l.Padding[1][1], s[2]}
	return out, out.check(maxElements)
}

func checkEdges(what string, edges [2][2]int) error {
	for _, side := range edges {
		for _, n := range side {
			if n < 0 || n > maxSize {
				return fmt.Errorf("%s is %v and must be from 0 to %d on each side", what, edges, maxSize)
			}
		}
	}
	return nil
}

func (l *ZeroPadding2D) fields(c *config) {
	c.edges("padding", &l.Padding, 1)
	c.channelsLast()
}
