package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Write writes a file of those tensors and, unless it is nil, that metadata.
// The same content gives the same bytes in whatever order it comes: the larger
// types are first, then names decide. The data begin at a multiple of eight
// bytes and every tensor at a multiple of its element's size.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	tensors = slices.Clone(tensors)
	slices.SortFunc(tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(b.DType.Size(), a.DType.Size()), cmp.Compare(a.Name, b.Name))
	})
	head, err := headerOf(tensors, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	for _, t := range tensors {
		if _, err := w.Write(t.Data); err != nil {
			return err
		}
	}
	return nil
}

// headerOf is the length, the JSON header and the blanks that align the data.
func headerOf(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, 8))
	b.WriteByte('{')
	if metadata != nil {
		if err := field(&b, metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	at := 0
	seen := map[string]bool{metadataKey: true}
	for _, t := range tensors {
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if seen[t.Name] {
			return nil, fmt.Errorf("tensor %q is there twice", t.Name)
		}
		seen[t.Name] = true
		offsets := []int64{int64(at), int64(at + len(t.Data))}
		at += len(t.Data)
		shape := make([]int64, len(t.Shape))
		for j, n := range t.Shape {
			shape[j] = int64(n)
		}
		if err := field(&b, t.Name, entry{t.DType, shape, &offsets}); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	head := b.Bytes()
	if len(head)-8 > MaxHeader {
		return nil, fmt.Errorf("the header has %d bytes and may have %d", len(head)-8, MaxHeader)
	}
	binary.LittleEndian.PutUint64(head, uint64(len(head)-8))
	return head, nil
}

// field appends a member of the JSON object that b is in.
func field(b *bytes.Buffer, name string, value any) error {
	if b.Bytes()[b.Len()-1] != '{' {
		b.WriteByte(',')
	}
	key, err := json.Marshal(name)
	if err != nil {
		return err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	b.Write(key)
	b.WriteByte(':')
	b.Write(text)
	return nil
}

// check refuses a tensor whose bytes don't match its type and shape.
func (t Tensor) check() error {
	if t.DType.Size() == 0 {
		return fmt.Errorf("unknown type %q", t.DType)
	}
	if len(t.Shape) > MaxRank {
		return fmt.Errorf("it has %d dimensions and may have %d", len(t.Shape), MaxRank)
	}
	want := t.DType.Size()
	for _, n := range t.Shape {
		if n < 0 {
			return fmt.Errorf("its shape %v can't be", t.Shape)
		}
		want *= n
	}
	if want != len(t.Data) {
		return fmt.Errorf("its shape %v of %s takes %d bytes and it has %d", t.Shape, t.DType, want, len(t.Data))
	}
	return nil
}
