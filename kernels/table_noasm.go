//go:build purego || !(amd64 || arm64)

package kernels

// implementations lists the tables of this architecture, the best first.
func implementations() []implementation { return nil }
