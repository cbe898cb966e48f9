package hdf5

import (
	"fmt"
	"strconv"
)

// Attribute is a small named value of a group or dataset.
type Attribute struct {
	Name string
	file *File
	data array
}

// array is elements in memory.
type array struct {
	kind  datatype
	space dataspace
	raw   []byte
}

// Len is the number of values: 1 for a scalar, 0 where it can't be told.
func (a *Attribute) Len() int {
	n, err := a.data.space.elements(a.file.size)
	if err != nil {
		return 0
	}
	return n
}

// Strings are the attribute's values as text: one for a scalar.
func (a *Attribute) Strings() ([]string, error) {
	n, err := a.data.space.elements(a.file.size)
	if err != nil {
		return nil, err
	}
	if n*a.data.kind.size > len(a.data.raw) {
		return nil, errorAt(-1, "attribute %q is cut short", a.Name)
	}
	out, err := a.file.strings(a.data.kind, a.data.raw, n)
	if err != nil {
		return nil, fmt.Errorf("attribute %q: %w", a.Name, err)
	}
	return out, nil
}

// Text is the attribute's value where it is a single string.
func (a *Attribute) Text() (string, error) {
	all, err := a.Strings()
	if err != nil {
		return "", err
	}
	if len(all) != 1 {
		return "", errorAt(-1, "attribute %q has %d values, one was expected", a.Name, len(all))
	}
	return all[0], nil
}

// Attribute returns the attribute of that name, or a *NotFoundError.
func (o *Object) Attribute(name string) (*Attribute, error) {
	all, err := o.attributes()
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		if a.Name == name {
			return a, nil
		}
	}
	return nil, &NotFoundError{Name: name}
}

// SplitStrings returns the strings of attribute name, or, where Keras split
// them because an attribute's size is limited, of name0, name1 and so on.
func (o *Object) SplitStrings(name string) ([]string, error) {
	all, err := o.attributes()
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*Attribute, len(all))
	for _, a := range all {
		byName[a.Name] = a
	}
	if a := byName[name]; a != nil {
		return a.Strings()
	}
	var out []string
	for i := 0; ; i++ {
		a := byName[name+strconv.Itoa(i)]
		if a == nil && i == 0 {
			return nil, &NotFoundError{Name: name}
		}
		if a == nil {
			return out, nil
		}
		part, err := a.Strings()
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
	}
}

// attributes reads all attributes once.
func (o *Object) attributes() ([]*Attribute, error) {
	if o.attrs != nil {
		return o.attrs, nil
	}
	attrs := []*Attribute{}
	for _, m := range o.messages {
		switch m.kind {
		case msgAttribute:
			a, err := o.file.attribute(m.body)
			if err != nil {
				return nil, err
			}
			attrs = append(attrs, a)
		case msgAttributes:
			dense, err := o.file.denseAttributes(m.body)
			if err != nil {
				return nil, err
			}
			attrs = append(attrs, dense...)
		}
	}
	o.attrs = attrs
	return attrs, nil
}

// attribute reads an attribute message (specification IV.A.2.m).
func (f *File) attribute(c cursor) (*Attribute, error) {
	version := c.version("attribute", 1, 2, 3)
	flags := c.u8()
	nameSize, typeSize, spaceSize := c.u16(), c.u16(), c.u16()
	if version == 3 {
		c.skip(1) // the name's character set
	}
	part := func(n int) cursor {
		at := c.address + int64(c.pos)
		b := cursor{data: c.bytes(n), address: at, sizes: f.sizes}
		if version == 1 {
			c.skip(min(-n&7, c.remaining()))
		}
		return b
	}
	name := part(nameSize)
	kind := part(typeSize)
	space := part(spaceSize)
	if c.err != nil {
		return nil, c.err
	}
	a := &Attribute{Name: trim(name.data, 0), file: f}
	if version > 1 && flags&1 != 0 {
		t, err := f.committedDatatype(&kind)
		if err != nil {
			return nil, err
		}
		a.data.kind = t
	} else {
		a.data.kind = readDatatype(&kind)
	}
	if flags&2 != 0 {
		return nil, errorAt(c.address, "attribute %q shares its dataspace, which is not read", a.Name)
	}
	a.data.space = readDataspace(&space)
	if kind.err != nil || space.err != nil {
		return nil, firstError(kind.err, space.err)
	}
	a.data.raw = c.data[c.pos:]
	return a, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// committedDatatype follows a shared message to the datatype it stands for.
func (f *File) committedDatatype(c *cursor) (datatype, error) {
	version := c.version("shared message", 1, 2, 3)
	kind := c.u8()
	if version == 1 {
		c.skip(6)
	}
	if version == 3 && kind == 1 {
		return datatype{}, errorAt(c.address, "a datatype in the shared message heap, which is not read")
	}
	address := c.offset()
	if c.err != nil {
		return datatype{}, c.err
	}
	messages, err := f.header(address)
	if err != nil {
		return datatype{}, err
	}
	for _, m := range messages {
		if m.kind == msgDatatype && !m.shared {
			return f.datatypeOf(&m)
		}
	}
	return datatype{}, errorAt(c.address, "a shared datatype leads to no datatype")
}

// datatypeOf reads a datatype message, following it where it is shared.
func (f *File) datatypeOf(m *message) (datatype, error) {
	body := m.body
	if m.shared {
		return f.committedDatatype(&body)
	}
	t := readDatatype(&body)
	return t, body.err
}
