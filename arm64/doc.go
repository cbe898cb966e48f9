// Package arm64 holds the assembly kernels for ARMv8-A. They work on slices and
// know neither tensors nor policy: package kernels checks every length before a
// call, packs the weights as the kernels want them and chooses among them by
// CPU feature. A stub's comment is the Go loop that its kernel replaces.
//
// Instructions that Go's assembler lacks are macros of instructions_arm64.h.
package arm64
