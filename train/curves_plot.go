package train

import (
	"bytes"
	"image/color"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// PlotHistory draws accuracy and loss over the epochs, training's and
// validation's, as two SVG pictures.
func PlotHistory(history []Epoch) (accuracy, loss []byte, err error) {
	accuracy, err = plotCurves("accuracy", history, func(e Epoch) (float64, *float64) { return e.Accuracy, e.ValAccuracy })
	if err != nil {
		return nil, nil, err
	}
	loss, err = plotCurves("loss", history, func(e Epoch) (float64, *float64) { return e.Loss, e.ValLoss })
	return accuracy, loss, err
}

func plotCurves(name string, history []Epoch, values func(Epoch) (float64, *float64)) ([]byte, error) {
	var training, validation plotter.XYs
	for _, e := range history {
		t, v := values(e)
		training = append(training, plotter.XY{X: float64(e.Epoch), Y: t})
		if v != nil {
			validation = append(validation, plotter.XY{X: float64(e.Epoch), Y: *v})
		}
	}
	p := plot.New()
	p.Title.Text = name
	p.X.Label.Text, p.Y.Label.Text = "epoch", name
	p.Add(plotter.NewGrid())
	blue, orange := color.RGBA{R: 31, G: 119, B: 180, A: 255}, color.RGBA{R: 255, G: 127, B: 14, A: 255}
	if err := addCurve(p, "training", training, blue); err != nil {
		return nil, err
	}
	if len(validation) > 0 {
		if err := addCurve(p, "validation", validation, orange); err != nil {
			return nil, err
		}
	}
	// Names begin at the lines, so that a viewer's wider font doesn't cover them.
	p.Legend.Padding, p.Legend.Left, p.Legend.XOffs = vg.Points(3), true, 8.5*vg.Centimeter
	p.X.Tick.Marker = epochTicks(len(history))
	p.X.Min, p.X.Max = 1, max(2, float64(len(history)))
	if name == "accuracy" {
		p.Y.Min, p.Y.Max = 0, 1
	} else {
		p.Y.Min = 0
		p.Legend.Top = true
	}
	canvas := vgsvg.New(14*vg.Centimeter, 10*vg.Centimeter)
	p.Draw(draw.Crop(draw.New(canvas), 0, vg.Points(-6), 0, 0)) // half of the last epoch's number
	var out bytes.Buffer
	_, err := canvas.WriteTo(&out)
	return out.Bytes(), err
}

func addCurve(p *plot.Plot, name string, points plotter.XYs, c color.Color) error {
	line, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = c, vg.Points(1.5)
	dots.Color, dots.Shape, dots.Radius = c, draw.CircleGlyph{}, vg.Points(2.5)
	p.Add(line, dots)
	p.Legend.Add(name, line, dots)
	return nil
}

// epochTicks labels the first epoch and multiples of a round number, about ten
// of them.
func epochTicks(epochs int) plot.ConstantTicks {
	step := 1
	for _, factor := range []int{2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 100000} {
		if epochs > 10*step {
			step = factor
		}
	}
	ticks := plot.ConstantTicks{{Value: 1, Label: "1"}}
	for e := max(step, 2); e <= max(epochs, 2); e += step {
		ticks = append(ticks, plot.Tick{Value: float64(e), Label: strconv.Itoa(e)})
	}
	return ticks
}
