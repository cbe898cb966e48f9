//go:build !purego

package kernels

// implementations lists the tables of this architecture, the best first.
func implementations() []implementation { return nil }
