//go:build !purego && (amd64 || arm64)

package kernels

// int8Layer is a convolution before it is packed.
type int8Layer struct {
	*Conv2DSpec
	Int8Weights
}

// at is the weight of a cell.
func (l int8Layer) at(y, x, channel, filter int) int8 {
	return l.Values[((y*l.KernelWidth+x)*l.InChannels/l.Groups+channel)*l.Filters+filter]
}

// totals returns the sum of each filter's weights and of their magnitudes.
func (l int8Layer) totals() (sum, magnitude []int) {
	sum, magnitude = make([]int, l.Filters), make([]int, l.Filters)
	for i, w := range l.Values {
		v := int(w)
		sum[i%l.Filters] += v
		magnitude[i%l.Filters] += max(v, -v)
	}
	return sum, magnitude
}
