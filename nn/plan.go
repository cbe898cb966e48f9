package nn

import (
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"edged/kernels"
)

// Options say how a model is compiled.
type Options struct {
	// Kernels are the kernels to use; nil stands for the best of this CPU.
	Kernels *kernels.Table
	// Precision is that of weights and arithmetic.
	Precision Precision
	// KeepLayers computes and keeps the output of every layer; nothing is fused.
	KeepLayers bool
}

// Plan is a model compiled for one precision and one table of kernels: a list
// of prepared steps and a layout of the memory that they need. It is immutable,
// may serve many Runners at once, and doesn't hold on to the Model.
type Plan struct {
	precision Precision
	table     string
	ops       []kernels.Op
	steps     []Step
	memory    []stepMemory
	inputs    []place
	outputs   []place
	layers    []LayerOutput
	kept      []place // of layers
	int8In    int8Tensor
	int8Out   int8Tensor

	arena, shared, private, weights int // bytes
}

// place is where a tensor lies in the arena.
type place struct {
	offset, size int // bytes
	shape        Shape
}

// stepMemory is where a step finds its tensors.
type stepMemory struct {
	dst place
	src []place
}

// Step describes one kernel call of a plan.
type Step struct {
	// Layers are the names of the layers that became this step.
	Layers []string
	// Kernel is the name of the kernel that runs, as "conv2d/winograd-4x4/neon".
	Kernel string
	// Shape is the output's.
	Shape Shape
	// FLOPs is the number of multiplications and additions of the layers'
	// definition, whatever the kernel makes of them.
	FLOPs int
	// Bytes is the size of the weights, the inputs and the output.
	Bytes int
}

// String is the step's layers, joined with "+".
func (s Step) String() string { return strings.Join(s.Layers, "+") }

// LayerOutput describes the output of one layer that a plan with KeepLayers
// keeps.
type LayerOutput struct {
	Name, Class string
	Shape       Shape
}

// Limits on what running a model may need, far above any model that fits on a
// board.
const (
	maxMemory = 4 << 30 // bytes of a runner with two workers
	maxFLOPs  = 1 << 42 // of one prediction: more than half an hour
)

// Compile builds the plan of a model whose weights are filled. Weights are
// folded and packed, so that the model may be dropped afterwards. An error is a
// *LayerError where one layer is to blame.
func Compile(m *Model, o Options) (*Plan, error) {
	if _, err := m.Build(nil); err != nil {
		return nil, err
	}
	if err := CheckWeights(m); err != nil {
		return nil, err
	}
	if o.Kernels == nil {
		var err error
		if o.Kernels, err = kernels.Select(""); err != nil {
			return nil, err
		}
	}
	c := compiler{options: o, model: m, plan: &Plan{precision: o.Precision, table: o.Kernels.Name}}
	if err := c.lower(); err != nil {
		return nil, err
	}
	return c.plan, c.prepare()
}

// compiler is the state of Compile.
type compiler struct {
	options Options
	model   *Model
	plan    *Plan
	graph   graph
	nodes   []tensor // of the model
	kept    []int    // tensors that are read from outside
}

// lower turns the model into steps.
func (c *compiler) lower() error {
	var inputs []tensor
	for _, id := range c.model.Inputs {
		inputs = append(inputs, c.graph.tensor(c.model.Nodes[id].Shape))
	}
	if c.options.Precision == Int8 {
		if err := c.lowerInt8(inputs); err != nil {
			return err
		}
	} else if err := c.lowerFloat(inputs); err != nil {
		return err
	}
	total := 0.0
	for _, s := range c.graph.steps {
		total += float64(s.work.flops())
	}
	if total > maxFLOPs {
		return fmt.Errorf("model %q takes %.0g operations for one prediction, more than the %.0g that edged accepts", c.model.ModelName, total, float64(maxFLOPs))
	}
	return nil
}

// lowerFloat turns the model into steps on float32.
func (c *compiler) lowerFloat(inputs []tensor) error {
	var err error
	if c.nodes, err = c.graph.lowerModel(c.model, inputs); err != nil {
		return err
	}
	for _, id := range c.model.Outputs {
		c.kept = append(c.kept, c.nodes[id].id)
	}
	if !c.options.KeepLayers {
		c.graph.fuse(c.options.Precision, c.kept)
	}
	return nil
}

