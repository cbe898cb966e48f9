// Package amd64 holds the assembly kernels for x86-64: with AVX2, FMA and F16C,
// and with AVX-512 (F, BW, VL). They work on slices and know neither tensors nor
// policy: package kernels checks every length before a call, packs the weights as
// the kernels want them and chooses among them by CPU feature. A stub's comment
// is the Go loop that its kernel replaces.
package amd64
