package daemon

import (
	"strings"
	"testing"
	"time"

	"edged/publish"
	"edged/web"

	"github.com/google/go-cmp/cmp"
)

func TestBest(t *testing.T) {
	labels := []string{"a", "b", "c", "d"}
	tests := []struct {
		name   string
		n      int
		scores []float32
		want   string
	}{
		{"fewer than there are", 2, []float32{.1, .4, .2, .3}, "b d"},
		{"more than there are", 9, []float32{.1, .4, .2, .3}, "b d c a"},
		{"equals keep their order", 3, []float32{.25, .25, .25, .25}, "a b c"},
		{"one", 1, []float32{.1, .2, .3, .4}, "d"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			top := make([]publish.Score, 0, test.n)
			var got []string
			for _, s := range best(top, test.scores, labels) {
				got = append(got, s.Label)
			}
			if text := strings.Join(got, " "); text != test.want {
				t.Errorf("got %s, want %s", text, test.want)
			}
			if allocs := testing.AllocsPerRun(10, func() { best(top, test.scores, labels) }); allocs != 0 {
				t.Errorf("got %v allocations, want 0", allocs)
			}
		})
	}
}

func TestPercentiles(t *testing.T) {
	var d durations
	if diff := cmp.Diff(web.Percentiles{}, d.percentiles()); diff != "" {
		t.Error(diff)
	}
	for i := 2 * remembered; i > 0; i-- { // only the latest count
		d.add(time.Duration(i) * time.Millisecond)
	}
	want := web.Percentiles{P50: 500, P90: 900, P99: 990, Max: 1000}
	if diff := cmp.Diff(want, d.percentiles()); diff != "" {
		t.Error(diff)
	}
}

func TestResidentMemory(t *testing.T) {
	if got := residentMemory(); got < 1<<20 || got > 1<<32 {
		t.Errorf("got %d bytes", got)
	}
}