// prepare packs every step and lays out the memory.
func (c *compiler) prepare() error {
	p := c.plan
	var inputs []int
	for i := range c.model.Inputs {
		inputs = append(inputs, i)
	}
	var err error
	if p.ops, err = c.ops(); err != nil {
		return err
	}
	if !c.options.KeepLayers {
		c.chain()
	}
	offsets, size := c.graph.layOut(inputs, c.kept, !c.options.KeepLayers)
	p.arena = size
	at := func(id int, s Shape) place { return place{offsets[id], c.graph.bytes(id), s} }
	own := func(id int) place { return at(id, c.graph.shapes[id]) }
	for i, s := range c.graph.steps {
		op := p.ops[i]
		p.steps = append(p.steps, Step{Layers: names(s.layers), Kernel: op.Name(), Shape: c.graph.shapes[s.output], FLOPs: s.work.flops()})
		memory := stepMemory{dst: own(s.output)}
		moved := c.graph.bytes(s.output)
		for _, id := range s.inputs {
			memory.src = append(memory.src, own(id))
			moved += c.graph.bytes(id)
		}
		p.memory = append(p.memory, memory)
		shared, private := op.Workspace()
		p.shared, p.private = max(p.shared, shared), max(p.private, private)
		size := p.precision.weightSize(s.work)
		p.weights, moved = p.weights+size, moved+size
		p.steps[len(p.steps)-1].Bytes = moved
	}
	for i := range c.model.Inputs {
		p.inputs = append(p.inputs, own(i))
	}
	for _, id := range c.model.Outputs {
		p.outputs = append(p.outputs, at(c.nodes[id].id, c.nodes[id].shape))
	}
	c.keepInt8(own)
	if need := p.arena + p.shared + 2*p.private; need > maxMemory {
		return fmt.Errorf("model %q needs %d MB to run, more than the %d MB that edged accepts", c.model.ModelName, need>>20, maxMemory>>20)
	}
	c.keepLayers(at)
	return nil
}

// ops prepares every step, several at a time.
func (c *compiler) ops() ([]kernels.Op, error) {
	ops := make([]kernels.Op, len(c.graph.steps))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range c.graph.steps {
		group.Go(func() (err error) {
			if ops[i], err = s.work.prepare(c.options.Kernels, c.plan.precision); err != nil {
				return located(s.layers[0], err)
			}
			return nil
		})
	}
	return ops, group.Wait()
}

// names are the layers' names, each once.
func names(layers []Layer) []string {
	var list []string
	for i, l := range layers {
		if i == 0 || l != layers[i-1] {
			list = append(list, l.Name())
		}
	}
	return list
}

// keepLayers records where the layers' outputs are.
func (c *compiler) keepLayers(at func(int, Shape) place) {
	if !c.options.KeepLayers {
		return
	}
	for _, l := range c.model.Layers {
		for i, n := range c.model.Nodes {
			if n.Layer != l {
				continue
			}
			c.plan.layers = append(c.plan.layers, LayerOutput{l.Name(), l.Class(), n.Shape})
			c.plan.kept = append(c.plan.kept, at(c.nodes[i].id, n.Shape))
			break
		}
	}
}

// Precision is the plan's.
func (p *Plan) Precision() Precision { return p.precision }

// Kernels is the name of the table of kernels that the plan was compiled for.
func (p *Plan) Kernels() string { return p.table }

// Steps describes the kernel calls, in their order.
func (p *Plan) Steps() []Step { return p.steps }

// InputShape is the (first) input's shape.
func (p *Plan) InputShape() Shape { return p.inputs[0].shape }

// OutputShape is the (first) output's shape.
func (p *Plan) OutputShape() Shape { return p.outputs[0].shape }

// LayerOutputs describes the layers' outputs that a plan with KeepLayers keeps,
// in the order of Model.Layers.
func (p *Plan) LayerOutputs() []LayerOutput { return p.layers }

// ArenaBytes is the memory for tensors that each Runner needs.
func (p *Plan) ArenaBytes() int { return p.arena }

// WorkspaceBytes is the memory that each Runner needs besides, for the given
// number of workers.
func (p *Plan) WorkspaceBytes(workers int) int { return p.shared + workers*p.private }

// WeightBytes is the size of the weights in the plan's precision. Kernels that
// transform weights, as Winograd's, hold more.
func (p *Plan) WeightBytes() int { return p.weights }
