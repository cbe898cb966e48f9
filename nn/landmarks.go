package nn

import "fmt"

// Landmarks are a head that compares a picture with some that it keeps: unit j
// of its hidden layer says how near the features x are to point z of a picture,
// exp(-gamma |x-z|²), and a Dense layer turns that into scores: a network of
// radial basis functions (Broomhead and Lowe, "Multivariable Functional
// Interpolation and Adaptive Networks", 1988). All its layers are Keras's.
type Landmarks struct {
	Pool         int       // the features are means over Pool x Pool places
	Gamma        float64   // of squared distances of features
	Points       []float32 // [landmarks][features]
	Kernel, Bias []float32 // [landmarks][units], [units]
}

// landmarksPool names the layer that begins such a head.
const landmarksPool = "landmarks_pool"

// MapHead is a head on a feature map: a Dense layer on all places of the map,
// or Landmarks.
type MapHead struct {
	// Body ends with the map; Tail begins with it and ends with the scores.
	Body, Tail *Model
	// Map is the map's shape: height, width, channels.
	Map Shape
	// Compares tells that the head is Landmarks already.
	Compares bool

	model *Model
	at    int // of the map's node
}

// SplitMap finds the feature map before the head of a built model: the input of
// Flatten, or of Landmarks. Errors wrap ErrNoHead.
func SplitMap(m *Model) (*MapHead, error) {
	h := &MapHead{model: m, at: m.Outputs[0]}
	denses, others := 0, 0 // between the map and the end; others may only follow the last Dense
	for {
		n := &m.Nodes[h.at]
		if len(n.Inputs) == 0 {
			return nil, fmt.Errorf("no feature map comes before the head: %w", ErrNoHead)
		}
		switch l := n.Layer.(type) {
		case *Softmax, *ActivationLayer, *Merge:
			if denses > 0 {
				others++
			}
		case *Dense:
			denses++
		case *Dropout, *Flatten:
		case *AveragePooling2D:
			if l.Name() != landmarksPool {
				return nil, fmt.Errorf("layer %q (%s): %w", l.Name(), l.Class(), ErrNoHead)
			}
			h.Compares = true
		default:
			return nil, fmt.Errorf("layer %q (%s): %w", l.Name(), l.Class(), ErrNoHead)
		}
		_, flat := n.Layer.(*Flatten)
		h.at = n.Inputs[0]
		before := &m.Nodes[h.at]
		p, pooled := before.Layer.(*AveragePooling2D)
		if flat && pooled && p.Name() == landmarksPool {
			continue
		}
		if flat || h.Compares {
			if len(before.Shape) != 3 {
				return nil, fmt.Errorf("layer %q puts out %v, which is no feature map: %w", before.Layer.Name(), before.Shape, ErrNoHead)
			}
			if !h.Compares && (denses != 1 || others != 0) {
				return nil, fmt.Errorf("more than a Dense layer follows the feature map: %w", ErrNoHead)
			}
			h.Map = before.Shape
			return h, h.split()
		}
	}
}

// split makes Body and Tail.
func (h *MapHead) split() error {
	h.Body = h.model.upTo(h.at, nil)
	if _, err := h.Body.Build(nil); err != nil {
		return err
	}
	var err error
	h.Tail, err = h.model.after(h.at)
	return err
}

// Nearness is the part of Tail that tells how near a map is to each landmark,
// less one.
func (h *MapHead) Nearness() (*Model, error) {
	if !h.Compares {
		return nil, fmt.Errorf("the head keeps no landmarks: %w", ErrNoHead)
	}
	m := h.Tail.upTo(h.Tail.Nodes[h.Tail.Outputs[0]].Inputs[0], nil)
	_, err := m.Build(nil)
	return m, err
}

// With returns the model with Landmarks instead of its head. The body's layers
// are shared.
func (h *MapHead) With(l *Landmarks) (*Model, error) {
	height, width, channels := h.Map[0]/l.Pool, h.Map[1]/l.Pool, h.Map[2]
	features, units := height*width*channels, len(l.Bias)
	count := len(l.Kernel) / max(units, 1)
	if l.Pool < 1 || features == 0 || len(l.Points) != count*features || len(l.Kernel) != count*units {
		return nil, fmt.Errorf("%d landmarks of %d features have %d numbers", count, features, len(l.Points))
	}
	// -gamma |x-z|² = 2 gamma x z - gamma z² - gamma x², and elu of what is
	// never positive is its exponential less one.
	products := make([]float32, len(l.Points))
	offsets := make([]float32, count)
	for j := range count {
		length := 0.0
		for _, z := range l.Points[j*features:][:features] {
			length += float64(z) * float64(z)
		}
		offsets[j] = float32(-l.Gamma * length)
	}
	const line = 16 // landmarks whose products are neighbours in memory
	for first := 0; first < count; first += line {
		for k := range features {
			row := products[k*count:][:count]
			for j := first; j < min(first+line, count); j++ {
				row[j] = float32(2 * l.Gamma * float64(l.Points[j*features+k]))
			}
		}
	}
	lengths := make([]float32, features)
	for k := range lengths {
		lengths[k] = float32(-l.Gamma)
	}
	bias := make([]float32, units)
	for k := range bias {
		sum := float64(l.Bias[k])
		for j := range count {
			sum += float64(l.Kernel[j*units+k])
		}
		bias[k] = float32(sum)
	}
	out := append([]Node(nil), h.model.upTo(h.at, nil).Nodes...)
	at := h.at
	add := func(layer Layer, inputs ...int) int {
		out = append(out, Node{Layer: layer, Inputs: inputs})
		return len(out) - 1
	}
	pool := [2]int{l.Pool, l.Pool}
	flat := add(&Flatten{Base: Named("landmarks_flatten")}, add(&AveragePooling2D{Base: Named(landmarksPool), PoolSize: pool, Strides: pool}, at))
	dot := add(dense("landmarks", count, Activation{}, features, products, offsets), flat)
	length := add(dense("landmarks_length", 1, Activation{}, features, lengths, nil), add(&Merge{Base: Named("landmarks_square"), Kind: "Multiply"}, flat, flat))
	near := add(&ActivationLayer{Base: Named("landmarks_nearness"), Activation: Activation{Name: "elu", Alpha: 1}},
		add(&Merge{Base: Named("landmarks_distance"), Kind: "Add"}, dot, length))
	scores := add(dense("landmarks_scores", units, Activation{Name: "softmax"}, count, l.Kernel, bias), near)
	return NewFunctional(h.model.ModelName, out, scores)
}

// dense is a Dense layer with weights.
func dense(name string, units int, a Activation, inputs int, kernel, bias []float32) *Dense {
	d := &Dense{Base: Named(name), Units: units, Activation: a, UseBias: bias != nil}
	d.Kernel = &Weight{Name: "kernel", Shape: Shape{inputs, units}, Value: kernel, Trainable: true}
	if bias != nil {
		d.Bias = &Weight{Name: "bias", Shape: Shape{units}, Value: bias, Trainable: true}
	}
	return d
}
