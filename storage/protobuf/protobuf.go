// Package protobuf walks messages of Protocol Buffers' wire format
// (protobuf.dev/programming-guides/encoding) without generated code.
package protobuf

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field is one field of a message: Bytes for strings, bytes and messages, Value
// for everything else.
type Field struct {
	Number protowire.Number
	Kind   protowire.Type
	Value  uint64
	Bytes  []byte
}

// Fields calls visit with each field of a message, and stops at its first
// error. A message that ends early wraps io.ErrUnexpectedEOF.
func Fields(b []byte, visit func(f Field) error) error {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		f := Field{Number: number, Kind: kind}
		switch kind {
		case protowire.VarintType:
			f.Value, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(b)
			f.Value = uint64(v)
		case protowire.Fixed64Type:
			f.Value, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			f.Bytes, n = protowire.ConsumeBytes(b)
		default:
			return fmt.Errorf("field %d has the unknown type %d", number, kind)
		}
		if n < 0 {
			return protowire.ParseError(n)
		}
		b = b[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// Is tells whether f is that field.
func (f Field) Is(number protowire.Number, kind protowire.Type) bool {
	return f.Number == number && f.Kind == kind
}
