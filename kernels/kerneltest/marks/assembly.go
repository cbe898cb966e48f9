package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// source is one file of assembly, and the macros that it or the headers beside
// it define.
type source struct {
	name, text string
	macros     map[string]string
}

// function is one assembly function and the names of the CPU features that its
// instructions need, beside what every CPU of the architecture has.
type function struct{ name, needs string }

// marks are the instructions that mark a function. At its beginning, where all
// arguments are on the stack, every register is free.
var marks = map[string]string{
	"amd64": "\tMOVB $1, ·marks+%d(SB)\n",
	"arm64": "\tMOVD $1, R0\n\tMOVB R0, ·marks+%d(SB)\n",
}

// features name the CPU features by the instructions that need them, as
// internal/cpu does.
var features = map[string][]struct {
	name         string
	instructions *regexp.Regexp
}{
	"amd64": {
		{"AVX512VNNI", regexp.MustCompile(`\bVPDPBUSDS?\b[^\n]*\bZ\d`)},
		{"AVX512F", regexp.MustCompile(`\b(Z\d|K[1-7]\b)`)},
		{"AVXVNNI", regexp.MustCompile(`\bVPDPBUSDS?\b`)},
		{"FMA", regexp.MustCompile(`\bVFN?M(ADD|SUB)`)},
		{"AVX2", regexp.MustCompile(`\b[XY]\d`)},
	},
	"arm64": {
		{"I8MM", regexp.MustCompile(`\b[SU]S?MMLA4S`)},
		{"DOTPROD", regexp.MustCompile(`\b[SU]DOT4S`)},
		{"FHM", regexp.MustCompile(`\bFML[AS]L2?_?4S`)},
		{"FP16", regexp.MustCompile(`\bF(ADD|SUB|MUL|MLA|MLS|MAX|MIN|ADDP)8H`)},
		{"CPUID", regexp.MustCompile(`\bMIDR_EL1\b`)},
	},
}

var (
	define = regexp.MustCompile(`(?m)^#define (\w+)(?:\([^)]*\))?((?:.*\\\n)*.*)$`)
	start  = regexp.MustCompile(`(?m)^TEXT ·(\w+)\(SB\).*\n`)
	word   = regexp.MustCompile(`\w+`)
	remark = regexp.MustCompile(`//.*`)
)

// readSources returns the assembly of a folder in the order of names.
func readSources(folder string) ([]source, error) {
	headers, err := read(folder, "*.h")
	if err != nil {
		return nil, err
	}
	sources, err := read(folder, "*.s")
	if err != nil {
		return nil, err
	}
	for i := range sources {
		sources[i].macros = map[string]string{}
		for _, s := range append(slices.Clip(headers), sources[i]) {
			for _, m := range define.FindAllStringSubmatch(s.text, -1) {
				sources[i].macros[m[1]] = m[2]
			}
		}
	}
	return sources, nil
}

func read(folder, pattern string) ([]source, error) {
	paths, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return nil, err
	}
	var all []source
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, source{name: filepath.Base(path), text: string(text)})
	}
	return all, nil
}

// marked is the text with a mark in every function, which it adds to functions.
func (s source) marked(architecture string, functions *[]function) string {
	var b strings.Builder
	at := start.FindAllStringSubmatchIndex(s.text, -1)
	end := 0
	for i, m := range at {
		next := len(s.text)
		if i+1 < len(at) {
			next = at[i+1][0]
		}
		b.WriteString(s.text[end:m[1]])
		fmt.Fprintf(&b, marks[architecture], len(*functions))
		end = m[1]
		*functions = append(*functions, function{s.text[m[2]:m[3]], s.needs(architecture, s.text[m[1]:next])})
	}
	b.WriteString(s.text[end:])
	return b.String()
}

// needs names the features that the instructions of a body need, macros and
// all that those mention included.
func (s source) needs(architecture, body string) string {
	body = define.ReplaceAllString(remark.ReplaceAllString(body, ""), "")
	text := s.expand(body, map[string]bool{})
	var names []string
	for _, f := range features[architecture] {
		if f.instructions.MatchString(text) {
			names = append(names, f.name)
		}
	}
	return strings.Join(names, " ")
}

// expand returns a text and, once each, the bodies of all macros that it mentions.
func (s source) expand(text string, seen map[string]bool) string {
	all := text
	for _, name := range word.FindAllString(text, -1) {
		if body, ok := s.macros[name]; ok && !seen[name] {
			seen[name] = true
			all += "\n" + s.expand(body, seen)
		}
	}
	return all
}

// declared fails unless the functions are those that the Go files of the folder
// declare without a body.
func declared(folder string, functions []function) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return err
	}
	var names []string
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body == nil {
				names = append(names, f.Name.Name)
			}
		}
	}
	for _, f := range functions {
		i := slices.Index(names, f.name)
		if i < 0 {
			return fmt.Errorf("%s has assembly but no declaration", f.name)
		}
		names = slices.Delete(names, i, i+1)
	}
	if len(names) > 0 {
		return fmt.Errorf("no assembly found of %s", strings.Join(names, ", "))
	}
	return nil
}
