package train

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// maxPlotted is how many classes a plot of the confusion matrix can show.
const maxPlotted = 100

// PlotConfusion writes the confusion matrix as an SVG picture: a square for each
// count, darker the larger its share of the row is.
func (e *Evaluation) PlotConfusion(w io.Writer) error {
	n := len(e.Classes)
	if n > maxPlotted {
		return fmt.Errorf("a confusion matrix of %d classes can't be drawn, %d at most", n, maxPlotted)
	}
	p := plot.New()
	p.Title.Text = fmt.Sprintf("accuracy %.4f of %d pictures", e.Accuracy, e.Samples)
	p.X.Label.Text, p.Y.Label.Text = "predicted", "class"
	p.Add(shares{e})
	counts, err := e.counts()
	if err != nil {
		return err
	}
	p.Add(counts)
	labels, upwards := make([]string, n), make([]string, n)
	room := vg.Length(0)
	for i, c := range e.Classes {
		label := shortened(c.Label)
		labels[i], upwards[n-1-i] = label, label
		room = max(room, p.X.Tick.Label.Width(label))
	}
	p.NominalX(labels...)
	p.NominalY(upwards...)
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(n)-0.5, -0.5, float64(n)-0.5
	// A viewer's font may be wider than the one that was measured.
	p.X.Padding, p.Y.Padding = p.X.Padding+room/5, p.Y.Padding+room/5
	side := vg.Length(max(n, 8))*0.9*vg.Centimeter + 2*vg.Centimeter + 1.2*room
	canvas := vgsvg.New(side, side)
	p.Draw(draw.New(canvas))
	_, err = canvas.WriteTo(w)
	return err
}

// maxPlottedLabel is how many characters of a label are drawn.
const maxPlottedLabel = 24

// shortened leaves out the middle of a long label: where names are alike, it is
// the ends that differ.
func shortened(label string) string {
	runes := []rune(label)
	if len(runes) <= maxPlottedLabel {
		return label
	}
	half := (maxPlottedLabel - 1) / 2
	return string(runes[:maxPlottedLabel-1-half]) + "…" + string(runes[len(runes)-half:])
}

// counts writes each count that is not zero into its square.
func (e *Evaluation) counts() (*plotter.Labels, error) {
	n := len(e.Classes)
	var at plotter.XYs
	var text []string
	var dark []bool
	for i, row := range e.Confusion {
		for j, count := range row {
			if count > 0 {
				at = append(at, plotter.XY{X: float64(j), Y: float64(n - 1 - i)})
				text = append(text, strconv.Itoa(count))
				dark = append(dark, share(count, e.Classes[i].Support) > 0.5)
			}
		}
	}
	labels, err := plotter.NewLabels(plotter.XYLabels{XYs: at, Labels: text})
	if err != nil {
		return nil, err
	}
	for i := range labels.TextStyle {
		style := &labels.TextStyle[i]
		style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
		if dark[i] {
			style.Color = color.White
		}
	}
	return labels, nil
}

// shares draws the squares.
type shares struct{ *Evaluation }

// Plot implements plot.Plotter.
func (s shares) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	n := len(s.Classes)
	for i, row := range s.Confusion {
		for j, count := range row {
			left, low := float64(j)-0.5, float64(n-1-i)-0.5
			corners := []vg.Point{{X: x(left), Y: y(low)}, {X: x(left + 1), Y: y(low)}, {X: x(left + 1), Y: y(low + 1)}, {X: x(left), Y: y(low + 1)}}
			if count > 0 {
				c.FillPolygon(blue(share(count, s.Classes[i].Support)), corners)
			}
		}
	}
}

// blue goes from nearly white to dark blue.
func blue(share float64) color.Color {
	between := func(from, to float64) uint8 { return uint8(from + (to-from)*share) }
	return color.RGBA{R: between(235, 8), G: between(243, 48), B: between(251, 107), A: 255}
}
