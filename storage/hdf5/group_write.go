package hdf5

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Group is a group to be written, with its attributes and members. The zero
// Group is empty.
type Group struct {
	texts   []text
	members map[string]any // *Group or *Dataset
}

// text is an attribute of strings.
type text struct {
	name   string
	values []string
	scalar bool
}

// Dataset is a dataset to be written: float32, in C order.
type Dataset struct {
	Shape  []int
	Values []float32
}

// maxStrings is how many strings one attribute holds: an attribute is a message
// of at most 64 KB in the object's header. Keras splits longer lists.
const maxStrings = 4000

// SetText gives the group an attribute of one string.
func (g *Group) SetText(name, value string) {
	g.texts = append(g.texts, text{name, []string{value}, true})
}

// SetStrings gives the group an attribute of a list of strings, or, where they
// are too many for one, attributes name0, name1 and so on, as Keras does.
func (g *Group) SetStrings(name string, values []string) {
	if len(values) <= maxStrings {
		g.texts = append(g.texts, text{name, values, false})
		return
	}
	i := 0
	for part := range slices.Chunk(values, maxStrings) {
		g.texts = append(g.texts, text{fmt.Sprint(name, i), part, false})
		i++
	}
}

// Group returns the group at a path below g. It is made, with all on the way,
// where it doesn't exist. A dataset at the path is an error.
func (g *Group) Group(path string) (*Group, error) {
	at := g
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." {
			continue
		}
		if at.members == nil {
			at.members = map[string]any{}
		}
		if at.members[name] == nil {
			at.members[name] = &Group{}
		}
		next, ok := at.members[name].(*Group)
		if !ok {
			return nil, fmt.Errorf("hdf5: %q of %q is a dataset", name, path)
		}
		at = next
	}
	return at, nil
}

// Put puts a dataset at a path below g, where there is nothing yet.
func (g *Group) Put(path string, d *Dataset) error {
	n := 1
	for _, extent := range d.Shape {
		n *= extent
	}
	if n != len(d.Values) {
		return fmt.Errorf("hdf5: %q has %d values and its shape %v asks for %d", path, len(d.Values), d.Shape, n)
	}
	dir, name := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		dir, name = path[:i], path[i+1:]
	}
	parent, err := g.Group(dir)
	if err != nil {
		return err
	}
	if name == "" || name == "." || parent.members[name] != nil {
		return fmt.Errorf("hdf5: there is something at %q already", path)
	}
	if parent.members == nil {
		parent.members = map[string]any{}
	}
	parent.members[name] = d
	return nil
}

// names lists the members in the order that the format asks for.
func (g *Group) names() []string { return slices.Sorted(maps.Keys(g.members)) }

// walk calls visit with g and all groups below it.
func (g *Group) walk(visit func(*Group)) {
	visit(g)
	for _, name := range g.names() {
		if inner, ok := g.members[name].(*Group); ok {
			inner.walk(visit)
		}
	}
}
