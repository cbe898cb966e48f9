package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// guarded returns memory that ends at an inaccessible page, or begins after one.
func guarded(t *testing.T, end bool) func(v []float32) []float32 {
	t.Helper()
	page := unix.Getpagesize()
	const pages = 16 // for every slice
	return func(v []float32) []float32 {
		memory, err := unix.Mmap(-1, 0, (pages+2)*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := unix.Munmap(memory); err != nil {
				t.Error(err)
			}
		})
		for _, edge := range [][]byte{memory[:page], memory[(pages+1)*page:]} {
			if err := unix.Mprotect(edge, unix.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
		room := Buffer(memory[page : (pages+1)*page]).Float32()
		if end {
			room = room[len(room)-len(v):]
		}
		copy(room, v)
		return room[:len(v):len(v)]
	}
}

// rows visits count pixels of channels.
func rows(count, channels int, visit func(p, c int)) {
	for p := range count {
		for c := range channels {
			visit(p, c)
		}
	}
}

func wider(v []float32) []float64 {
	all := make([]float64, len(v))
	for i, x := range v {
		all[i] = float64(x)
	}
	return all
}

// The loops over channels do what they say, for channels round every width of a
// vector, packed and not, and touch nothing else.
func TestChannelLoops(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		loops := table.channels
		for _, end := range []bool{true, false} {
			place := guarded(t, end)
			memory := make([][]float32, 7)
			for i := range memory {
				memory[i] = place(make([]float32, 4096))
			}
			r := rand.New(rand.NewPCG(21, 22))
			take := func(i, n int) []float32 {
				v := memory[i][:n:n]
				if end {
					v = memory[i][4096-n:]
				}
				copy(v, random(r, n, 1))
				return v
			}
			for _, channels := range []int{1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64, 65, 100, 129} {
				for _, pixels := range []int{1, 2, 3, 7} {
					stride := channels + pixels%2*3
					name := fmt.Sprintf("%s, %d channels, %d pixels, stride %d: ", loops.name, channels, pixels, stride)
					n := (pixels-1)*stride + channels
					x, dy, mean := take(0, n), take(1, n), take(2, channels)

					sums, other := take(3, channels), take(4, channels)
					want, gamma := wider(sums), wider(other)
					rows(pixels, channels, func(p, c int) { want[c] += float64(x[p*stride+c]) })
					loops.sum(sums, x, stride, channels, pixels)
					near(t, name+"sums", sums, want, 1e-6)

					want = wider(sums)
					rows(pixels, channels, func(p, c int) { want[c] += math.Pow(float64(x[p*stride+c])-float64(mean[c]), 2) })
					loops.squares(sums, x, mean, stride, channels, pixels)
					near(t, name+"squares", sums, want, 1e-6)

					want = wider(sums)
					rows(pixels, channels, func(p, c int) {
						g := float64(dy[p*stride+c])
						want[c] += g
						gamma[c] += g * (float64(x[p*stride+c]) - float64(mean[c]))
					})
					loops.slopes(sums, other, x, dy, mean, stride, channels, pixels)
					near(t, name+"slopes of the offset", sums, want, 1e-6)
					near(t, name+"slopes of the scale", other, gamma, 1e-6)

					y, scale := take(5, n), take(6, channels)
					want = wider(y)
					rows(pixels, channels, func(p, c int) {
						want[p*stride+c] = float64(x[p*stride+c])*float64(scale[c]) + float64(mean[c])
					})
					loops.normalize(y, x, scale, mean, stride, channels, pixels)
					near(t, name+"normalized", y, want, 1e-6)

					rows(pixels, channels, func(p, c int) {
						at := p*stride + c
						want[at] = (float64(dy[at]) - float64(sums[c]) - (float64(x[at])-float64(mean[c]))*float64(other[c])) * float64(scale[c])
					})
					loops.back(y, x, dy, mean, scale, sums, other, stride, channels, pixels)
					near(t, name+"gradient", y, want, 1e-6)

					step := stride * (1 + pixels%2)
					dx := take(5, (pixels-1)*step+channels)
					want = wider(dx)
					rows(pixels, channels, func(p, c int) { want[p*step+c] += float64(scale[c]) * float64(dy[p*stride+c]) })
					loops.spread(dx, scale, dy, step, stride, channels, pixels)
					near(t, name+"spread", dx, want, 1e-6)
				}
			}
		}
	})
}

