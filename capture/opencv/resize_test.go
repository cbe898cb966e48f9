//go:build opencv

package opencv_test

import (
	"image"
	"math/rand/v2"
	"testing"

	"gocv.io/x/gocv"

	"edged/kernels"
)

// sizes are pairs of sizes, from and to: extreme ones, then random ones.
func sizes(count int) [][2]image.Point {
	pt := image.Pt
	list := [][2]image.Point{
		{pt(1, 1), pt(224, 224)},
		{pt(224, 224), pt(1, 1)},
		{pt(1, 480), pt(224, 1)},
		{pt(640, 1), pt(1, 224)},
		{pt(2, 2), pt(3, 3)},
		{pt(20, 20), pt(224, 224)},
		{pt(448, 448), pt(224, 224)},
		{pt(448, 224), pt(224, 224)},
		{pt(224, 448), pt(224, 224)},
		{pt(224, 224), pt(448, 448)},
		{pt(672, 896), pt(224, 224)},
		{pt(640, 480), pt(224, 224)},
		{pt(1920, 1080), pt(224, 224)},
		{pt(3000, 2), pt(2, 700)},
		{pt(2, 3000), pt(700, 2)},
		{pt(5, 4000), pt(5, 3999)},
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range count {
		var p [4]int
		for i := range p {
			p[i] = 1 + random.IntN(1<<(1+random.IntN(9)))
		}
		list = append(list, [2]image.Point{pt(p[0], p[1]), pt(p[2], p[3])})
		if random.IntN(4) == 0 { // whole factors, which OpenCV treats apart
			list = append(list, [2]image.Point{pt(p[2]*(1+p[0]%5), p[3]*(1+p[1]%5)), pt(p[2], p[3])})
		}
	}
	return list
}

func TestResizeAsOpenCV(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	tests := []struct {
		method        string
		interpolation gocv.InterpolationFlags
	}{
		{kernels.Nearest, gocv.InterpolationNearestNeighbor},
		{kernels.Bilinear, gocv.InterpolationLinear},
		{kernels.Area, gocv.InterpolationArea},
	}
	for _, tt := range tests {
		t.Run(tt.method, func(t *testing.T) {
			for _, s := range sizes(600) {
				src := make([]byte, s[0].X*s[0].Y*3)
				for i := range src {
					src[i] = byte(random.Uint32())
				}
				worst, count := difference(resizedHere(t, tt.method, src, s[0], s[1]), resizedThere(t, tt.interpolation, src, s[0], s[1]))
				if count > 0 {
					t.Errorf("%v to %v: %d values differ from OpenCV %s, by %d at worst", s[0], s[1], count, gocv.OpenCVVersion(), worst)
				}
			}
		})
	}
}

func difference(a, b []byte) (worst, count int) {
	for i := range a {
		if a[i] != b[i] {
			worst, count = max(worst, int(a[i])-int(b[i]), int(b[i])-int(a[i])), count+1
		}
	}
	return worst, count
}

func resizedHere(t *testing.T, method string, src []byte, from, to image.Point) []byte {
	t.Helper()
	r, err := kernels.NewResizer(method, to.X, to.Y)
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, to.X*to.Y*3)
	if err := r.Resize(dst, src, from.X, from.Y); err != nil {
		t.Fatal(err)
	}
	return dst
}

func resizedThere(t *testing.T, interpolation gocv.InterpolationFlags, src []byte, from, to image.Point) []byte {
	t.Helper()
	in, err := gocv.NewMatFromBytes(from.Y, from.X, gocv.MatTypeCV8UC3, src)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out := gocv.NewMat()
	defer out.Close()
	if err := gocv.Resize(in, &out, to, 0, 0, interpolation); err != nil {
		t.Fatal(err)
	}
	return out.ToBytes()
}
