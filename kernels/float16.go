package kernels

import "github.com/x448/float16"

// widen is the value of float16 bits.
func widen(bits uint16) float32 { return float16.Frombits(bits).Float32() }

// narrow rounds to the nearest float16, ties to even.
func narrow(v float32) uint16 { return float16.Fromfloat32(v).Bits() }
