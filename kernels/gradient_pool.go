package kernels

// Gradient stores the gradient of the input x of one picture, from that of the
// output: of max pooling to the first greatest cell of each window, of average
// pooling to all cells inside the picture alike.
func (s *PoolSpec) Gradient(dx, x, dy []float32) {
	w, n := &s.Window, s.Channels
	clear(dx[:s.InHeight*s.InWidth*n])
	for oy := range w.OutHeight {
		top, bottom := w.rows(oy, s.InHeight)
		for ox := range w.OutWidth {
			left, right := w.columns(ox, s.InWidth)
			from := dy[(oy*w.OutWidth+ox)*n:][:n]
			if s.Average {
				share := 1 / float32((bottom-top)*(right-left))
				for y := top; y < bottom; y++ {
					for c := left; c < right; c++ {
						addScaled(dx[(y*s.InWidth+c)*n:][:n], from, share)
					}
				}
				continue
			}
			s.maxGradient(dx, x, from, top, bottom, left, right)
		}
	}
}

func (s *PoolSpec) maxGradient(dx, x, dy []float32, top, bottom, left, right int) {
	n, row := s.Channels, s.InWidth*s.Channels
	first := top*row + left*n
	if bottom-top == 2 && right-left == 2 {
		a, b := x[first:][:2*n], x[first+row:][:2*n]
		for c, g := range dy {
			at, best := first+c, a[c]
			if v := a[n+c]; v > best {
				at, best = first+n+c, v
			}
			if v := b[c]; v > best {
				at, best = first+row+c, v
			}
			if b[n+c] > best {
				at = first + row + n + c
			}
			dx[at] += g
		}
		return
	}
	for c, g := range dy {
		best := first + c
		for y := top; y < bottom; y++ {
			for column := left; column < right; column++ {
				if at := y*row + column*n + c; x[at] > x[best] {
					best = at
				}
			}
		}
		dx[best] += g
	}
}

// addScaled adds v times factor to sums.
func addScaled(sums, v []float32, factor float32) {
	v = v[:len(sums)]
	for i := range sums {
		sums[i] += v[i] * factor
	}
}

// Gradient stores the gradient of the input x, from that of the output.
func (s *GlobalPoolSpec) Gradient(dx, x, dy []float32) {
	n := s.Channels
	dy = dy[:n]
	if s.Average {
		share := 1 / float32(s.Pixels)
		for p := range s.Pixels {
			to := dx[p*n:][:n]
			for c, g := range dy {
				to[c] = g * share
			}
		}
		return
	}
	clear(dx[:s.Pixels*n])
	for c, g := range dy {
		best := c
		for p := range s.Pixels {
			if x[p*n+c] > x[best] {
				best = p*n + c
			}
		}
		dx[best] = g
	}
}
