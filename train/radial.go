package train

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"

	"edged/nn"
)

// The settings of heads with landmarks, chosen on digits: docs/learning.md.
const (
	maxLandmarks = 400
	mapPlaces    = 16 // of the pooled map, at most, along each side
	maxCopies    = 6  // of a capture
	radialRows   = 3000
	radialDecay  = 1e-4
	radialSteps  = 60
	radialJitter = 1e-5 // added to the landmarks' products with themselves
	radialBlock  = 192  // maps that are in memory at a time
)

// radial fits heads with landmarks: exp(-gamma d²) of the distances d from some
// captures, and a Dense layer on top. Its training captures are joined by copies
// whose feature maps are moved a little.
type radial struct {
	f                   *HeadFit
	classes             []int // of all captures, those to train on first
	training, all       int
	copies              int
	units               int
	pool                int
	gamma               float64
	points              []float32 // [landmarks][features]
	landmarks           []int     // captures
	near                []float32 // [rows][landmarks]: a capture to train on, its copies, the next
	height, width, deep int       // of the pooled map
}

// row is what is near to the landmarks of a capture, or of its copy from 1 on.
func (r *radial) row(capture, copied int) []float32 {
	at := capture*(1+r.copies) + copied
	if capture >= r.training {
		at = r.training*(1+r.copies) + capture - r.training
	}
	return r.near[at*len(r.landmarks):][:len(r.landmarks)]
}

// newRadial measures how near captures and copies are to the landmarks.
func (f *HeadFit) newRadial(ctx context.Context, shape nn.Shape, features *Features, training, heldOut []keyed, units int) (*radial, error) {
	all := append(training[:len(training):len(training)], heldOut...)
	r := &radial{f: f, training: len(training), all: len(all), units: units, pool: 1}
	for max(shape[0], shape[1]) > mapPlaces*r.pool {
		r.pool *= 2
	}
	r.height, r.width, r.deep = shape[0]/r.pool, shape[1]/r.pool, shape[2]
	for _, k := range all {
		r.classes = append(r.classes, k.Class)
	}
	r.copies = radialCopies(r.training)
	r.landmarks = r.choose()
	maps, err := f.newMapReader(r, shape, features)
	if err != nil {
		return nil, err
	}
	if err := r.keepPoints(ctx, maps, training); err != nil {
		return nil, err
	}
	return r, r.measure(ctx, maps, all)
}

// radialCopies is how many copies join each capture.
func radialCopies(training int) int { return min(max(radialRows/training-1, 0), maxCopies) }

// choose takes captures as landmarks: the same number of each class, as far as
// there are so many.
func (r *radial) choose() []int {
	taken, rank := make([]int, r.units), make([]int, r.training)
	order := make([]int, r.training)
	for i := range order {
		order[i], rank[i] = i, taken[r.classes[i]]
		taken[r.classes[i]]++
	}
	slices.SortStableFunc(order, func(a, b int) int { return rank[a] - rank[b] })
	order = order[:min(len(order), maxLandmarks)]
	slices.Sort(order)
	return order
}

func (r *radial) size() int { return r.height * r.width * r.deep }

// keepPoints reads the landmarks and sets gamma to one over the mean squared
// distance of the captures from their mean.
func (r *radial) keepPoints(ctx context.Context, maps *mapReader, training []keyed) error {
	size := r.size()
	r.points = make([]float32, len(r.landmarks)*size)
	sum, squares, next := make([]float64, size), 0.0, 0
	err := maps.read(ctx, training, 0, func(first int, block []float32) {
		for i := range len(block) / size {
			one := block[i*size:][:size]
			for k, v := range one {
				sum[k] += float64(v)
			}
			squares += square(one)
			if next < len(r.landmarks) && r.landmarks[next] == first+i {
				copy(r.points[next*size:], one)
				next++
			}
		}
	})
	spread := squares / float64(r.training)
	for _, v := range sum {
		spread -= v / float64(r.training) * v / float64(r.training)
	}
	r.gamma = 1 / max(spread, 1e-12)
	return err
}

