package keras

import (
	"errors"
	"fmt"
	"strings"

	"edged/storage/protobuf"

	"google.golang.org/protobuf/encoding/protowire"
)

// maxObjects bounds the objects of a checkpoint and their children, each
// together: an empty one takes two bytes in the file and forty in memory.
const maxObjects = 1 << 17

// objectGraph is what a checkpoint says of the Python objects whose variables
// it holds (TrackableObjectGraph): object 0 is the model, its children are
// named as its attributes. A variable's key in the checkpoint is the shortest
// path to it, which for those of nested models is not the path of layers.
type objectGraph []object

type object struct {
	children []child
	key      string // in the checkpoint, where the object is a variable
}

type child struct {
	name string
	id   int
}

// parseObjectGraph reads a TrackableObjectGraph.
func parseObjectGraph(message []byte) (objectGraph, error) {
	var g objectGraph
	children := 0
	err := protobuf.Fields(message, func(f protobuf.Field) error {
		if !f.Is(1, protowire.BytesType) {
			return nil
		}
		if len(g) == maxObjects {
			return fmt.Errorf("it has more than %d objects", maxObjects)
		}
		o, err := parseObject(f.Bytes)
		g = append(g, o)
		if children += len(o.children); err == nil && children > maxObjects {
			err = fmt.Errorf("its objects have more than %d children", maxObjects)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(g) == 0 {
		return nil, errors.New("it has no objects")
	}
	return g, nil
}

func parseObject(message []byte) (object, error) {
	var o object
	err := protobuf.Fields(message, func(f protobuf.Field) error {
		switch {
		case f.Is(1, protowire.BytesType):
			if len(o.children) == maxObjects {
				return fmt.Errorf("an object has more than %d children", maxObjects)
			}
			c, err := parseChild(f.Bytes)
			o.children = append(o.children, c)
			return err
		case f.Is(2, protowire.BytesType):
			return o.parseAttribute(f.Bytes)
		}
		return nil
	})
	return o, err
}

func parseChild(message []byte) (child, error) {
	var c child
	err := protobuf.Fields(message, func(f protobuf.Field) (err error) {
		switch {
		case f.Is(1, protowire.VarintType):
			c.id, err = asInt(f.Value)
		case f.Is(2, protowire.BytesType):
			c.name = string(f.Bytes)
		}
		return err
	})
	return c, err
}

// parseAttribute reads a SerializedTensor.
func (o *object) parseAttribute(message []byte) error {
	name, key := "", ""
	err := protobuf.Fields(message, func(f protobuf.Field) error {
		switch {
		case f.Is(1, protowire.BytesType):
			name = string(f.Bytes)
		case f.Is(3, protowire.BytesType):
			key = string(f.Bytes)
		}
		return nil
	})
	if name == "VARIABLE_VALUE" {
		o.key = key
	}
	return err
}

// find returns the object at a path of names from the model.
func (g objectGraph) find(path string) (object, bool) {
	o := g[0]
	for name := range strings.SplitSeq(path, "/") {
		next := -1
		for _, c := range o.children {
			if c.name == name {
				next = c.id
				break
			}
		}
		if next < 0 || next >= len(g) {
			return object{}, false
		}
		o = g[next]
	}
	return o, true
}
