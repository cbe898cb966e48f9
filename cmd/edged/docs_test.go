package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"edged/cmd/edged/config"
	"edged/processtest"
)

// block is a fenced block of a page.
type block struct {
	language string
	lines    []string
}

var fenced = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

func blocks(page string) []block {
	var all []block
	for _, match := range fenced.FindAllStringSubmatch(page, -1) {
		all = append(all, block{match[1], strings.Split(strings.TrimSuffix(match[2], "\n"), "\n")})
	}
	return all
}

// pages are those for users, by their names.
func pages(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(names) < 8 {
		t.Fatalf("%d pages, %v", len(names), err)
	}
	all := map[string]string{}
	for _, name := range append(names, "../../README.md") {
		all[filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name)] = read(t, name)
	}
	return all
}

func TestDocumentedConfigurationLoads(t *testing.T) {
	for name, page := range pages(t) {
		for _, b := range blocks(page) {
			if b.language != "toml" {
				continue
			}
			file := filepath.Join(t.TempDir(), "edged.toml")
			if err := os.WriteFile(file, []byte(strings.Join(b.lines, "\n")), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := config.Load(file); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// simple splits a line of a shell into its simple commands, and words the words
// of one.
var (
	simple = regexp.MustCompile(` *(?:&&|\|\||[|;]) +`)
	words  = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
	before = regexp.MustCompile(`^(sudo (-u \w+ )?)?(\w+=\S+ )*`)
)

// parse tells whether edged takes a command line.
func parse(line string) error {
	var arguments []string
	for _, word := range words.FindAllString(line, -1)[1:] {
		arguments = append(arguments, strings.Trim(word, `'"`))
	}
	command, rest, err := newRoot().Find(arguments)
	if err != nil {
		return err
	}
	if err := command.ParseFlags(rest); err != nil {
		return err
	}
	if err := command.ValidateRequiredFlags(); err != nil {
		return err
	}
	return command.ValidateArgs(command.Flags().Args())
}

func TestDocumentedCommandsParse(t *testing.T) {
	count := 0
	for name, page := range pages(t) {
		for _, b := range blocks(page) {
			if b.language != "sh" && b.language != "console" {
				continue
			}
			for _, line := range b.lines {
				line, isCommand := strings.CutPrefix(line, "$ ")
				if b.language == "console" && !isCommand {
					continue
				}
				for _, command := range simple.Split(line, -1) {
					command = before.ReplaceAllString(command, "")
					if !strings.HasPrefix(command, "edged ") {
						continue
					}
					count++
					if err := parse(command); err != nil {
						t.Errorf("%s: %s: %v", name, command, err)
					}
				}
			}
		}
	}
	if count < 40 {
		t.Errorf("only %d commands were found", count)
	}
}

func TestParseRefusesWhatEdgedWould(t *testing.T) {
	for _, line := range []string{"edged frobnicate", "edged models use", "edged label a b", "edged status --jsn", "edged version 3"} {
		if parse(line) == nil {
			t.Errorf("%s: it was taken", line)
		}
	}
}

// emulated is the page whose commands run on emulated CPUs too: those of the
// others take minutes there, and have tests of their own.
const emulated = "docs/getting-started.md"

// TestDocumentedCommandsRun runs, page by page, what the pages show after "$"
// beside a daemon of its own, and looks for the lines below it in what is printed.
func TestDocumentedCommandsRun(t *testing.T) {
	for name, page := range pages(t) {
		var shown [][]string // a command, and lines of its output
		for _, b := range blocks(page) {
			for _, line := range b.lines {
				command, isCommand := strings.CutPrefix(line, "$ ")
				switch {
				case b.language != "console":
				case isCommand:
					shown = append(shown, []string{command})
				case len(shown) == 0:
					t.Fatalf("%s: a console begins without a command", name)
				default:
					shown[len(shown)-1] = append(shown[len(shown)-1], line)
				}
			}
		}
		if len(shown) > 0 && (name == emulated || len(processtest.Emulator()) == 0) {
			t.Run(name, func(t *testing.T) { runShown(t, shown) })
		}
	}
}

func runShown(t *testing.T, shown [][]string) {
	state := stateWith(t, "digits")
	d := startDaemon(t, "1m", "[labels]\nframes = 1\ndelay = \"0s\"\ndebounce = \"0s\"\n[fit]\nafter = 0\n", state, camera(t, showLoop))
	d.until("prediction", by("digits"))
	places := strings.NewReplacer("/var/lib/edged", state, "/usr/share/edged/digits", absolute(t, filepath.Join(digits, "model")))
	folder := t.TempDir()
	for _, name := range []string{"3", "7"} {
		pictures, err := filepath.Glob(filepath.Join(digits, "valid", name, "*.png"))
		if err != nil || len(pictures) == 0 {
			t.Fatalf("%d pictures, %v", len(pictures), err)
		}
		to := filepath.Join(folder, "valid", name)
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(pictures[0])), []byte(read(t, pictures[0])), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	programs := onPath(t, state)
	for _, s := range shown {
		command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", places.Replace(s[0]))
		command.Dir = folder
		command.Env = append(os.Environ(), "PATH="+programs+":"+os.Getenv("PATH"))
		output, err := command.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", s[0], err, output)
		}
		for _, want := range s[1:] {
			if !strings.Contains(string(output), want) {
				t.Errorf("%s: got\n%s\nwant %q in it", s[0], output, want)
			}
		}
		if strings.HasPrefix(s[0], "cp ") {
			d.until("prediction", by(filepath.Base(s[0])))
		}
	}
	d.stop()
}

// onPath makes a folder with an edged that speaks to the daemon on the state
// folder.
func onPath(t *testing.T, state string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "edged.toml")
	if err := os.WriteFile(file, []byte("state = \""+state+"\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\ncase $1 in\nmodels | captures | label | status) set -- \"$@\" --config " + file + " ;;\nesac\nexec " +
		strings.Join(append(processtest.Emulator(), binary), " ") + " \"$@\"\n"
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "edged"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}
