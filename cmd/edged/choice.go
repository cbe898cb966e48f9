package main

import (
	"fmt"
	"slices"
	"strings"
)

// choice is a flag that takes one of some names.
type choice struct {
	value string
	names []string
}

var (
	precisions = []string{"auto", "float32", "float16", "int8"}
	resizes    = []string{"nearest", "bilinear", "bilinear-antialias", "area"}
)

// String implements pflag.Value.
func (c *choice) String() string { return c.value }

// Type implements pflag.Value.
func (c *choice) Type() string { return "name" }

// Set implements pflag.Value.
func (c *choice) Set(value string) error {
	if !slices.Contains(c.names, value) {
		return fmt.Errorf("choose one of %s", strings.Join(c.names, ", "))
	}
	c.value = value
	return nil
}
