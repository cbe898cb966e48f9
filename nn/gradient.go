package nn

import (
	"fmt"
	"math"
	"strings"

	"edged/kernels"
)

// batchTensor is a value that flows between layers, for every sample of a batch.
type batchTensor struct {
	size     int       // elements of a sample
	value    []float32 // [batch][size]
	gradient []float32 // of the loss; nil where nobody needs it

	// maxima are what max pooling, the only one to take the tensor, makes of it.
	// It then applies the slope of activation, for which a quarter of the values
	// do: each maximum is the output of the activation where its gradient goes.
	maxima     *batchTensor
	pool       *kernels.PoolSpec // that takes them
	activation kernels.Activation
	// unpooled tells that the layer that makes the tensor spreads the gradient of
	// the maxima by itself, picture by picture, and that there is none of a batch.
	unpooled bool
}

func (b *batchTensor) sample(i int) []float32 { return b.value[i*b.size:][:b.size:b.size] }

func (b *batchTensor) slope(i int) []float32 { return b.gradient[i*b.size:][:b.size:b.size] }

// pass is a layer in training: tasks that run one after the other. backward
// turns the gradient of the layer's output, which it may overwrite, into those
// of its inputs and weights.
type pass struct {
	layer             Layer
	forward, backward []*task
}

// task is a piece of a pass whose units may run at the same time.
type task struct {
	kernels.Unshared
	trainer *Trainer
	units   int // 0: one for each sample
	private int // bytes
	run     func(unit int, private kernels.Buffer)
}

// Name tells it from the kernels of a plan.
func (*task) Name() string { return "training" }

// Units is the number of units for the current batch.
func (k *task) Units() int {
	if k.units > 0 {
		return k.units
	}
	return k.trainer.n
}

// Workspace is the private one.
func (k *task) Workspace() (shared, private int) { return 0, k.private }

// Run does the units.
func (k *task) Run(_ *kernels.Args, first, last int, private kernels.Buffer) {
	for unit := first; unit < last; unit++ {
		k.run(unit, private)
	}
}

func (t *Trainer) do(k *task) { t.workers.Do(k, &t.args, t.private) }

// samples is a task with a unit for each sample.
func (t *Trainer) samples(private int, run func(i int, private kernels.Buffer)) *task {
	return &task{trainer: t, private: private, run: run}
}

// variable is a weight that is trained.
type variable struct {
	weight      *Weight
	gradient    []float32
	slots       []*Weight
	regularizer Regularizer
}

// penalty is a regularizer at work.
type penalty struct {
	weight      *Weight
	regularizer Regularizer
}

// regularizedName is the name by which Keras's configuration knows a weight:
// "depthwise" for depthwise_kernel.
func regularizedName(w *Weight) string { return strings.TrimSuffix(w.Name, "_kernel") }

// source gives the passes of one layer what they take in.
type source struct {
	tensor *batchTensor
	// into is where the gradient goes: the tensor's own, or, where another layer
	// has stored its own there already, memory to be added from by join.
	into []float32
	join *task
}

// wanted tells whether anybody needs the gradient.
func (s *source) wanted() bool { return s.into != nil }

func (s *source) slope(i int) []float32 {
	n := s.tensor.size
	return s.into[i*n:][:n:n]
}

// backward appends the task that fills in the gradient and, if need be, the one
// that adds it up.
func (p *pass) fill(s *source, k *task) {
	p.backward = append(p.backward, k)
	if s.join != nil {
		p.backward = append(p.backward, s.join)
	}
}

// differentiable is a step of a plan that can be trained, or trained through.
type differentiable interface {
	train(b *trainBuilder, p *pass, in []*source, out *batchTensor) error
}

// trainBuilder makes the passes of a Trainer.
type trainBuilder struct {
	*Trainer
	graph     graph
	trainable map[*Weight]bool
	taken     map[*Weight]bool
	active    map[Layer]bool // layers that train
	uses      []int          // of each tensor by passes not yet made
	scratch   []float32
}

