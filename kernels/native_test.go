//go:build purego || !(amd64 || arm64)

package kernels

func native() map[string]func(s *Conv2DSpec, w Weights) Op { return nil }
