package kernels

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/x448/float16"
)

func TestFloat16Slices(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	src := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 65504, 65503, 65519, 65520, -1e9, float32(math.Inf(1)), 0x1p-14, 0x1p-24, 0x1p-25, 0x1.8p-24, 0x1.002p0, 0x1.006p0}
	for range 100_000 {
		src = append(src, math.Float32frombits(r.Uint32()&^(1<<29)))
	}
	src = src[:len(src)-1] // not whole groups
	everyTable(t, func(t *testing.T, table *Table) {
		bytes, back := make([]byte, 2*len(src)), make([]float32, len(src))
		table.Narrow(bytes, src)
		table.Widen(back, bytes)
		for i, v := range src {
			bits := binary.LittleEndian.Uint16(bytes[2*i:])
			want := float16.Fromfloat32(min(max(v, -maxHalf), maxHalf)).Bits()
			if bits != want && !(v != v && bits&0x7fff == 0x7e00) {
				t.Fatalf("%g (%x): got %x, want %x", v, math.Float32bits(v), bits, want)
			}
			if want := float16.Frombits(bits).Float32(); v == v && back[i] != want {
				t.Fatalf("%x: got %g, want %g", bits, back[i], want)
			}
			if v != v && !(math.Abs(float64(back[i])) > maxHalf) {
				t.Fatalf("no number is widened to %g", back[i])
			}
		}
	})
}
