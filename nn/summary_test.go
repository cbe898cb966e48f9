package nn

import (
	"os"
	"testing"
)

// load reads a model that testdata/make_models.py wrote.
func load(t testing.TB, name string) *Model {
	t.Helper()
	m, err := ModelFromConfig(read(t, "testdata/"+name+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestSummaryOfTutorial(t *testing.T) {
	m, err := Tutorial(25)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../testdata/reference/tutorial_summary.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Summary(); got != string(want) {
		t.Errorf("summary is\n%s\nwant\n%s", got, want)
	}
}

func TestSummaryOfGraphs(t *testing.T) {
	for name, golden := range map[string]string{
		"functional":  "functional.summary.txt",
		"nested":      "nested.summary.txt",
		"transfer":    "transfer.summary.txt",
		"teachable":   "teachable.summary.txt",
		"mobilenetv2": "mobilenetv2.summary.txt.gz",
	} {
		want := string(read(t, "testdata/"+golden))
		if got := load(t, name+".keras2").Summary(); got != want {
			t.Errorf("summary of %s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestMemory(t *testing.T) {
	for _, tt := range []struct {
		bytes int
		want  string
	}{{0, "0.00 Byte"}, {1023, "1023.00 Byte"}, {1024, "1.00 KB"}, {20148068, "19.21 MB"}, {1 << 40, "1.00 TB"}} {
		if got := memory(tt.bytes); got != tt.want {
			t.Errorf("memory(%d) = %q, want %q", tt.bytes, got, tt.want)
		}
	}
}
