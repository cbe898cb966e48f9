package nn

import (
	"fmt"
	"slices"
	"strings"
)

// Summary is the table that tf_keras's model.summary() prints: 65 columns wide,
// or 98 with a column of connections where the graph is no chain.
//
// Source: tf_keras/src/utils/layer_utils.py, print_summary.
func (m *Model) Summary() string {
	t := table{widths: []int{29, 55, 65}}
	header := []string{"Layer (type)", "Output Shape", "Param #"}
	connected := !m.isChain()
	if connected {
		t.widths = []int{29, 58, 68, 98}
		header = append(header, "Connected to")
	}
	width := t.widths[len(t.widths)-1]

	t.line("Model: %q", m.ModelName)
	t.line("%s", strings.Repeat("_", width))
	t.row(header)
	t.line("%s", strings.Repeat("=", width))
	calls := m.calls()
	for _, l := range m.Layers {
		fields := []string{l.Name() + " (" + l.Class() + ")", outputShape(l, calls[l]), fmt.Sprint(countParams(l))}
		if connected {
			fields = append(fields, m.connections(calls[l]))
		}
		t.row(fields)
		t.line("%s", strings.Repeat(" ", width))
	}
	t.line("%s", strings.Repeat("=", width))

	var count, bytes [2]int // not trainable, trainable
	for w, trainable := range m.weights() {
		k := 0
		if trainable {
			k = 1
		}
		count[k] += w.Shape.Size()
		bytes[k] += w.bytes()
	}
	t.line("Total params: %d (%s)", count[0]+count[1], memory(bytes[0]+bytes[1]))
	t.line("Trainable params: %d (%s)", count[1], memory(bytes[1]))
	t.line("Non-trainable params: %d (%s)", count[0], memory(bytes[0]))
	t.line("%s", strings.Repeat("_", width))
	return t.text.String()
}

// isChain tells whether the nodes follow one another without branches, so that
// connections need no telling.
func (m *Model) isChain() bool {
	if !m.Functional {
		return true
	}
	taken := make([]int, len(m.Nodes))
	starts := 0
	seen := map[Layer]bool{}
	for _, n := range m.Nodes {
		if len(n.Inputs) > 1 || seen[n.Layer] {
			return false
		}
		seen[n.Layer] = true
		if len(n.Inputs) == 0 {
			starts++
			continue
		}
		if taken[n.Inputs[0]]++; taken[n.Inputs[0]] > 1 {
			return false
		}
	}
	return starts == 1
}

// outputShape is a layer's output shape, or "multiple" where its calls
// differ.
func outputShape(l Layer, calls []Node) string {
	text := ""
	for _, n := range calls {
		s := n.Shape.String()
		if _, ok := l.(*InputLayer); ok {
			s = "[" + s + "]"
		}
		if text != "" && text != s {
			return "multiple"
		}
		text = s
	}
	return text
}

// connections lists what a layer's calls take as Keras does:
// ['add[0][0]', 'dense[1][0]'].
func (m *Model) connections(calls []Node) string {
	var list []string
	for _, n := range calls {
		for _, i := range n.Inputs {
			from := m.Nodes[i]
			list = append(list, fmt.Sprintf("'%s[%d][0]'", from.Layer.Name(), from.call))
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// calls lists each layer's nodes in the order of its calls.
func (m *Model) calls() map[Layer][]Node {
	calls := map[Layer][]Node{}
	for _, n := range m.Nodes {
		calls[n.Layer] = append(calls[n.Layer], n)
	}
	for _, list := range calls {
		slices.SortFunc(list, func(a, b Node) int { return a.call - b.call })
	}
	return calls
}

// memory writes a number of bytes as Keras does: 19.21 MB.
func memory(bytes int) string {
	size := float64(bytes)
	for _, unit := range []string{"Byte", "KB", "MB", "GB", "TB"} {
		if size < 1024 {
			return fmt.Sprintf("%.2f %s", size, unit)
		}
		size /= 1024
	}
	return fmt.Sprintf("%.2f PB", size)
}

// table prints rows in columns that end at widths, wrapping what is too long.
type table struct {
	widths []int
	text   strings.Builder
}

func (t *table) line(format string, args ...any) { fmt.Fprintf(&t.text, format+"\n", args...) }

// row prints one row on as many lines as its longest field needs.
func (t *table) row(fields []string) {
	left := make([][]rune, len(fields))
	for i, f := range fields {
		left[i] = []rune(f)
	}
	for slices.ContainsFunc(left, func(f []rune) bool { return len(f) > 0 }) {
		line := []rune{}
		start := 0
		for i, end := range t.widths {
			room := end - start
			if i < len(t.widths)-1 {
				room -= 3 // two spaces between columns, one for the indent
			}
			part := fit(left[i], room)
			left[i] = left[i][len(part):]
			if i == 0 {
				line = append(line, ' ')
			}
			line = append(line, part...)
			if i < len(t.widths)-1 {
				line = append(line, ' ', ' ')
			}
			for len(line) < end {
				line = append(line, ' ')
			}
			start = end
		}
		t.line("%s", string(line))
	}
}

// fit returns as much of a field as there is room for, ending where Keras
// likes to break: after the first tuple, list, dictionary or string in a list.
func fit(field []rune, room int) []rune {
	part := field[:min(room, len(field))]
	end := len(part)
	for _, stop := range []string{"),", "},", "],", "',"} {
		if i := strings.Index(string(part), stop); i >= 0 {
			end = min(end, len([]rune(string(part)[:i+len(stop)])))
		}
	}
	return part[:end]
}
