package nn

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// PlotSVG draws the built model as keras.utils.plot_model does: a box for each
// call of a layer, with its name, class and shapes, and arrows along the data.
// It fails where w does, and on graphs that no picture could show.
func (m *Model) PlotSVG(w io.Writer) error {
	p, err := newPlot(m, func(n Node) float64 {
		title, shapes := m.captions(n)
		return letterWidth*float64(max(utf8.RuneCountInString(title), utf8.RuneCountInString(shapes))) + 2*boxPad
	})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	height := len(p.rows)*(boxHeight+plotRow) - plotRow + 2*plotMargin
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" font-family="Helvetica, Arial, sans-serif" font-size="12">
<title>%s</title>
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#444"/></marker></defs>
<rect width="100%%" height="100%%" fill="#fff"/>
`, p.width, height, p.width, height, escaped(m.ModelName))
	for _, edge := range p.edges {
		fmt.Fprintf(out, "<path d=\"%s\" fill=\"none\" stroke=\"#444\" marker-end=\"url(#arrow)\"/>\n", p.path(edge))
	}
	for _, item := range p.items {
		if item.node >= 0 {
			m.box(out, m.Nodes[item.node], item)
		}
	}
	fmt.Fprint(out, "</svg>\n")
	return out.Flush()
}

// captions are the two lines of a box.
func (m *Model) captions(n Node) (title, shapes string) {
	var in []string
	for _, s := range m.inputShapes(n) {
		in = append(in, s.String())
	}
	title, shapes = n.Layer.Name()+": "+n.Layer.Class(), n.Shape.String()
	if len(in) > 0 {
		shapes = strings.Join(in, ", ") + " \u2192 " + shapes
	}
	return title, shapes
}

// rowTop is the y of a row's upper edge.
func rowTop(row int) int { return plotMargin + row*(boxHeight+plotRow) }

func (m *Model) box(w io.Writer, n Node, item plotted) {
	title, shapes := m.captions(n)
	left, top := item.x-item.width/2, rowTop(item.row)
	fmt.Fprintf(w, `<g><rect x="%.1f" y="%d" width="%.1f" height="%d" rx="4" fill="#fff" stroke="#222"/>`, left, top, item.width, boxHeight)
	fmt.Fprintf(w, `<path d="M%.1f %dv-20a4 4 0 0 1 4-4h%.1fa4 4 0 0 1 4 4v20z" fill="#222"/>`, left, top+boxHeight/2, item.width-8)
	fmt.Fprintf(w, `<text x="%.1f" y="%d" text-anchor="middle" fill="#fff" font-weight="bold">%s</text>`, item.x, top+16, escaped(title))
	fmt.Fprintf(w, `<text x="%.1f" y="%d" text-anchor="middle" fill="#222">%s</text></g>`+"\n", item.x, top+boxHeight-8, escaped(shapes))
}

// path runs an edge down from row to row, straight beside the boxes it passes
// and curved between the rows.
func (p *plot) path(edge []int) string {
	var path strings.Builder
	from := p.items[edge[0]]
	x, y := from.x, rowTop(from.row)+boxHeight
	fmt.Fprintf(&path, "M%.1f %d", x, y)
	for _, i := range edge[1:] {
		to := p.items[i]
		top := rowTop(to.row)
		if to.x == x {
			fmt.Fprintf(&path, "V%d", top)
		} else {
			fmt.Fprintf(&path, "C%.1f %d %.1f %d %.1f %d", x, y+plotRow/2, to.x, top-plotRow/2, to.x, top)
		}
		x, y = to.x, top
		if to.node < 0 {
			y += boxHeight
			fmt.Fprintf(&path, "V%d", y)
		}
	}
	return path.String()
}

func escaped(text string) string {
	var out strings.Builder
	// A strings.Builder never fails to write.
	_ = xml.EscapeText(&out, []byte(text))
	return out.String()
}