func square(v []float32) float64 {
	var sum [4]float64 // which don't wait for each other
	for ; len(v) >= 4; v = v[4:] {
		a, b, c, d := float64(v[0]), float64(v[1]), float64(v[2]), float64(v[3])
		sum[0] += a * a
		sum[1] += b * b
		sum[2] += c * c
		sum[3] += d * d
	}
	for _, x := range v {
		sum[0] += float64(x) * float64(x)
	}
	return sum[0] + sum[1] + sum[2] + sum[3]
}

// measure fills near.
func (r *radial) measure(ctx context.Context, maps *mapReader, captures []keyed) error {
	size, count := r.size(), len(r.landmarks)
	lengths := make([]float64, count)
	for j := range lengths {
		lengths[j] = square(r.points[j*size:][:size])
	}
	r.near = make([]float32, (r.training*(1+r.copies)+r.all-r.training)*count)
	next := 0
	use := func(_ int, block []float32) {
		n := len(block) / size
		dst := r.near[next*count:][:n*count]
		next += n
		r.f.Products.AddTurned(dst, block, r.points, n, size, count)
		parallel(n, func(i int, _ []float32) {
			own := square(block[i*size:][:size])
			for j, v := range dst[i*count:][:count] {
				dst[i*count+j] = float32(math.Exp(-r.gamma * max(own+lengths[j]-2*float64(v), 0)))
			}
		}, 0)
	}
	if err := maps.read(ctx, captures[:r.training], r.copies, use); err != nil {
		return err
	}
	return maps.read(ctx, captures[r.training:], 0, use)
}

// mapReader reads feature maps, pooled, and moves them where a copy is asked for.
type mapReader struct {
	r        *radial
	features *Features
	// fine makes the map that is moved, of twice the places that the head takes,
	// and coarse what the head takes.
	fine, coarse *nn.Plan
}

func (f *HeadFit) newMapReader(r *radial, shape nn.Shape, features *Features) (*mapReader, error) {
	m := &mapReader{r: r, features: features}
	size := max(r.pool/2, 1)
	var err error
	if m.fine, err = f.pooling(shape, size); err == nil {
		m.coarse, err = f.pooling(m.fine.OutputShape(), r.pool/size)
	}
	return m, err
}

// pooling is the plan of means over size x size places.
func (f *HeadFit) pooling(shape nn.Shape, size int) (*nn.Plan, error) {
	side := [2]int{size, size}
	m, err := nn.NewSequential("", shape, &nn.AveragePooling2D{PoolSize: side, Strides: side})
	if err != nil {
		return nil, err
	}
	return f.Compile(m)
}

// mapBlock is how many captures are read at a time, each of so many maps.
func mapBlock(each int) int { return max(radialBlock/each, 1) }

// read calls use with blocks of pooled maps, in order: those of a capture and of
// its copies, which are always moved alike, then those of the next. first is the
// block's first capture.
func (m *mapReader) read(ctx context.Context, captures []keyed, copies int, use func(first int, block []float32)) error {
	size, each := m.r.size(), 1+copies
	most := min(len(captures), mapBlock(each))
	buffer := make([]float32, most*each*size)
	for first := 0; first < len(captures); first += most {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(most, len(captures)-first)
		parallelWith(n, func() func(int) {
			fine, coarse := m.fine.NewRunner(nil), m.coarse.NewRunner(nil)
			shape := m.fine.OutputShape()
			from, moved := newFeatureMap(shape[0], shape[1], shape[2]), newFeatureMap(shape[0], shape[1], shape[2])
			moved.values = coarse.Input()
			return func(i int) {
				key := captures[first+i].key
				m.r.f.Products.Widen(fine.Input(), m.features.Get(key, 0, len(fine.Input())))
				from.values = fine.Predict()
				for c := range each {
					if c == 0 {
						copy(coarse.Input(), from.values)
					} else {
						from.move(moved, rand.New(rand.NewPCG(binary.LittleEndian.Uint64(key[:]), uint64(c))), m.r.f.Products.Blend)
					}
					copy(buffer[(i*each+c)*size:][:size], coarse.Predict())
				}
			}
		})
		use(first, buffer[:n*each*size])
		m.r.f.steps.step()
		m.features.Release()
	}
	return nil
}
