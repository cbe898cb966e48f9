package capture

import "time"

// Frame is a picture and when it was taken.
type Frame struct {
	Sequence      uint64    // 1, 2, 3... in the order of capture
	Time          time.Time // of capture
	Width, Height int       // in pixels
	Pixels        []byte    // (Height, Width, 3): rows from the top, red, green, blue
}

// channels is the bytes of a pixel.
const channels = 3

// copyFrom makes f a copy of g and reuses f's memory.
func (f *Frame) copyFrom(g *Frame) {
	pixels := append(f.Pixels[:0], g.Pixels...)
	*f = *g
	f.Pixels = pixels
}
