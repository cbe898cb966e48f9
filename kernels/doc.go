// Package kernels holds the compute kernels behind the layers: one portable
// implementation in Go that is always compiled and serves as the oracle, and
// tables of assembly kernels chosen by CPU feature.
package kernels
