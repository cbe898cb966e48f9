package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/x448/float16"
)

func TestFloat16(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	src := []float32{0, float32(math.Copysign(0, -1)), 1, -1, 65504, 65503, 65519, 65520, -1e9, float32(math.Inf(1)), 0x1p-14, 0x1p-24, 0x1p-25, 0x1.8p-24, 0x1.002p0, 0x1.006p0}
	for range 100_000 {
		src = append(src, math.Float32frombits(r.Uint32()&^(1<<29)))
	}
	bits, back := make([]uint16, len(src)), make([]float32, len(src))
	narrow(bits, src)
	bytes := make([]byte, 0, 2*len(src))
	for i, v := range src {
		want := float16.Fromfloat32(min(max(v, -maxFloat16), maxFloat16)).Bits()
		if bits[i] != want && !(v != v && bits[i]&0x7fff == 0x7e00) {
			t.Fatalf("%g (%x): got %x, want %x", v, math.Float32bits(v), bits[i], want)
		}
		bytes = append(bytes, byte(bits[i]), byte(bits[i]>>8))
	}
	widen(back, bytes)
	for i, v := range src {
		if want := float16.Frombits(bits[i]).Float32(); v == v && back[i] != want {
			t.Fatalf("%x: got %g, want %g", bits[i], back[i], want)
		}
	}
}