// prepare makes the passes.
func (t *Trainer) prepare() error {
	b := &trainBuilder{Trainer: t, trainable: map[*Weight]bool{}, taken: map[*Weight]bool{}, active: map[Layer]bool{}}
	b.graph.training = true
	for w, trainable := range t.model.weights() {
		b.trainable[w] = trainable
	}
	t.model.walkActive(b.active, true)
	input := b.graph.tensor(t.model.InputShape())
	nodes, err := b.graph.lowerModel(t.model, []tensor{input})
	if err != nil {
		return err
	}
	output := b.splitSigmoid(nodes[t.model.Outputs[0]].id)
	if err := t.options.Loss.check(b.graph.shapes[output].Size()); err != nil {
		return err
	}
	if err := b.makeTensors(input.id, output); err != nil {
		return err
	}
	b.makePenalties()
	last := b.makeLoss(output)
	for i, s := range b.graph.steps {
		p := &pass{layer: s.layers[0]}
		d, ok := s.work.(differentiable)
		if !ok {
			return located(p.layer, fmt.Errorf("edged can't train models with this layer"))
		}
		var in []*source
		for _, id := range s.inputs {
			in = append(in, b.source(id))
		}
		if err := d.train(b, p, in, b.tensors[s.output]); err != nil {
			return located(p.layer, err)
		}
		if i == last || b.tensors[s.output].gradient == nil {
			p.backward = nil
		}
		t.passes = append(t.passes, p)
	}
	t.step = newUpdate(t)
	need := 0
	for _, p := range t.passes {
		for _, k := range append(p.forward, p.backward...) {
			need = max(need, k.private)
		}
	}
	for range t.workers.Count() {
		t.private = append(t.private, kernels.NewBuffer(need))
	}
	return nil
}

// walkActive collects the layers whose trainable is true, as all around them.
func (m *Model) walkActive(active map[Layer]bool, on bool) {
	on = on && !m.Frozen
	for _, l := range m.Layers {
		if inner, ok := l.(*Model); ok {
			inner.walkActive(active, on)
			continue
		}
		b, ok := l.(interface{ Trainable() bool })
		active[l] = on && (!ok || b.Trainable())
	}
}

// weighted is a step with weights, in the order of Layer.Weights.
type weighted interface{ sources() []*Weight }

// makeTensors makes room for every tensor, and for the gradients of those that
// depend on a weight to be trained.
func (b *trainBuilder) makeTensors(input, output int) error {
	varies := make([]bool, len(b.graph.shapes))
	b.uses = make([]int, len(b.graph.shapes))
	size := 0
	for _, s := range b.graph.steps {
		for _, id := range s.inputs {
			varies[s.output] = varies[s.output] || varies[id]
			b.uses[id]++
		}
		if w, ok := s.work.(weighted); ok {
			for _, v := range w.sources() {
				varies[s.output] = varies[s.output] || b.trainable[v]
			}
		}
	}
	if !varies[output] {
		return fmt.Errorf("model %q has no trainable weights", b.model.ModelName)
	}
	for id, shape := range b.graph.shapes {
		n := shape.Size() * b.options.BatchSize
		if size += n; varies[id] {
			size += n
		}
		if size > maxMemory/kernels.Float32Bytes {
			return fmt.Errorf("training model %q with a batch of %d needs more than %d MB: choose a smaller batch", b.model.ModelName, b.options.BatchSize, maxMemory>>20)
		}
	}
	for id, shape := range b.graph.shapes {
		one := &batchTensor{size: shape.Size()}
		n := one.size * b.options.BatchSize
		if id != input {
			one.value = kernels.NewBuffer(n * kernels.Float32Bytes).Float32()
		}
		if varies[id] {
			one.gradient = kernels.NewBuffer(n * kernels.Float32Bytes).Float32()
		}
		b.tensors = append(b.tensors, one)
	}
	for _, s := range b.graph.steps {
		if pool, ok := s.work.(*poolStep); ok && !pool.spec.Average && b.uses[s.inputs[0]] == 1 && s.inputs[0] != output {
			b.tensors[s.inputs[0]].maxima, b.tensors[s.inputs[0]].pool = b.tensors[s.output], &pool.spec
		}
	}
	b.input, b.output = b.tensors[input], b.tensors[output]
	return nil
}

// makePenalties finds the regularizers: of all layers, trained or not, as in
// Keras 2.
func (b *trainBuilder) makePenalties() {
	for _, p := range b.model.Places() {
		base, ok := p.Layer.(interface{ base() *Base })
		if !ok {
			continue
		}
		for _, w := range p.Layer.Weights() {
			if r, ok := base.base().Regularizers[regularizedName(w)]; ok {
				b.penalties = append(b.penalties, penalty{w, r})
			}
		}
	}
}

// makeLoss joins the loss with the last step where that is softmax or sigmoid,
// and returns the index of a step that gradients skip therefore, or -1.
func (b *trainBuilder) makeLoss(output int) int {
	o := b.options.Loss
	l := lossPass{Loss: o, trainer: b.Trainer, outputs: b.output.size, targets: b.output.size, logits: b.output}
	if o.Name == "sparse_categorical_crossentropy" {
		l.targets = 1
	}
	last := -1
	switch i := len(b.graph.steps) - 1; {
	case o.FromLogits:
		l.mode = fromLogits
	case i >= 0 && b.graph.steps[i].output == output && b.uses[output] == 0 && b.joins(b.graph.steps[i].work):
		l.mode, last = fromInputs, i
		l.logits = b.tensors[b.graph.steps[i].inputs[0]]
	}
	b.loss = l
	return last
}

