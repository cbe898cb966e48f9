package hdf5

import (
	"sort"
	"strings"
)

// Object is a group or a dataset.
type Object struct {
	file     *File
	messages []message
	links    map[string]uint64 // nil until read
	attrs    []*Attribute      // nil until read
}

func (f *File) object(address uint64) (*Object, error) {
	messages, err := f.header(address)
	if err != nil {
		return nil, err
	}
	return &Object{file: f, messages: messages}, nil
}

func (o *Object) find(kind int) *message {
	for i := range o.messages {
		if o.messages[i].kind == kind {
			return &o.messages[i]
		}
	}
	return nil
}

// IsDataset tells a dataset from a group.
func (o *Object) IsDataset() bool { return o.find(msgLayout) != nil }

// Names are the names of a group's members, sorted; none for a dataset.
func (o *Object) Names() ([]string, error) {
	links, err := o.members()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(links))
	for name := range links {
		names = append(names, name)
	}
	sort.Strings(names)
	return names, nil
}

// Open follows a path such as "model_weights/conv2d" from a group. The error
// is a *NotFoundError when a part of it does not exist.
func (o *Object) Open(path string) (*Object, error) {
	at := o
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." {
			continue
		}
		links, err := at.members()
		if err != nil {
			return nil, err
		}
		address, ok := links[name]
		if !ok {
			return nil, &NotFoundError{Name: path}
		}
		if at, err = o.file.object(address); err != nil {
			return nil, err
		}
	}
	return at, nil
}

// members reads the links of a group once, whichever way they are stored.
func (o *Object) members() (map[string]uint64, error) {
	if o.links != nil {
		return o.links, nil
	}
	links := linkSet{}
	for _, m := range o.messages {
		var err error
		switch m.kind {
		case msgSymbolTable:
			err = o.file.oldGroup(m.body, links)
		case msgLink:
			err = links.read(&m.body)
		case msgLinkInfo:
			err = o.file.denseLinks(m.body, links)
		}
		if err != nil {
			return nil, err
		}
	}
	o.links = links
	return links, nil
}

// linkSet holds the addresses of a group's members by name.
type linkSet map[string]uint64

// read reads a link message (specification IV.A.2.g). Soft and external links
// are left out: they may lead out of the file.
func (l linkSet) read(c *cursor) error {
	c.version("link", 1)
	flags := c.u8()
	kind := 0
	if flags&0x08 != 0 {
		kind = c.u8()
	}
	if flags&0x04 != 0 {
		c.skip(8) // creation order
	}
	if flags&0x10 != 0 {
		c.skip(1) // character set
	}
	n := c.uint(1 << (flags & 3))
	if c.err == nil && n > uint64(c.remaining()) {
		c.fail("a name of %d bytes", n)
	}
	name := string(c.bytes(int(n)))
	if c.err == nil && kind == 0 {
		l[name] = c.offset()
	}
	return c.err
}
