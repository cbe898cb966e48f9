package storage

import (
	"fmt"
	"time"

	"edged/nn"
)

// Model is a network and everything that is stored with it.
type Model struct {
	Path   string // absolute, of the directory or file
	Name   string // the last element of Path: the version's name
	Format string // "edged", "savedmodel"

	Network       *nn.Model
	Labels        []string // one for each output unit
	Preprocessing nn.Preprocessing
	Precision     Precision // that of the stored weights

	Probe   *Probe // nil without one
	Parent  string // the version that this one was made from, or empty
	Tool    string // the program and version that wrote it, or empty
	Created time.Time
}

// Precision is how weights are stored.
type Precision string

// The precisions that edged's own form stores.
const (
	Float32 Precision = "float32"
	Float16 Precision = "float16"
	Int8    Precision = "int8"
)

func (p Precision) check() error {
	switch p {
	case Float32, Float16, Int8:
		return nil
	}
	return fmt.Errorf("precision is %q and must be float32, float16 or int8", p)
}
