package capture

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestLastLines(t *testing.T) {
	tests := []struct {
		name   string
		writes []string
		want   string
	}{
		{"nothing", nil, ""},
		{"no line end", []string{"Segmentation", " fault"}, "Segmentation fault"},
		{"own sentence", []string{"[ WARN ] a\nedged-camera: it is gone\n[ WARN ] b\n"}, "it is gone"},
		{"the last five", []string{"1\n2\n", "3\n4", "\n5\n6\n\n7\n"}, "3; 4; 5; 6; 7"},
		{"binary", []string{"a\x00b\xff\x1b[1m\n"}, "a b? [1m"},
		{"endless line", []string{strings.Repeat("x", 400), strings.Repeat("y", 400), "\nz\n"}, strings.Repeat("x", 400) + strings.Repeat("y", 100) + "; z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := &lastLines{logger: slog.New(slog.DiscardHandler)}
			for _, w := range test.writes {
				if n, err := fmt.Fprint(l, w); n != len(w) || err != nil {
					t.Fatal(n, err)
				}
			}
			if got := l.String(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
