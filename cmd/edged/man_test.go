package main

import (
	"path/filepath"
	"strings"
	"testing"

	"edged/cmd/edged/config"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
)

func TestManualPagesOfAllCommandsAndKeys(t *testing.T) {
	folder := t.TempDir()
	if got := edged(t, "man", folder); got.status != 0 {
		t.Fatalf("got %+v", got)
	}
	var visit func(*cobra.Command)
	visit = func(command *cobra.Command) {
		name := strings.ReplaceAll(command.CommandPath(), " ", "-")
		if page := read(t, filepath.Join(folder, name+".1")); !strings.Contains(page, ".SH NAME\n"+name+" - ") {
			t.Errorf("the page of %s has\n%s", name, page)
		}
		for _, c := range command.Commands() {
			if !c.Hidden {
				visit(c)
			}
		}
	}
	visit(newRoot())

	page := read(t, filepath.Join(folder, "edged.toml.5"))
	var sample map[string]any
	if _, err := toml.Decode(config.Sample, &sample); err != nil {
		t.Fatal(err)
	}
	for key, value := range sample {
		section, isSection := value.(map[string]any)
		if !isSection {
			section = map[string]any{key: value}
		} else if !strings.Contains(page, ".SH "+strings.ToUpper(key)) {
			t.Errorf("edged.toml(5) has no section %s", key)
		}
		for name := range section {
			if !strings.Contains(page, "\n"+name+" = ") {
				t.Errorf("edged.toml(5) lacks %s.%s", key, name)
			}
		}
	}
}
