package nn

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestPlotSVG expects every node's box, apart from all others, and well-formed
// XML whatever the names.
func TestPlotSVG(t *testing.T) {
	for _, name := range []string{"functional.keras2", "nested.keras3", "applications/EfficientNetB0.keras2"} {
		m := load(t, name)
		m.Nodes[0].Layer.(*InputLayer).base().LayerName = `a<b>&"c"`
		var text strings.Builder
		if err := m.PlotSVG(&text); err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(text.String()))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if got := strings.Count(text.String(), "<g>"); got != len(m.Nodes) {
			t.Errorf("%s: %d boxes for %d nodes", name, got, len(m.Nodes))
		}
		p, err := newPlot(m, func(Node) float64 { return 100 })
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range p.rows {
			for k := 1; k < len(row); k++ {
				a, b := p.items[row[k-1]], p.items[row[k]]
				if gap := b.x - a.x - (a.width+b.width)/2; gap < plotGap-1e-6 {
					t.Errorf("%s: boxes of row %d are %v pixels apart", name, a.row, gap)
				}
			}
		}
	}
}
