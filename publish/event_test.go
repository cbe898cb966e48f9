package publish

import (
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)

func TestEventsAreJSON(t *testing.T) {
	tests := []struct {
		name  string
		event Event
		want  string
	}{
		{"prediction", &Prediction{
			Time: noon, Frame: 17, Label: `M4 "screw"`, Score: 0.75,
			Top:   []Score{{`M4 "screw"`, 0.75}, {"nut", 1e-9}},
			Model: "20261123T101500Z-a1b2", Latency: 23456 * time.Microsecond, Predict: 12 * time.Millisecond,
		}, `{"event":"prediction","time":"2026-11-23T12:00:00.123Z","frame":17,"label":"M4 \"screw\"","score":0.75,` +
			`"top":[{"label":"M4 \"screw\"","score":0.75},{"label":"nut","score":1e-09}],` +
			`"model":"20261123T101500Z-a1b2","latency_ms":23.456,"predict_ms":12.000}`},
		{"no scores", &Prediction{Time: noon}, `{"event":"prediction","time":"2026-11-23T12:00:00.123Z","frame":0,` +
			`"label":"","score":0,"top":[],"model":"","latency_ms":0.000,"predict_ms":0.000}`},
		{
			"not a number", &Prediction{Time: noon, Score: float32(math.NaN())},
			`{"event":"prediction","time":"2026-11-23T12:00:00.123Z","frame":0,` +
				`"label":"","score":null,"top":[],"model":"","latency_ms":0.000,"predict_ms":0.000}`,
		},
		{
			"model active", &ModelChange{Time: noon.In(time.FixedZone("CET", 3600)), Model: "b", State: "active"},
			`{"event":"model","time":"2026-11-23T12:00:00.123Z","model":"b","state":"active"}`,
		},
		{
			"model rejected", &ModelChange{Time: noon, Model: "b", State: "rejected", Reason: "line\nbreak"},
			`{"event":"model","time":"2026-11-23T12:00:00.123Z","model":"b","state":"rejected","reason":"line\nbreak"}`,
		},
		{
			"port", &PortChange{Time: noon, Port: "usb:0403:6001", State: "absent", Reason: "it is not there"},
			`{"event":"port","time":"2026-11-23T12:00:00.123Z","port":"usb:0403:6001","state":"absent","reason":"it is not there"}`,
		},
		{
			"label", &LabelChange{Time: noon, Label: "nut", Port: "serial:/dev/ttyUSB0", Count: 17, Captures: []string{"nut/a.jpg", "nut/b.jpg"}},
			`{"event":"label","time":"2026-11-23T12:00:00.123Z","label":"nut","port":"serial:/dev/ttyUSB0","count":17,"captures":["nut/a.jpg","nut/b.jpg"]}`,
		},
		{
			"fit", &FitChange{Time: noon, State: "committed", Model: "b", Reason: "more are right"},
			`{"event":"fit","time":"2026-11-23T12:00:00.123Z","model":"b","state":"committed","reason":"more are right"}`,
		},
		{
			"label undone", &LabelChange{Time: noon, Label: "nut", Port: "http", Undone: true},
			`{"event":"label","time":"2026-11-23T12:00:00.123Z","label":"nut","port":"http","count":0,"captures":[],"undone":true}`,
		},
		{
			"change", &ResultChange{Time: noon, Frame: 17, Label: "nut", Score: 0.75, Before: "unknown", Model: "b"},
			`{"event":"change","time":"2026-11-23T12:00:00.123Z","frame":17,"label":"nut","score":0.75,"before":"unknown","model":"b"}`,
		},
		{
			"output", &OutputChange{Time: noon, Output: "gpio gpiochip0 17", State: "open"},
			`{"event":"output","time":"2026-11-23T12:00:00.123Z","output":"gpio gpiochip0 17","state":"open"}`,
		},
		{
			"shadow", &ShadowChange{Time: noon, Model: "b", State: "rolled back", Reason: "it is unsure"},
			`{"event":"shadow","time":"2026-11-23T12:00:00.123Z","model":"b","state":"rolled back","reason":"it is unsure"}`,
		},
		{
			"camera", &CameraChange{Time: noon, State: "stalled", Reason: "no frame for 5s"},
			`{"event":"camera","time":"2026-11-23T12:00:00.123Z","state":"stalled","reason":"no frame for 5s"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := string(test.event.AppendJSON(nil))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if !json.Valid([]byte(got)) {
				t.Error("not JSON")
			}
		})
	}
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "M4-screw", "a\"b\\c\n\t\x00\x7f", "\xff\xfe", "Schräubchen ✓", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		text := appendString(nil, s)
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want := s
		if !utf8.ValidString(s) {
			want = string([]rune(s))
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if strings.ContainsAny(string(text), "\n\r") {
			t.Errorf("%q is more than one line", text)
		}
	})
}

func TestPublishAllocatesNothing(t *testing.T) {
	p := New()
	p.Add("fast", io.Discard, 4)
	event := &Prediction{Time: noon, Label: "7", Score: 0.9, Top: []Score{{"7", 0.9}, {"1", 0.1}}, Model: "digits"}
	var spare []byte
	publish := func() {
		p.Publish(event)
		spare, _ = p.sinks[0].queue.pop(spare)
	}
	for range 8 {
		publish()
	}
	if got := testing.AllocsPerRun(100, publish); got != 0 {
		t.Errorf("got %v allocations an event, want 0", got)
	}
}
