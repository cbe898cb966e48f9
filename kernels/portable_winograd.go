package kernels

import "unsafe"

// portableConv2D chooses Winograd's method where it saves work. In half
// precision the weights stay small instead: transformed they take four times
// the room.
func portableConv2D(s *Conv2DSpec, w Weights) Op {
	if w.Float16 == nil && winogradFits(s) && min(s.InChannels, s.Filters) >= 8 && s.OutHeight*s.OutWidth >= 2*winogradTile*winogradTile {
		return newWinograd(s, w, gemmPortable, winogradGeneric(1), func(v float32) float32 { return v })
	}
	return newConv2D(s, w)
}

// pair is one column of a panel of the left matrix.
type pair [2]float32

// gemmPortable is the matrix product in plain Go, by tiles of two rows and four
// columns, which is what the registers hold.
var gemmPortable = &gemmKernels[float32]{
	name: "portable", rows: len(pair{}), columns: lanes, group: 1, cut: narrowCut,
	pack: func(dst, src []float32, stride, depth int) {
		for k := range depth {
			dst[2*k], dst[2*k+1] = src[k], src[stride+k]
		}
	},
	multiply: func(dst []float32, stride int, a, b []float32, depth, tiles, panels int, start []float32, startStride int, bounds bounds) {
		left := unsafe.Slice((*pair)(unsafe.Pointer(unsafe.SliceData(a))), len(a)/len(pair{}))
		right := unsafe.Slice((*vec)(unsafe.Pointer(unsafe.SliceData(b))), len(b)/lanes)
		for p := range panels {
			for t := range tiles {
				var c, d vec
				if start != nil {
					copy(c[:], start[2*t*startStride+p*lanes:])
					copy(d[:], start[(2*t+1)*startStride+p*lanes:])
				}
				dotPair(&c, &d, left[t*depth:][:depth], right[p*depth:])
				if bounds != unbounded {
					for i := range c {
						c[i], d[i] = bounds.clamp(c[i]), bounds.clamp(d[i])
					}
				}
				copy(dst[2*t*stride+p*lanes:][:lanes], c[:])
				copy(dst[(2*t+1)*stride+p*lanes:][:lanes], d[:])
			}
		}
	},
}

// dotPair adds two rows times a panel to c and d.
func dotPair(c, d *vec, a []pair, w []vec) {
	w = w[:len(a)]
	c0, c1, c2, c3 := c[0], c[1], c[2], c[3]
	d0, d1, d2, d3 := d[0], d[1], d[2], d[3]
	for i := range a {
		x, y := a[i][0], a[i][1]
		v := &w[i]
		w0, w1, w2, w3 := v[0], v[1], v[2], v[3]
		c0 += x * w0
		c1 += x * w1
		c2 += x * w2
		c3 += x * w3
		d0 += y * w0
		d1 += y * w1
		d2 += y * w2
		d3 += y * w3
	}
	*c = vec{c0, c1, c2, c3}
	*d = vec{d0, d1, d2, d3}
}
