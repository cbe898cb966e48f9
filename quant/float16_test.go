package quant

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/x448/float16"
)

// TestEveryFloat16 widens all 65536, in runs of every length, and rounds them
// back, as the reference does, to the bit.
func TestEveryFloat16(t *testing.T) {
	bits, want := make([]uint16, 1<<16), make([]float32, 1<<16)
	for i := range bits {
		bits[i], want[i] = uint16(i), float16.Frombits(uint16(i)).Float32()
	}
	bytes := make([]byte, 2*len(bits))
	PutFloat16(bytes, bits)
	again := make([]uint16, len(bits))
	values, decoded, narrowed, encoded := make([]float32, len(bits)), make([]float32, len(bits)), make([]uint16, len(bits)), make([]byte, len(bytes))
	for from, n := 0, 1; from < len(bits); from, n = from+n, n%11+1 {
		n = min(n, len(bits)-from)
		WidenFloat16(values[from:][:n], bits[from:][:n])
		DecodeFloat16(decoded[from:][:n], bytes[2*from:][:2*n])
		GetFloat16(again[from:][:n], bytes[2*from:][:2*n])
		NarrowFloat16(narrowed[from:][:n], want[from:][:n])
		EncodeFloat16(encoded[2*from:][:2*n], want[from:][:n])
	}
	if !slices.Equal(again, bits) {
		t.Error("the bits changed on their way through bytes")
	}
	for i, v := range want {
		same := func(got float32) bool { return math.Float32bits(got) == math.Float32bits(v) }
		if !same(FromFloat16(bits[i])) || !same(values[i]) || !same(decoded[i]) {
			t.Fatalf("%#04x is %g, got %g, %g and %g", i, v, FromFloat16(bits[i]), values[i], decoded[i])
		}
		back := float16.Fromfloat32(v).Bits()
		if got := uint16(encoded[2*i]) | uint16(encoded[2*i+1])<<8; got != back || narrowed[i] != back || ToFloat16(v) != back {
			t.Fatalf("%g is %#04x, got %#04x, %#04x and %#04x", v, back, got, narrowed[i], ToFloat16(v))
		}
	}
}

// TestFloat16IsTheNearest rounds the values at and beside every float16, halfway
// to its neighbour and beside that, and any others.
func TestFloat16IsTheNearest(t *testing.T) {
	var values []float32
	beside := func(v float32) {
		bits := math.Float32bits(v)
		for _, b := range []uint32{bits - 1, bits, bits + 1} {
			values = append(values, math.Float32frombits(b), math.Float32frombits(b^1<<31))
		}
	}
	for i := range uint16(exponent16 + 2) {
		v := FromFloat16(i)
		beside(v)
		beside(v + (FromFloat16(i+1)-v)/2)
	}
	for _, v := range []float32{65519, 65520, 65536, math.MaxFloat32, math.SmallestNonzeroFloat32, 0x1p-126} {
		beside(v)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		values = append(values, math.Float32frombits(r.Uint32()), math.Float32frombits(r.Uint32()&^(1<<29)))
	}
	got := make([]uint16, len(values))
	NarrowFloat16(got, values)
	for i, v := range values {
		if want := float16.Fromfloat32(v).Bits(); got[i] != want || ToFloat16(v) != want {
			t.Fatalf("%g (%#08x) is %#04x, got %#04x and %#04x", v, math.Float32bits(v), want, got[i], ToFloat16(v))
		}
	}
}

// TestInfiniteFloat16 spoils each place of runs of every length.
func TestInfiniteFloat16(t *testing.T) {
	for _, bad := range []uint16{0x7c00, 0xfc00, 0x7c01, 0xffff} {
		for n := range 14 {
			bits := make([]uint16, n)
			for i := range bits {
				bits[i] = 0x83ff + 0x400*uint16(i%31)
			}
			for at := n - 1; at >= 0; at-- {
				if i := InfiniteFloat16(bits[:at]); i != -1 {
					t.Fatalf("%x: found %d", bits[:at], i)
				}
				if bits[at] = bad; InfiniteFloat16(bits) != at {
					t.Fatalf("%x: found %d, want %d", bits, InfiniteFloat16(bits), at)
				}
			}
		}
	}
}

func BenchmarkFloat16(b *testing.B) {
	values, bits, bytes := make([]float32, 1<<15), make([]uint16, 1<<15), make([]byte, 1<<16)
	for i := range values {
		values[i] = float32(i%1000-500) / 3000
	}
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"narrow", func() { NarrowFloat16(bits, values) }},
		{"encode", func() { EncodeFloat16(bytes, values) }},
		{"widen", func() { WidenFloat16(values, bits) }},
		{"decode", func() { DecodeFloat16(values, bytes) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(bytes)))
			b.ReportAllocs()
			for b.Loop() {
				c.run()
			}
		})
	}
}
