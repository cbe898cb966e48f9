package config

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/BurntSushi/toml"
)

// Path is where the configuration is looked for unless told otherwise.
const Path = "/etc/edged/edged.toml"

// maxBytes bounds what is read as configuration.
const maxBytes = 1 << 20

// Sample is a configuration file with every key, its meaning and its default.
//
//go:embed edged.toml
var Sample string

// Error is a mistake in a configuration file.
type Error struct {
	File    string
	Line    int    // 0: unknown
	Key     string // as "camera.width"; "" where the file is no TOML
	Message string
}

// Error says where the mistake is, what it is and what to write instead.
func (e *Error) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s: line %d", where, e.Line)
	}
	if e.Key == "" {
		return where + ": " + e.Message
	}
	return where + ": " + e.Key + ": " + e.Message
}

// Default is the configuration that the sample holds.
func Default() *Config {
	var c Config
	if err := c.read("the sample", Sample); err != nil {
		panic(err) // a test reads the sample
	}
	return &c
}

// Load reads the file at path over the defaults. With path "" it reads Path,
// which may be absent. A mistake in the file is an *Error.
func Load(path string) (*Config, error) {
	c := Default()
	optional := path == ""
	if optional {
		path = Path
	}
	text, err := readFile(path)
	if optional && errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the configuration: %w", err)
	}
	if err := c.read(path, text); err != nil {
		return nil, err
	}
	return c, nil
}

// Check looks for values that make no sense, as a command line may have brought
// in. The mistake is an *Error whose File is where.
func (c *Config) Check(where string) error {
	if m := c.check(); m != nil {
		return &Error{File: where, Key: m.key, Message: m.message}
	}
	return nil
}

func readFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return "", fmt.Errorf("%s is no regular file of at most %d bytes", path, maxBytes)
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

func (c *Config) read(file, text string) error {
	meta, err := toml.Decode(text, c)
	if err != nil {
		return decodeError(file, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		key := unknown[0].String()
		return &Error{file, findLine(text, key), key, suggestion(key)}
	}
	if err := c.check(); err != nil {
		line := findLine(text, err.key)
		if table := strings.LastIndexByte(err.key, '.'); line == 0 && table > 0 { // a key that is missing
			line = findLine(text, err.key[:table])
		}
		return &Error{file, line, err.key, err.message}
	}
	return nil
}

// decodeError turns the decoder's message, "toml: line 3 (last key "a.b"): text",
// into an Error.
func decodeError(file string, err error) error {
	e := &Error{File: file, Message: strings.TrimPrefix(err.Error(), "toml: ")}
	place, message, found := strings.Cut(e.Message, ": ")
	if _, scanErr := fmt.Sscanf(place, "line %d", &e.Line); !found || scanErr != nil {
		return e
	}
	e.Message = message
	if _, key, found := strings.Cut(place, "(last key \""); found {
		e.Key = strings.TrimSuffix(key, "\")")
	}
	return e
}