func TestDepthwiseTaps(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		loops, r := table.channels, rand.New(rand.NewPCG(23, 24))
		for _, end := range []bool{true, false} {
			for _, c := range []struct{ channels, taps, rows, pixels int }{{1, 3, 1, 1}, {8, 1, 2, 3}, {9, 3, 2, 5}, {17, 4, 1, 2}, {40, 5, 3, 4}, {56, 7, 2, 3}, {48, 3, 1, 1}} {
				place := guarded(t, end)
				stride, tap, step := c.channels+2, c.channels, c.channels*2
				xRow, dyRow := c.pixels*step+5, c.pixels*stride+1
				x := place(random(r, (c.taps-1)*tap+(c.rows-1)*xRow+(c.pixels-1)*step+c.channels, 1))
				dy := place(random(r, (c.rows-1)*dyRow+(c.pixels-1)*stride+c.channels, 1))
				sums := place(random(r, (c.taps-1)*stride+c.channels, 1))
				want := wider(sums)
				for t := range c.taps {
					for r := range c.rows {
						rows(c.pixels, c.channels, func(p, k int) {
							want[t*stride+k] += float64(x[t*tap+r*xRow+p*step+k]) * float64(dy[r*dyRow+p*stride+k])
						})
					}
				}
				loops.taps(sums, x, dy, stride, tap, step, xRow, dyRow, c.channels, c.taps, c.rows, c.pixels)
				near(t, fmt.Sprintf("%s, %+v", loops.name, c), sums, want, 1e-6)
			}
		}
	})
}

// Windows that overlap and windows apart, in memory that holds nothing else.
func TestPoolLoops(t *testing.T) {
	everyTable(t, func(t *testing.T, table *Table) {
		loops, r := table.channels, rand.New(rand.NewPCG(25, 26))
		for _, end := range []bool{true, false} {
			for _, c := range []struct{ channels, rows, columns, pixels, step int }{{3, 1, 1, 1, 1}, {8, 3, 3, 4, 2}, {9, 2, 3, 3, 3}, {20, 1, 5, 2, 1}, {24, 3, 2, 1, 1}, {33, 2, 2, 5, 1}} {
				place := guarded(t, end)
				stride, step := c.channels+c.rows-1, c.step*(c.channels+c.rows-1)
				row := (c.pixels-1)*step + c.columns*stride + 1
				n := (c.pixels-1)*step + (c.rows-1)*row + (c.columns-1)*stride + c.channels
				x, dx := random(r, n, 1), random(r, n, 1)
				for i := range x {
					x[i] = float32(int(x[i]*2)) / 2 // so that some are equal
				}
				m := (c.pixels-1)*stride + c.channels
				y, dy := make([]float32, m), random(r, m, 1)
				rows(c.pixels, c.channels, func(p, k int) {
					top := float32(math.Inf(-1))
					rows(c.rows, c.columns, func(i, j int) { top = max(top, x[p*step+i*row+j*stride+k]) })
					y[p*stride+k] = top
				})
				want := slices.Clone(dx)
				rows(c.pixels, c.channels, func(p, k int) {
					found := false
					rows(c.rows, c.columns, func(i, j int) {
						if at := p*step + i*row + j*stride + k; x[at] == y[p*stride+k] && !found {
							want[at] += dy[p*stride+k]
							found = true
						}
					})
				})
				x, y, dy = place(x), place(y), place(dy)
				got := place(dx)
				loops.maxima(got, x, y, dy, row, stride, step, c.channels, c.rows, c.columns, c.pixels)
				if !slices.Equal(got, want) {
					t.Fatalf("%s, maxima of %+v: got %v, want %v", loops.name, c, got, want)
				}
				copy(got, dx)
				sums := wider(dx)
				for i := range c.rows {
					for j := range c.columns {
						rows(c.pixels, c.channels, func(p, k int) { sums[p*step+i*row+j*stride+k] += float64(dy[p*stride+k]) * 0.3 })
					}
				}
				loops.means(got, dy, row, stride, step, c.channels, c.rows, c.columns, c.pixels, 0.3)
				near(t, fmt.Sprintf("%s, means of %+v", loops.name, c), got, sums, 1e-6)
			}
		}
	})
}
