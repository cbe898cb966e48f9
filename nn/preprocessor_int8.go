package nn

import "edged/kernels"

// byteInput turns the bytes of resized pictures into the int8 of one plan's
// input, by a table of what scaling and quantizing make of each byte.
type byteInput struct {
	plan *Plan
	op   kernels.Op
	args kernels.Args
	gray kernels.Buffer
}

// Fill makes the picture the input of r's next Predict. Where the plan's input
// is int8 no float is in between: each byte becomes what Apply and the plan's
// conversion make of it. It allocates when the plan or the pictures' size
// changes only.
func (p *Preprocessor) Fill(r *Runner, picture Image) error {
	q := r.plan.InputQuantization()
	if q == nil {
		return p.Apply(r.Input(), picture)
	}
	if p.bytes.plan != r.plan {
		if err := p.prepare(r.plan, *q); err != nil {
			return err
		}
	}
	if err := p.resizer.Resize(p.pixels, picture.Pixels, picture.Width, picture.Height); err != nil {
		return err
	}
	p.order()
	p.bytes.args.Dst = r.buffer(r.plan.int8In.place)
	r.workers.Do(p.bytes.op, &p.bytes.args, r.private)
	r.begin = 1
	return nil
}

// prepare makes the table for a plan.
func (p *Preprocessor) prepare(plan *Plan, q Quantization) error {
	source := kernels.Buffer(p.pixels)
	if p.color == Gray {
		p.bytes.gray = kernels.NewBuffer(len(p.pixels) / 3)
		source = p.bytes.gray
	}
	if err := p.fits(plan.int8In.size, len(source)); err != nil {
		return err
	}
	table, err := kernels.Select(plan.Kernels())
	if err != nil {
		return err
	}
	spec := kernels.TableInt8Spec{Size: len(source)}
	for i, v := range p.values {
		spec.Table[i] = q.Quantize(v)
	}
	p.bytes.plan, p.bytes.op, p.bytes.args.Src = plan, table.TableInt8(&spec), []kernels.Buffer{source}
	return nil
}

// order puts the resized picture's colours into the model's order.
func (p *Preprocessor) order() {
	switch p.color {
	case BGR:
		for i := 0; i+2 < len(p.pixels); i += 3 {
			p.pixels[i], p.pixels[i+2] = p.pixels[i+2], p.pixels[i]
		}
	case Gray:
		for i := range p.bytes.gray {
			p.bytes.gray[i] = luma(p.pixels[i*3:])
		}
	}
}