// splitSigmoid makes a step of its own of the sigmoid of a last dense layer, so
// that a crossentropy can be computed from what goes in there.
func (b *trainBuilder) splitSigmoid(output int) int {
	if len(b.graph.steps) == 0 || !b.entropy() {
		return output
	}
	last := b.graph.steps[len(b.graph.steps)-1]
	dense, ok := last.work.(*denseStep)
	if !ok || last.output != output || dense.spec.Activation.Kind != kernels.Sigmoid {
		return output
	}
	dense.spec.Activation = kernels.Activation{}
	b.graph.layer = last.layers[0]
	shape := b.graph.shapes[output]
	return b.graph.add(&activateStep{kernels.ActivateSpec{Size: shape.Size(), Activation: kernels.Activation{Kind: kernels.Sigmoid}}}, shape, tensor{output, shape}).id
}

// joins tells whether the loss is computed from what goes into the last step. As
// in Keras, a categorical crossentropy takes that of a sigmoid for logits too.
func (b *trainBuilder) joins(w work) bool {
	switch s := w.(type) {
	case *softmaxStep:
		return strings.HasSuffix(b.options.Loss.Name, "categorical_crossentropy") && s.spec.Outer == 1 && s.spec.Inner == 1
	case *activateStep:
		return b.entropy() && s.spec.Activation.Kind == kernels.Sigmoid
	}
	return false
}

func (b *trainBuilder) entropy() bool {
	return strings.HasSuffix(b.options.Loss.Name, "crossentropy")
}

// source prepares a tensor as input of the next pass. Of the passes that take
// it the last one runs first on the way back and stores its gradient; the
// others add theirs.
func (b *trainBuilder) source(id int) *source {
	s := &source{tensor: b.tensors[id], into: b.tensors[id].gradient}
	b.uses[id]--
	if s.into == nil || b.uses[id] == 0 {
		return s
	}
	if need := len(s.into); len(b.scratch) < need {
		most := 0
		for _, t := range b.tensors {
			most = max(most, len(t.gradient))
		}
		b.scratch = make([]float32, most)
	}
	s.into = b.scratch[:len(s.into)]
	s.join = b.samples(0, func(i int, _ kernels.Buffer) {
		from := s.slope(i)
		for k, v := range from {
			s.tensor.gradient[i*s.tensor.size+k] += v
		}
	})
	return s
}

// variable returns the weight as one to be trained, or nil.
func (b *trainBuilder) variable(l Layer, w *Weight) (*variable, error) {
	if w == nil || !b.trainable[w] {
		return nil, nil
	}
	if b.taken[w] {
		return nil, fmt.Errorf("it is used more than once; edged trains layers that are used once")
	}
	b.taken[w] = true
	v := &variable{weight: w, gradient: make([]float32, len(w.Value))}
	if base, ok := l.(interface{ base() *Base }); ok {
		v.regularizer = base.base().Regularizers[regularizedName(w)]
	}
	for _, name := range b.options.Optimizer.slots() {
		v.slots = append(v.slots, &Weight{Name: l.Name() + "/" + w.Name + "/" + name, Shape: w.Shape, Value: make([]float32, len(w.Value))})
	}
	b.variables = append(b.variables, v)
	return v, nil
}

// accumulate appends tasks that add up over the samples: add adds what sample i
// has to partial sums of size elements, finish stores their total. The sums are
// cut in the same way whatever the number of workers.
func (b *trainBuilder) accumulate(p *pass, size, private int, add func(i int, sums []float32, private kernels.Buffer), finish func(total []float32)) {
	const most, room = 8, 1 << 23
	t := b.Trainer
	parts := max(1, min(most, t.options.BatchSize, room/max(size, 1)))
	stride := (size + 15) &^ 15
	sums := kernels.NewBuffer(parts * stride * kernels.Float32Bytes).Float32()
	p.backward = append(p.backward, &task{trainer: t, units: parts, private: private, run: func(part int, private kernels.Buffer) {
		own := sums[part*stride:][:size]
		clear(own)
		for i := part * t.n / parts; i < (part+1)*t.n/parts; i++ {
			add(i, own, private)
		}
	}}, &task{trainer: t, units: 1, run: func(int, kernels.Buffer) {
		total := sums[:size]
		for part := 1; part < parts; part++ {
			for k, v := range sums[part*stride:][:size] {
				total[k] += v
			}
		}
		finish(total)
	}})
}

// penalty is the sum of all regularizers' penalties.
func (t *Trainer) penalty() float64 {
	total := 0.0
	for _, p := range t.penalties {
		var absolute, square float64
		for _, v := range p.weight.Value {
			absolute += math.Abs(float64(v))
			square += float64(v) * float64(v)
		}
		total += p.regularizer.L1*absolute + p.regularizer.L2*square
	}
	return total
}
