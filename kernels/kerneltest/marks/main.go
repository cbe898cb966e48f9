// Marks writes an overlay for go build under which every assembly function of
// one architecture marks itself as run. With it and the tag marks, the tests of
// package kernels fail if they left a function out that the CPU can run:
//
//	marks FOLDER ARCHITECTURE OUT
//	go test -tags marks -overlay OUT/overlay.json ./kernels
//
// FOLDER holds the module; ARCHITECTURE is amd64 or arm64.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 4 || marks[os.Args[2]] == "" {
		fmt.Fprintln(os.Stderr, "usage: marks FOLDER amd64|arm64 OUT")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "marks:", err)
		os.Exit(1)
	}
}

// write makes the overlay of one architecture in out.
func write(folder, architecture, out string) error {
	folder, err := filepath.Abs(filepath.Join(folder, architecture))
	if err != nil {
		return err
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	o := overlay{out: out, replace: map[string]string{}}
	sources, err := readSources(folder)
	if err != nil {
		return err
	}
	var functions []function
	for _, s := range sources {
		text := s.marked(architecture, &functions)
		if err := o.add(filepath.Join(folder, s.name), text); err != nil {
			return err
		}
	}
	if err := declared(folder, functions); err != nil {
		return err
	}
	if err := o.add(filepath.Join(folder, "marks_"+architecture+".go"), declarations(architecture, functions)); err != nil {
		return err
	}
	return o.write()
}

// overlay is what go build -overlay reads, and where the replacements are.
type overlay struct {
	out     string
	replace map[string]string
}

func (o *overlay) add(path, text string) error {
	to := filepath.Join(o.out, filepath.Base(path))
	o.replace[path] = to
	return os.WriteFile(to, []byte(text), 0o644)
}

func (o *overlay) write() error {
	text, err := json.MarshalIndent(map[string]any{"Replace": o.replace}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.out, "overlay.json"), text, 0o644)
}

// declarations is the Go file that the overlay adds to the assembly's package.
func declarations(architecture string, functions []function) string {
	var b strings.Builder
	fmt.Fprintf(&b, "//go:build marks\n\npackage %s\n\n", architecture)
	fmt.Fprintf(&b, "var marks [%d]byte\n\n", len(functions))
	b.WriteString("// Marks tells of every assembly function what it needs and whether it ran.\n")
	b.WriteString("func Marks(visit func(name, needs string, ran bool)) {\n")
	for i, f := range functions {
		fmt.Fprintf(&b, "\tvisit(%q, %q, marks[%d] != 0)\n", f.name, f.needs, i)
	}
	b.WriteString("}\n")
	return b.String()
}
