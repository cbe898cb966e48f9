package nn

// MaxPooling2D takes the largest value under a window, over the cells inside
// the picture only.
//
// Left zero in a literal, PoolSize is 2x2 and Strides are the pool's size.
type MaxPooling2D struct {
	Base
	PoolSize, Strides [2]int
	Padding           Padding
}

// Class returns "MaxPooling2D".
func (*MaxPooling2D) Class() string { return "MaxPooling2D" }

// Build follows Keras's MaxPooling2D.
func (l *MaxPooling2D) Build(in []Shape) (Shape, error) {
	return pool(in, &l.PoolSize, &l.Strides, l.Padding)
}

// AveragePooling2D takes the mean of the values under a window, over the cells
// inside the picture only.
//
// Left zero in a literal, PoolSize is 2x2 and Strides are the pool's size.
type AveragePooling2D struct {
	Base
	PoolSize, Strides [2]int
	Padding           Padding
}

// Class returns "AveragePooling2D".
func (*AveragePooling2D) Class() string { return "AveragePooling2D" }

// Build follows Keras's AveragePooling2D.
func (l *AveragePooling2D) Build(in []Shape) (Shape, error) {
	return pool(in, &l.PoolSize, &l.Strides, l.Padding)
}

func pool(in []Shape, size, strides *[2]int, padding Padding) (Shape, error) {
	s, err := picture(in)
	if err != nil {
		return nil, err
	}
	orDefault(size, [2]int{2, 2})
	orDefault(strides, *size)
	if err := checkSizes("pool_size", size[:]...); err != nil {
		return nil, err
	}
	if err := checkSizes("strides", strides[:]...); err != nil {
		return nil, err
	}
	if err := padding.check(); err != nil {
		return nil, err
	}
	height, width, err := padding.slide(s, *size, *strides, [2]int{1, 1})
	if err != nil {
		return nil, err
	}
	return Shape{height, width, s[2]}, nil
}

func (l *MaxPooling2D) fields(c *config) {
	c.pair("pool_size", &l.PoolSize, [2]int{2, 2})
	c.pair("strides", &l.Strides, l.PoolSize)
	c.padding(&l.Padding)
	c.channelsLast()
}

func (l *AveragePooling2D) fields(c *config) {
	c.pair("pool_size", &l.PoolSize, [2]int{2, 2})
	c.pair("strides", &l.Strides, l.PoolSize)
	c.padding(&l.Padding)
	c.channelsLast()
}
