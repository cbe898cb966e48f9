//go:build !purego

package kernels

import "edged/arm64"

// int8PoolCells is how many pixels a window has at most.
const int8PoolCells = 1 << 16

// int8Pool is poolInt8 on vectors of channels.
type int8Pool struct{ poolInt8 }

// newInt8Pool returns the op, or nil for a spec it isn't made for.
func newInt8Pool(s *PoolInt8Spec) Op {
	if s.Channels < arm64.Int8Lanes || s.Window.Height*s.Window.Width > int8PoolCells {
		return nil
	}
	return &int8Pool{poolInt8{spec: *s}}
}

func (op *int8Pool) Name() string {
	if op.spec.Average {
		return "int8-average-pool/vector/neon"
	}
	return "int8-max-pool/vector/neon"
}

func (op *int8Pool) Workspace() (shared, private int) { return 0, 0 }

func (op *int8Pool) Run(a *Args, first, last int, _ Buffer) {
	s, w, channels := &op.spec, &op.spec.Window, op.spec.Channels
	src, dst := a.Src[0].Int8(), a.Dst.Int8()
	size, line := w.OutWidth*channels, s.InWidth*channels
	loop := arm64.Int8MaxPool
	if s.Average {
		loop = arm64.Int8AveragePool
	}
	for y := first; y < last; y++ {
		top, bottom := w.rows(y, s.InHeight)
		row, rows := dst[y*size:][:size], bottom-top
		for x := 0; x < w.OutWidth; {
			left, right, n := w.alike(x, s.InWidth)
			from, step := src[top*line+left*channels:], w.StrideWidth*channels
			_, _ = row[(x+n)*channels-1], from[(n-1)*step+(rows-1)*line+(right-left)*channels-1]
			loop(row[x*channels:], from, line, channels, channels, rows, right-left, step, n, s.Low, s.High)
			x += n
		}
	}
}

// int8Global is globalInt8 on vectors of channels.
type int8Global struct{ globalInt8 }

// newInt8GlobalMax returns the op, or nil for a spec it isn't made for.
func newInt8GlobalMax(s *GlobalPoolSpec) Op {
	if s.Channels < arm64.Int8Lanes {
		return nil
	}
	return &int8Global{*newGlobalMaxInt8(s).(*globalInt8)}
}

// newInt8Mean returns the op, or nil for a spec it isn't made for.
func newInt8Mean(s *MeanInt8Spec) Op {
	if s.Channels < arm64.Int8Lanes {
		return nil
	}
	return &int8Global{*newMeanInt8(s).(*globalInt8)}
}

func (op *int8Global) Name() string {
	if op.mean {
		return "int8-global-average-pool/vector/neon"
	}
	return "int8-global-max-pool/vector/neon"
}

func (op *int8Global) Run(a *Args, _, _ int, private Buffer) {
	s := &op.spec
	src, dst := a.Src[0].Int8()[:s.Pixels*s.Channels], a.Dst.Int8()[:s.Channels]
	if !op.mean {
		arm64.Int8MaxPool(dst, src, 0, s.Channels, s.Channels, 1, s.Pixels, 0, 1, -128, 127)
		return
	}
	sums := take[int32](&private, s.Channels)
	arm64.Int8Sums(sums, src, s.Channels, s.Pixels)
	op.means(dst, sums)
}
