//go:build !purego

package arm64

// MIDR returns the main ID register of the core that it runs on. It needs the
// CPU feature CPUID, by which Linux lets programs read it.
func MIDR() uint64
