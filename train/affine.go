package train

import (
	"math"

	"edged/nn"
)

// move writes the moved picture to dst: linear interpolation as
// scipy.ndimage.affine_transform does with order 1.
func (t *Transform) move(dst []float32, picture nn.Image) {
	m, moves := t.matrix(picture.Height, picture.Width)
	if !moves {
		for i, v := range picture.Pixels {
			dst[i] = float32(v)
		}
		return
	}
	s := sampler{picture: picture, mode: t.FillMode, outside: float32(t.FillValue)}
	for y := range picture.Height {
		for x := range picture.Width {
			row, column := float64(y), float64(x)
			s.at(dst[(y*picture.Width+x)*3:][:3], m[0]*row+m[1]*column+m[2], m[3]*row+m[4]*column+m[5])
		}
	}
}

// sampler reads a picture between its pixels and beyond its edges.
type sampler struct {
	picture nn.Image
	mode    FillMode
	outside float32
}

// at writes the three colours at a place.
func (s *sampler) at(dst []float32, y, x float64) {
	y, insideY := s.fold(y, s.picture.Height)
	x, insideX := s.fold(x, s.picture.Width)
	if !insideY || !insideX {
		dst[0], dst[1], dst[2] = s.outside, s.outside, s.outside
		return
	}
	top, left := int(y), int(x)
	down, right := float32(y-float64(top)), float32(x-float64(left))
	a, b := s.pixel(top, left), s.pixel(top, left+1)
	c, d := s.pixel(top+1, left), s.pixel(top+1, left+1)
	for k := range 3 {
		upper := float32(a[k])*(1-right) + float32(b[k])*right
		lower := float32(c[k])*(1-right) + float32(d[k])*right
		dst[k] = upper*(1-down) + lower*down
	}
}

// pixel returns a pixel; beyond the last row and column, where its weight is 0
// or the picture goes on so, it is the last one, or the mode's.
func (s *sampler) pixel(y, x int) []byte {
	if y >= s.picture.Height {
		y = s.picture.Height - 1
	}
	if x >= s.picture.Width {
		x = s.picture.Width - 1
	}
	return s.picture.Pixels[(y*s.picture.Width+x)*3:][:3]
}

// fold brings a coordinate into 0 to size-1 as scipy's map_coordinate does, and
// tells whether it is inside there.
func (s *sampler) fold(v float64, size int) (float64, bool) {
	last := float64(size - 1)
	if v >= 0 && v <= last {
		return v, true
	}
	switch s.mode {
	case FillConstant:
		return 0, false
	case FillWrap:
		if size < 2 {
			return 0, true
		}
		v -= last * math.Floor(v/last)
	case FillReflect:
		period := float64(2 * size)
		if v < 0 {
			v = -v - 1
		}
		if v = math.Mod(v, period); v > float64(size)-0.5 {
			v = period - v - 1
		}
	}
	return min(max(v, 0), last), true
}
