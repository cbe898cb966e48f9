package keras

import (
	"strings"
	"testing"

	"edged/storage/folder"
)

func TestCheckGraphs(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"parts", message(1, 1, 2, "graph", 2, ""), ""},
		{"empty", "", "empty"},
		{"cut", message(1, 1, 2, "graph")[:8], "ends early"},
		{"length cut", "\x12\xff", "ends early"},
		{"no message", strings.Repeat("\x00", 9), "saved_model.pb"},
		{"group", "\x0b\x08\x01", "saved_model.pb"},
		{"endless length", "\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "ends early"},
		{"many parts", strings.Repeat("\x08\x01", maxParts+1), "more than"},
	} {
		dir := t.TempDir()
		write(t, dir, graphsFile, []byte(c.text))
		opened, err := folder.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = checkGraphs(opened)
		opened.Close()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestFingerprint(t *testing.T) {
	index := []byte(strings.Repeat("index ", 50))
	const hash = 0x2f8d5d5b0a1c5e0f
	for _, c := range []struct{ name, text, want string }{
		{"older TensorFlow", message(1, 7), ""},
		{"another index", message(5, hash), "two savings"},
		{"cut", message(5, hash)[:5], "ends early"},
		{"no message", "\x00\x00", "fingerprint.pb"},
	} {
		dir := t.TempDir()
		write(t, dir, fingerprintFile, []byte(c.text))
		opened, err := folder.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		err = checkFingerprint(opened, index)
		opened.Close()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
