package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFeaturesAreKeptOutsideTheCaptures(t *testing.T) {
	captures, link := t.TempDir(), filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(captures, link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, home, cache, state, service, want string
	}{
		{name: "home", home: "/home/ann", want: "/home/ann/.cache/edged/features/"},
		{name: "cache", home: "/home/ann", cache: "/var/tmp/ann", want: "/var/tmp/ann/edged/features/"},
		{name: "state", cache: "/x", state: "/var/lib/edged", want: "/var/lib/edged/features/"},
		{name: "service", state: "/var/lib/edged", service: "/var/cache/edged", want: "/var/cache/edged/features/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("HOME", test.home)
			t.Setenv("XDG_CACHE_HOME", test.cache)
			t.Setenv("STATE_DIRECTORY", test.state)
			t.Setenv("CACHE_DIRECTORY", test.service)
			got, err := featuresDir(captures)
			if err != nil || !strings.HasPrefix(got, test.want) {
				t.Fatalf("got %s, %v, want %s...", got, err, test.want)
			}
			if by, err := featuresDir(link); err != nil || by != got {
				t.Errorf("by a link: got %s, %v, want %s", by, err, got)
			}
			if other, err := featuresDir(filepath.Join(captures, "other")); err != nil || other == got {
				t.Errorf("of other captures: got %s, %v", other, err)
			}
		})
	}
	t.Run("nowhere", func(t *testing.T) {
		for _, name := range []string{"HOME", "XDG_CACHE_HOME", "STATE_DIRECTORY", "CACHE_DIRECTORY"} {
			t.Setenv(name, "")
		}
		if _, err := featuresDir(captures); err == nil || !strings.Contains(err.Error(), "--features") {
			t.Errorf("got %v", err)
		}
	})
}
