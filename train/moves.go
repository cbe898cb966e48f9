package train

import (
	"math"
	"math/rand/v2"
)

// What a copy of a feature map is moved by at most, to either side.
const (
	moveTurn  = 12 * math.Pi / 180 // rotation and shear
	moveZoom  = 0.12
	moveShift = 0.06 // of the map's size
)

// featureMap is what a network makes of a picture, [height][width][channels].
type featureMap struct {
	height, width, channels int
	values                  []float32
}

func newFeatureMap(height, width, channels int) *featureMap {
	return &featureMap{height, width, channels, make([]float32, height*width*channels)}
}

func (m *featureMap) at(y, x int) []float32 {
	return m.values[(y*m.width+x)*m.channels:][:m.channels]
}

// blender is Blend of nn.Products.
type blender func(dst []float32, from [4][]float32, weights [4]float32)

// move writes the map turned, sheared, zoomed and shifted by chance to dst, as
// if the picture had been moved so: linear interpolation, the edge goes on.
func (m *featureMap) move(dst *featureMap, r *rand.Rand, blend blender) {
	some := func(most float64) float64 { return (2*r.Float64() - 1) * most }
	turn, shear, zoomX, zoomY := some(moveTurn), some(moveTurn), 1+some(moveZoom), 1+some(moveZoom)
	a, b := zoomX*math.Cos(turn), -zoomY*math.Sin(turn+shear)
	c, d := zoomX*math.Sin(turn), zoomY*math.Cos(turn+shear)
	middleX, middleY := float64(m.width-1)/2, float64(m.height-1)/2
	shiftX, shiftY := middleX+some(moveShift)*float64(m.width), middleY+some(moveShift)*float64(m.height)
	for y := range m.height {
		for x := range m.width {
			u, v := float64(x)-middleX, float64(y)-middleY
			m.sample(dst.at(y, x), blend, c*u+d*v+shiftY, a*u+b*v+shiftX)
		}
	}
}

// sample writes the features of a place between others.
func (m *featureMap) sample(dst []float32, blend blender, y, x float64) {
	y, x = min(max(y, 0), float64(m.height-1)), min(max(x, 0), float64(m.width-1))
	top, left := int(y), int(x)
	bottom, right := min(top+1, m.height-1), min(left+1, m.width-1)
	down, along := float32(y-float64(top)), float32(x-float64(left))
	blend(dst, [4][]float32{m.at(top, left), m.at(top, right), m.at(bottom, left), m.at(bottom, right)},
		[4]float32{(1 - down) * (1 - along), (1 - down) * along, down * (1 - along), down * along})
}
